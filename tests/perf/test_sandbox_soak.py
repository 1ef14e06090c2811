"""Thousands of executions, half of them hostile, four at once: no wrong result, and nothing that grows.

`CODESTEER_SOAK` sets another number than 2,000, `CODESTEER_SOAK_SEED` the order.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from codesteer_tui.config import SandboxSettings
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.values import Limits
from tests.boxes import docker_image
from tests.endings import deviations, ending_of
from tests.leftovers import Traces, left_since

__all__ = ["docker_image"]

pytestmark = [pytest.mark.docker, pytest.mark.perf, pytest.mark.timeout(3000)]

PROGRAMS = Path(__file__).resolve().parents[1] / "sandbox" / "programs"
COUNT = int(os.environ.get("CODESTEER_SOAK", "2000"))
SEED = int(os.environ.get("CODESTEER_SOAK_SEED", str(time.time_ns() % 10**6)))
AT_ONCE = 4
LONGEST_S = 1.0
OWN_GROWTH_BYTES, ENGINE_GROWTH_BYTES = 24 << 20, 64 << 20
"""What a process may grow between the first quarter and the end: allocators breathe, leaks do not stop there."""


class Job(NamedTuple):
    """One program, its limits, and how it must end."""

    name: str
    source: bytes
    limits: Limits
    expect: dict[str, Any]


def hostile() -> list[Job]:
    """The programs of the catalogue that end by themselves, or by a limit of at most a second."""
    jobs = []
    catalogue = tomllib.loads((PROGRAMS / "expect.toml").read_text("utf-8"))
    for name, entry in catalogue.items():
        limits = {"wall_s": 30.0, "cpu_s": 30, **entry.get("limits", {})}
        expect = {key: value for key, value in entry["expect"].items() if key != "max_ms"}
        statuses = expect["status"] if isinstance(expect["status"], list) else [expect["status"]]
        if "timeout" not in statuses or limits["wall_s"] <= LONGEST_S:
            jobs.append(Job(name, (PROGRAMS / f"{name}.py").read_bytes(), Limits(**limits), expect))
    return jobs


def honest(number: int) -> Job:
    """A program of the kind that the app runs all day."""
    text = f"print(sum(i * i for i in range({number})), {number})"
    total = sum(i * i for i in range(number))
    expect = {"status": "exited", "exit": 0, "stdout": f"{total} {number}\n", "stderr": "", "oom_kills": 0}
    return Job(f"honest {number}", text.encode(), Limits(wall_s=30.0, cpu_s=30), expect)


class Usage(NamedTuple):
    """What the app and the engine hold at one moment, in counts and bytes."""

    descriptors: int
    threads: int
    own_bytes: int
    engine_bytes: int

    @classmethod
    def now(cls) -> Usage:
        """Look at /proc."""
        fds = len(list(Path("/proc/self/fd").iterdir()))
        engine = sum(_resident(pid) for pid in _named("dockerd", "containerd"))
        return cls(fds, threading.active_count(), _resident(os.getpid()), engine)


def _named(*names: str) -> list[int]:
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                command = (each / "comm").read_text().strip()
            except OSError:
                continue
            if command in names:
                found.append(int(each.name))
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


async def test_thousands_of_executions_give_right_results_and_leave_nothing(docker_image: str) -> None:
    order = random.Random(SEED)
    bad = hostile()
    jobs = [order.choice(bad) if number % 2 else honest(order.randrange(5000)) for number in range(COUNT)]
    order.shuffle(jobs)
    print(f"{COUNT} executions, {len(bad)} hostile programs, seed {SEED}")
    before = Traces.now()
    sandbox = await DockerSandbox.open(SandboxSettings(image=docker_image, warm=2, at_once=AT_ONCE))
    wrong: list[str] = []
    seen: list[Usage] = []
    queue = iter(jobs)
    done = 0

    async def work() -> None:
        nonlocal done
        for job in queue:
            got, took = await ending_of(sandbox, job.source, job.limits)
            if found := deviations(job.expect, got, took):
                wrong.append(f"{job.name}: {found} {got}")
            done += 1
            if done % max(1, COUNT // 20) == 0:
                seen.append(Usage.now())

    started = time.monotonic()
    try:
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    finally:
        await sandbox.aclose()
    print(f"{(time.monotonic() - started) / COUNT:.3f} s an execution; {seen[len(seen) // 4]} … {seen[-1]}")
    assert not wrong, f"{len(wrong)} wrong, with seed {SEED}: {wrong[:5]}"
    left = left_since(before, 20.0)
    assert not any(left), left
    early, late = seen[len(seen) // 4], seen[-1]
    assert max(usage.descriptors for usage in seen) <= early.descriptors + 30, seen
    assert max(usage.threads for usage in seen) <= early.threads + 4, seen
    assert late.own_bytes - early.own_bytes <= OWN_GROWTH_BYTES, seen
    assert late.engine_bytes - early.engine_bytes <= ENGINE_GROWTH_BYTES, seen

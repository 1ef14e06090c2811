"""A thousand programs at once: they wait their turn, nothing piles up, and the event loop goes on turning."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from codesteer_tui.config import SandboxSettings
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from tests.boxes import execute

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

MANY, ENOUGH, AT_ONCE = 1000, 40, 4
MOST_DESCRIPTORS, MOST_THREADS = 60, 6
"""More than before, however many wait: a few connections a running box, and the threads of one engine."""
LONGEST_STALL_S = 0.5
"""A busy machine stalls everybody; a call of the engine in the loop would take as long each time."""


class Peak(NamedTuple):
    """The most that was in use at any moment."""

    descriptors: int
    threads: int
    stall_s: float
    stalls: int


async def _watch(stop: asyncio.Event) -> Peak:
    """Look every 10 ms, and at how late one comes to look."""
    descriptors = threads = stalls = 0
    stall_s = 0.0
    while not stop.is_set():
        asked = time.monotonic()
        await asyncio.sleep(0.01)
        late = time.monotonic() - asked - 0.01
        stall_s = max(stall_s, late)
        stalls += late > 0.1
        descriptors = max(descriptors, _descriptors())
        threads = max(threads, threading.active_count())
    return Peak(descriptors, threads, stall_s, stalls)


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_thousand_queued_programs_wait_their_turn_within_bounds(docker_image: str) -> None:
    fds, threads = _descriptors(), threading.active_count()
    sandbox = await DockerSandbox.open(SandboxSettings(image=docker_image, at_once=AT_ONCE))
    stop = asyncio.Event()
    watching = asyncio.create_task(_watch(stop))
    tasks = [asyncio.create_task(execute(sandbox, f"print({number})")) for number in range(MANY)]
    try:
        first = await asyncio.gather(*tasks[:ENOUGH])
        assert [result.stdout for result in first] == [f"{number}\n" for number in range(ENOUGH)]
        last = tasks[-1]
        assert not last.done(), "they run in the order they came"
        started = time.monotonic()
        for task in tasks[ENOUGH:]:
            task.cancel()
        for task in tasks[ENOUGH:]:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        assert time.monotonic() - started < 5
        assert (await execute(sandbox, "print('still here')")).stdout == "still here\n"
    finally:
        stop.set()
        await sandbox.aclose()
    peak = await watching
    assert peak.descriptors - fds <= MOST_DESCRIPTORS, peak
    assert peak.threads - threads <= MOST_THREADS, peak
    assert peak.stall_s <= LONGEST_STALL_S, peak
    assert peak.stalls <= 3, peak

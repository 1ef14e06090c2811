"""Whatever happens to the app or to its containers: nothing is left, and the next program runs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox import Output
from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker.engine import LABEL_OWNER, LABEL_SANDBOX, Engine
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.values import ExecutionResult, Limits, Program
from tests.boxes import execute

pytestmark = [pytest.mark.docker, pytest.mark.timeout(150)]

SLEEP = "print('on', flush=True)\nimport time\ntime.sleep(60)"

_APP = """
import asyncio, os, sys
from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import CodesteerError
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.values import ExecutionResult, Limits, Program

TEXT = "import os, time\\nif os.fork() == 0: os.setsid(); time.sleep(90)\\nprint('on', flush=True)\\ntime.sleep(90)"

async def run(sandbox, text):
    try:
        async for piece in sandbox.run(Program(text, "demo"), Limits(wall_s=100)):
            if isinstance(piece, ExecutionResult):
                print("ended", piece.status, flush=True)
            else:
                print(piece.text.strip(), flush=True)
    except CodesteerError as error:
        print("failed", type(error).__name__, flush=True)

async def main():
    sandbox = await DockerSandbox.open(SandboxSettings(image=sys.argv[1], warm=2, at_once=4))
    print("open", flush=True)
    await sandbox.warmed()
    print("warm", flush=True)
    jobs = [asyncio.create_task(run(sandbox, TEXT)) for _ in range(3)]
    await asyncio.gather(*jobs)
    while True:
        await run(sandbox, "print('later')")
        await asyncio.sleep(1)

asyncio.run(main())
"""


class App:
    """A process of its own that has a sandbox with three jobs and a warm pool."""

    def __init__(self, image: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _APP, image], stdout=subprocess.PIPE, text=True
        )
        self.pid = self.process.pid

    async def says(self, word: str, times: int = 1, within_s: float = 30.0) -> None:
        """Read its lines until this one came so many times."""
        assert self.process.stdout is not None
        async with asyncio.timeout(within_s):
            while times:
                line = await asyncio.to_thread(self.process.stdout.readline)
                assert line, f"the app ended before it said {word!r}"
                times -= line.strip() == word

    def children(self) -> list[int]:
        """The processes that it started."""
        return [
            int(pid)
            for task in Path(f"/proc/{self.pid}/task").glob("*/children")
            for pid in task.read_text().split()
        ]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def app(docker_image: str) -> Iterator[App]:
    started = App(docker_image)
    yield started
    started.close()


@pytest_asyncio.fixture
async def engine(docker_image: str) -> AsyncIterator[Engine]:
    connected = await engines.connect()
    yield connected
    await connected.close()


@pytest_asyncio.fixture
async def sandbox(docker_image: str) -> AsyncIterator[DockerSandbox]:
    opened = await DockerSandbox.open(SandboxSettings(image=docker_image, warm=2))
    await opened.warmed()
    yield opened
    await opened.aclose()


async def _boxes(engine: Engine, pid: int) -> list[dict[str, Any]]:
    found = await engine.call(engine.api.containers, all=True, filters={"label": f"{LABEL_SANDBOX}=1"})
    return [each for each in found if json.loads(each["Labels"][LABEL_OWNER])["pid"] == pid]


async def _none_left(engine: Engine, pid: int, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while left := await _boxes(engine, pid):
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.05)


async def _processes_of(engine: Engine, boxes: list[dict[str, Any]]) -> list[int]:
    """All processes in these containers, as the host counts them."""
    pids: list[int] = []
    for box in boxes:
        with contextlib.suppress(SandboxError):
            top = await engine.call(engine.api.top, box["Id"], ps_args="-o pid")
            pids += [int(row[0]) for row in top["Processes"] or ()]
    return pids


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return bool(os.readlink(f"/proc/{pid}/exe"))  # noqa: PTH115  (a zombie has none)
    return False


async def _die(app: App, engine: Engine, within_s: float = 2.0) -> None:
    """Kill the app with -9, and see that neither containers nor processes of it stay."""
    processes = app.children() + await _processes_of(engine, await _boxes(engine, app.pid))
    app.process.kill()
    await asyncio.to_thread(app.process.wait)
    deadline = time.monotonic() + within_s
    await _none_left(engine, app.pid, within_s)
    while left := [pid for pid in processes if _is_alive(pid)]:
        assert time.monotonic() < deadline + 2, left  # the guard looks once more, for what came late
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    assert await _boxes(engine, app.pid) == []


async def _full(app: App, engine: Engine) -> None:
    """Wait until its three jobs run and two more containers wait."""
    deadline = time.monotonic() + 10
    while [box["State"] for box in await _boxes(engine, app.pid)] != ["running"] * 5:
        assert time.monotonic() < deadline, "the pool is not filled up again"
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("after_s", [0.0, 0.03, 0.08, 0.15, 0.25, 0.4, 0.7])
async def test_an_app_killed_while_its_first_containers_start_leaves_nothing(
    after_s: float, app: App, engine: Engine
) -> None:
    await app.says("open")
    await asyncio.sleep(after_s)
    await _die(app, engine)


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.2])
async def test_an_app_killed_right_after_a_job_began_leaves_nothing(
    after_s: float, app: App, engine: Engine
) -> None:
    await app.says("warm")
    await asyncio.sleep(after_s)
    await _die(app, engine)


@pytest.mark.parametrize("after_s", [0.05, 0.15, 0.25, 0.4])
async def test_an_app_killed_while_it_replaces_containers_leaves_nothing(
    after_s: float, app: App, engine: Engine
) -> None:
    await app.says("on", times=2)
    await asyncio.sleep(after_s)
    await _die(app, engine)


async def test_an_app_killed_with_several_jobs_and_a_warm_pool_leaves_nothing(
    app: App, engine: Engine
) -> None:
    await app.says("on", times=3)
    await _full(app, engine)
    await _die(app, engine)


async def test_the_boxes_of_a_stopped_app_end_by_their_lease_and_it_works_again_when_it_goes_on(
    app: App, engine: Engine
) -> None:
    await app.says("on", times=3)
    await _full(app, engine)
    await asyncio.sleep(1)  # a box that was never spoken to has a longer first lease: let all be greeted
    app.process.send_signal(signal.SIGSTOP)
    assert len(await _boxes(engine, app.pid)) == 5
    # The last keep-alive of a box is at most 5 s old, its lease lasts 30 s: they live on for a while.
    await asyncio.sleep(15)
    assert len(await _boxes(engine, app.pid)) == 5
    await _none_left(engine, app.pid, within_s=25)
    app.process.send_signal(signal.SIGCONT)
    await app.says("later")
    await _die(app, engine)


async def _pause(engine: Engine, id: str) -> None:
    await engine.call(engine.api.pause, id)


async def _kill(engine: Engine, id: str) -> None:
    await engine.call(engine.api.kill, id)


async def _remove(engine: Engine, id: str) -> None:
    await engine.call(engine.api.remove_container, id, force=True)


_HARM = {"pause": _pause, "kill": _kill, "remove": _remove}


@pytest.mark.parametrize("harm", _HARM)
async def test_a_box_harmed_in_the_middle_of_a_job_ends_it_as_what_it_is(
    harm: str, docker_image: str, engine: Engine
) -> None:
    sandbox = await DockerSandbox.open(SandboxSettings(image=docker_image, warm=0))
    pieces = sandbox.run(Program(SLEEP, "demo"), Limits(wall_s=2))
    assert await anext(pieces) == Output("stdout", "on\n")
    [box] = await _boxes(engine, os.getpid())
    await _HARM[harm](engine, box["Id"])
    if harm == "pause":
        ended = await anext(pieces)
        assert isinstance(ended, ExecutionResult)
        assert (ended.status, ended.stdout) == ("killed_by_host", "on\n")
    else:
        with pytest.raises(SandboxError, match="from outside"):
            await anext(pieces)
    await pieces.aclose()
    assert (await execute(sandbox, "print('next')")).stdout == "next\n"
    await sandbox.aclose()
    await _none_left(engine, os.getpid(), within_s=2)


@pytest.mark.parametrize("harm", ["kill", "remove"])
async def test_a_waiting_box_that_is_killed_or_removed_costs_no_program_its_run(
    harm: str, sandbox: DockerSandbox, engine: Engine
) -> None:
    for box in await _boxes(engine, os.getpid()):
        await _HARM[harm](engine, box["Id"])
    results = await asyncio.gather(*(execute(sandbox, f"print({number})") for number in range(3)))
    assert [each.stdout for each in results] == ["0\n", "1\n", "2\n"]
    await sandbox.aclose()
    await _none_left(engine, os.getpid(), within_s=2)


async def test_waiting_boxes_that_are_paused_end_typed_and_the_next_programs_run(
    sandbox: DockerSandbox, engine: Engine
) -> None:
    for box in await _boxes(engine, os.getpid()):
        await _pause(engine, box["Id"])
    endings = await asyncio.gather(
        *(execute(sandbox, "print(1)", wall_s=1.0) for _ in range(2)), return_exceptions=True
    )
    for each in endings:
        blamed = isinstance(each, ExecutionResult) and each.status not in ("ok", "killed_by_host")
        assert not blamed, each
        assert isinstance(each, ExecutionResult | SandboxError), each
    results = [await execute(sandbox, f"print({number})") for number in range(3)]
    assert [each.stdout for each in results] == ["0\n", "1\n", "2\n"]
    await sandbox.aclose()
    await _none_left(engine, os.getpid(), within_s=2)

"""An engine that stops, is killed and comes back: runs end honestly, and the same sandbox goes on working."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing

import pytest
import pytest_asyncio

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox import Output
from codesteer_tui.sandbox.docker.engine import LABEL_SANDBOX
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.values import ExecutionResult, Limits, Program
from tests.boxes import execute, image_or_skip, missing
from tests.sandbox.docker.private_engine import RUNTIME, PrivateEngine, lacking

pytestmark = [pytest.mark.docker, pytest.mark.timeout(180)]

SLEEP = "print('on', flush=True)\nimport time\ntime.sleep(90)"
LIMITS = Limits(wall_s=100)


@pytest.fixture(scope="module")
def _engine() -> Iterator[PrivateEngine]:
    if reason := lacking():
        missing(reason)
    engine = PrivateEngine()
    try:
        engine.start()
        yield engine
    finally:
        engine.close()


@pytest_asyncio.fixture
async def daemon(_engine: PrivateEngine, monkeypatch: pytest.MonkeyPatch) -> PrivateEngine:
    """An engine of our own, up, with our image in it, and the one that a sandbox opened now will find."""
    image = await image_or_skip()
    if not _engine.is_up:
        await asyncio.to_thread(_engine.start)
    await asyncio.to_thread(_engine.load, image)
    monkeypatch.setenv("DOCKER_HOST", _engine.endpoint)
    return _engine


@pytest_asyncio.fixture
async def sandbox(daemon: PrivateEngine) -> AsyncIterator[DockerSandbox]:
    opened = await DockerSandbox.open(SandboxSettings(image=await image_or_skip(), warm=2))
    try:
        await opened.warmed()
        yield opened
    finally:
        await opened.aclose()


@contextlib.asynccontextmanager
async def _in_progress(sandbox: DockerSandbox) -> AsyncIterator[AsyncGenerator[Output | ExecutionResult]]:
    """A run whose program has begun and would go on for long."""
    pieces = sandbox.run(Program(SLEEP, "demo"), LIMITS)
    async with aclosing(pieces):
        assert await anext(pieces) == Output("stdout", "on\n")
        yield pieces


def _ours(daemon: PrivateEngine) -> list[str]:
    with daemon.api() as api:
        return [each["Id"] for each in api.containers(all=True, filters={"label": f"{LABEL_SANDBOX}=1"})]


async def _none_left(daemon: PrivateEngine, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while left := await asyncio.to_thread(_ours, daemon):
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.1)


async def _works_again(sandbox: DockerSandbox, within_s: float) -> None:
    """Ask as a person would who is told to try again later."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            result = await execute(sandbox, "print('again')")
        except SandboxUnavailable:
            assert time.monotonic() < deadline, "it does not recover"
            await asyncio.sleep(0.25)
        else:
            assert (result.ok, result.stdout) == (True, "again\n")
            return


async def _end(daemon: PrivateEngine, how: str) -> None:
    await asyncio.to_thread(daemon.stop if how == "stopped" else daemon.kill)


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_a_run_in_progress_ends_as_a_failure_of_the_sandbox_when_the_engine_is(
    how: str, daemon: PrivateEngine, sandbox: DockerSandbox
) -> None:
    async with _in_progress(sandbox) as pieces:
        ending = asyncio.create_task(_end(daemon, how))
        began = time.monotonic()
        with pytest.raises(SandboxError) as caught:
            await anext(pieces)  # a result here would blame the program
        took_s = time.monotonic() - began
        await ending
    # An engine that is stopped gives its containers 10 s to go, in which the program may run on.
    assert took_s < {"stopped": 4, "killed": 3}[how]
    assert caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_several_runs_at_once_all_end_as_failures_of_the_sandbox_when_the_engine_is(
    how: str, daemon: PrivateEngine, sandbox: DockerSandbox
) -> None:
    runs = [asyncio.create_task(execute(sandbox, SLEEP, wall_s=100)) for _ in range(4)]
    await asyncio.sleep(1.5)
    await _end(daemon, how)
    endings = await asyncio.wait_for(asyncio.gather(*runs, return_exceptions=True), 10)
    assert [isinstance(each, SandboxError) for each in endings] == [True] * 4, endings


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_a_run_while_the_engine_is_down_is_refused_at_once_and_says_what_to_do(
    how: str, daemon: PrivateEngine, sandbox: DockerSandbox
) -> None:
    await _end(daemon, how)
    for _ in range(6):
        began = time.monotonic()
        with pytest.raises(SandboxError) as caught:
            await execute(sandbox, "print(1)")
        assert time.monotonic() - began < 2
    assert isinstance(caught.value, SandboxUnavailable)
    assert str(daemon.socket) in caught.value.message
    assert "attempts failed; the next one is made in" in caught.value.message
    assert "DOCKER_HOST" in caught.value.remedy


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_the_same_sandbox_runs_programs_again_once_the_engine_is_back(
    how: str, daemon: PrivateEngine, sandbox: DockerSandbox
) -> None:
    await _end(daemon, how)
    for _ in range(4):
        with pytest.raises(SandboxError):
            await execute(sandbox, "print(1)")
    await asyncio.to_thread(daemon.start)
    await _works_again(sandbox, within_s=40)
    async with asyncio.timeout(60):  # one pause of the breaker at its longest, and the starts after it
        await sandbox.warmed()
    await sandbox.aclose()
    await _none_left(daemon, within_s=2)


async def test_after_an_engine_came_and_went_several_times_it_still_works(
    daemon: PrivateEngine, sandbox: DockerSandbox
) -> None:
    for _ in range(3):
        await asyncio.to_thread(daemon.stop)
        await asyncio.to_thread(daemon.start)
        await _works_again(sandbox, within_s=20)
    await sandbox.aclose()
    await _none_left(daemon, within_s=2)


async def test_a_killed_engine_leaves_no_box_running_and_closing_does_not_hang(
    daemon: PrivateEngine, sandbox: DockerSandbox
) -> None:
    async with _in_progress(sandbox) as pieces:
        assert await asyncio.to_thread(daemon.box_processes)
        await asyncio.to_thread(daemon.kill)
        with pytest.raises(SandboxError):
            await anext(pieces)
    async with asyncio.timeout(15):
        await sandbox.aclose()
    deadline = time.monotonic() + 40  # nobody renews the lease of 30 s, and it is looked at within a second
    while left := await asyncio.to_thread(daemon.box_processes):
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.5)
    await asyncio.to_thread(daemon.start)
    await _none_left(daemon, within_s=15)


async def test_an_engine_that_hangs_while_it_is_asked_for_a_container_holds_nobody_for_long(
    daemon: PrivateEngine, sandbox: DockerSandbox
) -> None:
    """A run in progress goes on, since its output needs the engine only once that answers again."""
    async with _in_progress(sandbox):
        daemon.send(signal.SIGSTOP)
        try:
            stop = asyncio.Event()
            pieces = sandbox.run(Program("print(1)", "demo"), Limits(memory_bytes=96 << 20), stop=stop)
            async with aclosing(pieces):
                waiting = asyncio.ensure_future(anext(pieces))
                await asyncio.sleep(1)
                stop.set()
                ended = await asyncio.wait_for(waiting, 3)
            assert isinstance(ended, ExecutionResult)
            assert ended.status == "cancelled"
        finally:
            daemon.send(signal.SIGCONT)
    await _works_again(sandbox, within_s=10)
    await sandbox.aclose()
    await _none_left(daemon, within_s=5)


async def test_the_runtime_of_the_settings_is_the_one_that_its_containers_have(daemon: PrivateEngine) -> None:
    settings = SandboxSettings(image=await image_or_skip(), warm=0, runtime=RUNTIME)
    sandbox = await DockerSandbox.open(settings)
    try:
        async with _in_progress(sandbox):
            [box] = await asyncio.to_thread(_ours, daemon)
            with daemon.api() as api:
                assert api.inspect_container(box)["HostConfig"]["Runtime"] == RUNTIME
        assert RUNTIME in sandbox.info.label
    finally:
        await sandbox.aclose()


async def test_a_runtime_that_the_engine_lacks_is_refused_with_those_that_it_has(
    daemon: PrivateEngine,
) -> None:
    with pytest.raises(SandboxUnavailable, match="no runtime 'kata'") as caught:
        await DockerSandbox.open(SandboxSettings(image=await image_or_skip(), runtime="kata"))
    assert RUNTIME in caught.value.message
    assert "runc" in caught.value.message
    assert await asyncio.to_thread(_ours, daemon) == []


def test_an_engine_of_our_own_leaves_nothing_behind() -> None:
    if reason := lacking():
        missing(reason)
    engine = PrivateEngine()
    try:
        engine.start()
        helpers = engine.helpers()
        assert len(helpers) >= 3
        engine.kill()
    finally:
        engine.close()
    assert not engine.folder.exists()
    assert not [pid for pid in helpers if _is_alive(pid)]


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return bool(os.readlink(f"/proc/{pid}/exe"))  # noqa: PTH115  (empty for a zombie)
    return False

"""A box whose supervisor is hostile: whatever it sends, it costs little, ends as it should, and leaves no socket."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox.docker import images
from codesteer_tui.sandbox.docker import sandbox as dockers
from codesteer_tui.sandbox.docker.box import Box
from codesteer_tui.sandbox.docker.caretaker import Caretaker
from codesteer_tui.sandbox.docker.container import Shape
from codesteer_tui.sandbox.docker.engine import Engine
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.sandbox.frames import CANCEL_FRAME, KEEP_ALIVE_FRAME, job_frame
from codesteer_tui.values import ExecutionResult, Limits, Program
from tests.sandbox.test_frames import HELLO, frame, mux, result

SHAPE = Shape.of(Limits())
_BYTES = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.one_of(
            st.just(mux(HELLO)),
            st.builds(lambda kind, data: mux(frame(kind, data)), st.sampled_from("HOEoeRZ"), st.binary()),
            st.builds(mux, st.binary(max_size=60), st.integers(0, 3)),
            st.builds(lambda token: mux(result(token=token)), st.text(max_size=16)),
            st.binary(max_size=20),
        ),
        max_size=6,
    ).map(b"".join),
)


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[Box, socket.socket]]:
    """A box, and the end that its supervisor would hold."""
    ours, theirs = socket.socketpair()
    box = Box("id", ours, SHAPE)
    with theirs:
        yield box, theirs
        box.hang_up()
    assert ours.fileno() == -1


def _soon(s: float = 2.0) -> float:
    return time.monotonic() + s


async def test_a_box_that_says_hello_waits_for_its_job() -> None:
    async with pair() as (box, theirs):
        theirs.sendall(mux(HELLO))
        await box.greet(2)
        assert box.waits


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "ended before it was ready; it said: nothing"),
        (mux(b"refused: not PID 1", 2), "it said: refused: not PID 1"),
        (mux(frame("H", {"v": 2, "python": "3", "uid": 1})), "does not speak our protocol"),
        (b"HTTP/1.1 500 no\r\n\r\n", "does not speak our protocol"),
        (mux(HELLO + frame("O", b"early")), "does not speak our protocol: a frame before the job"),
    ],
)
async def test_one_that_says_anything_else_is_refused_with_its_words(sent: bytes, why: str) -> None:
    async with pair() as (box, theirs):
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(SandboxError, match=why):
            await box.greet(2)


async def test_one_that_says_nothing_is_given_up() -> None:
    async with pair() as (box, _):
        with pytest.raises(SandboxError, match="did not get ready in time"):
            await box.greet(0.05)


@pytest.mark.parametrize(
    ("field", "asked", "word"),
    [("memory_bytes", SHAPE.memory_bytes, "memory"), ("pids", SHAPE.pids, "process")],
)
async def test_an_engine_that_takes_a_limit_and_does_not_enforce_it_is_found_out(
    field: str, asked: int, word: str
) -> None:
    hello = {"v": 1, "python": "3.12", "uid": 10001}
    for held, refused in (
        (asked + 1, True),
        (1 << 53, True),
        (asked, False),
        (asked - 4096, False),
        (None, False),
    ):
        async with pair() as (box, theirs):
            theirs.sendall(mux(frame("H", {**hello, field: max(0, held) if held is not None else None})))
            if not refused:
                await box.greet(2)
                continue
            with pytest.raises(SandboxError, match=f"took a {word} limit of {asked} and does not enforce it"):
                await box.greet(2)


@pytest.mark.parametrize("sent", [b"\0", mux(b"I am here", 2), mux(HELLO), mux(frame("O", b""))])
async def test_a_box_that_speaks_while_it_waits_counts_as_ended(sent: bytes) -> None:
    async with pair() as (box, theirs):
        theirs.sendall(mux(HELLO))
        await box.greet(2)
        theirs.sendall(sent)
        assert not box.waits


async def test_a_box_that_has_ended_or_was_hung_up_does_not_wait() -> None:
    async with pair() as (box, theirs):
        theirs.close()
        assert not box.waits
        box.hang_up()
        box.hang_up()
        assert not box.waits
        assert await box.receive(_soon()) == b""
        assert not await box.send(b"x", _soon())
        assert not box.cancel()
        assert await box.leave(1)


async def test_a_keep_alive_never_lands_in_the_middle_of_a_job() -> None:
    job = job_frame(os.urandom(8 << 20), Limits(), "token")
    async with pair() as (box, theirs):
        sending = asyncio.create_task(box.send(job, _soon(20)))
        await asyncio.sleep(0.02)
        assert not sending.done()  # the buffer is full
        arrived = bytearray()

        def read(most: int) -> None:
            while len(arrived) < most and (piece := theirs.recv(1 << 16)):
                arrived.extend(piece)

        for part in range(1, 5):
            box.keep_alive()
            assert not box.cancel()
            await asyncio.to_thread(read, part * (1 << 20))
        reading = asyncio.create_task(asyncio.to_thread(read, len(job)))
        assert await sending
        await reading
        assert arrived == job
        box.keep_alive()
        assert box.cancel()
        assert theirs.recv(100) == KEEP_ALIVE_FRAME + CANCEL_FRAME


async def test_a_box_that_takes_no_job_is_given_up_in_time() -> None:
    async with pair() as (box, _):
        async with asyncio.timeout(10):  # without an end of its own it would wait for good
            assert not await box.send(bytes(8 << 20), _soon(0.1))


@pytest.mark.parametrize("turns", range(5))
async def test_a_cancellation_that_comes_with_the_bytes_is_not_swallowed(turns: int) -> None:
    async with pair() as (box, theirs):
        receiving = asyncio.create_task(box.receive(_soon()))
        await asyncio.sleep(0.01)
        theirs.sendall(b"data")
        for _ in range(turns):
            await asyncio.sleep(0)
        already = receiving.done()
        receiving.cancel()
        await asyncio.wait({receiving})
        assert receiving.cancelled() or already


async def test_a_flood_from_a_box_does_not_stall_the_event_loop() -> None:
    async with pair() as (box, theirs):
        ending = threading.Event()
        flood = threading.Thread(target=_flood, args=(theirs, mux(frame("O", b"")) * 500, ending))
        flood.start()
        box.reader.begin("token", Limits())
        box.reader.feed(mux(HELLO))
        turns = 0

        async def count() -> None:
            nonlocal turns
            while not ending.is_set():
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        received = 0
        deadline = _soon(0.5)
        try:
            while piece := await box.receive(deadline):
                received += 1
                box.reader.feed(piece)
        finally:
            ending.set()
            box.cut_off()
            await counting
            flood.join(5)
        assert turns >= received > 1
        # Empty frames break no cap, and must not pile up either.
        assert box.reader._texts["stdout"].pieces == []


def _flood(to: socket.socket, data: bytes, ending: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while not ending.is_set():
            to.sendall(data)


async def test_leaving_waits_for_the_end_and_reads_what_is_left() -> None:
    async with pair() as (box, theirs):
        theirs.sendall(b"left over" * 1000)
        leaving = asyncio.create_task(box.leave(2))
        await asyncio.sleep(0.02)
        assert not leaving.done()
        assert theirs.recv(10) == b""  # its stdin has ended
        theirs.close()
        assert await leaving
    async with pair() as (box, theirs):
        assert not await box.leave(0.05)


class HostileApi:
    """The engine's API as far as a run needs it; each container is a thread that does what `play` says."""

    def __init__(self, play: Callable[[socket.socket], None]) -> None:
        self._play = play
        self.sockets: list[socket.socket] = []
        self.threads: list[threading.Thread] = []

    def create_host_config(self, **_: Any) -> dict[str, Any]:
        return {}

    def create_container(self, *_: Any, **__: Any) -> dict[str, str]:
        return {"Id": f"c{len(self.sockets)}"}

    def attach_socket(self, _: str, params: dict[str, int]) -> socket.socket:
        ours, theirs = socket.socketpair()
        self.sockets.append(ours)
        self.threads.append(threading.Thread(target=self._run, args=(theirs,)))
        return ours

    def start(self, _: str) -> None:
        self.threads[-1].start()

    def _run(self, theirs: socket.socket) -> None:
        with theirs, contextlib.suppress(OSError):
            theirs.settimeout(5)
            self._play(theirs)

    def remove_container(self, *_: Any, **__: Any) -> None:
        from docker.errors import NotFound

        raise NotFound("gone")

    def containers(self, **_: Any) -> list[dict[str, Any]]:
        return []

    def events(self, **_: Any) -> list[bytes]:
        return []

    def close(self) -> None:
        pass


async def _run_hostile(api: HostileApi, limits: Limits) -> ExecutionResult | SandboxError:
    opened: Any = (api, {}, {})
    engine = Engine(opened, "unix:///nowhere", ThreadPoolExecutor(2))
    sandbox = DockerSandbox(engine, images.Image("image", "core"), SandboxSettings(warm=0))
    pieces = sandbox.run(Program("print(1)"), limits)
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                if isinstance(piece, ExecutionResult):
                    return piece
                assert len(piece.text) <= limits.output_bytes
    except SandboxError as error:
        return error
    finally:
        await asyncio.wait_for(sandbox.aclose(), 10)
        for thread in api.threads:
            thread.join(5)
    raise AssertionError("neither a result nor an error")


async def _nobody(_: Caretaker) -> None:
    """No guard process: there are no containers."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=_BYTES, during=_BYTES, hello=st.booleans(), hangs=st.booleans())
def test_whatever_a_hostile_box_sends_the_run_ends_as_a_broken_protocol_or_an_error_of_the_sandbox(
    before: bytes, during: bytes, hello: bool, hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Caretaker, "on_duty", _nobody)
    monkeypatch.setattr(dockers, "START_S", 0.2)
    monkeypatch.setattr(dockers, "GRACE_S", 0.1)

    def play(theirs: socket.socket) -> None:
        theirs.sendall(before + (mux(HELLO) if hello else b""))
        if theirs.recv(1 << 16):
            theirs.sendall(during)
        if hangs:
            while theirs.recv(1 << 16):
                pass

    api = HostileApi(play)
    ended = asyncio.run(_run_hostile(api, Limits(wall_s=0.1, output_bytes=100, tail_bytes=20)))
    if isinstance(ended, ExecutionResult):
        assert ended.status in ("protocol_error", "killed_by_host")
        assert len(ended.stdout) + len(ended.tail_stdout) <= 120
    else:
        assert ended.remedy
    assert all(each.fileno() == -1 for each in api.sockets)
    assert not any(thread.is_alive() for thread in api.threads)


@pytest.mark.parametrize(
    ("flood", "status"),
    [
        (mux(frame("O", b"x" * 60)) * 100, "protocol_error"),
        (mux(frame("O", b"")) * 100, "killed_by_host"),
        (mux(b"said " * 100, 2) * 100, "killed_by_host"),
        (mux(b"O" + struct.pack(">I", 1 << 31)) * 100, "protocol_error"),
        (b"\1\0\0\0\0\0\0\0" * 1000, "killed_by_host"),
    ],
    ids=["more output than agreed", "empty frames", "diagnostics", "a frame too long", "empty pieces"],
)
def test_an_endless_flood_ends_with_the_time_of_the_program(
    flood: bytes, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Caretaker, "on_duty", _nobody)
    monkeypatch.setattr(dockers, "GRACE_S", 0.1)

    def play(theirs: socket.socket) -> None:
        theirs.sendall(mux(HELLO))
        theirs.recv(1 << 16)
        while True:
            theirs.sendall(flood)

    ended = asyncio.run(_run_hostile(HostileApi(play), Limits(wall_s=0.4, output_bytes=100, tail_bytes=20)))
    assert isinstance(ended, ExecutionResult)
    assert ended.status == status

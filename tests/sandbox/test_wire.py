"""What a host sends to a box: whole frames in order, however the bytes are cut, and none of them lost."""

from __future__ import annotations

import os
import struct
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.sandbox import launch
from codesteer_tui.sandbox.frames import CANCEL_FRAME, KEEP_ALIVE_FRAME, BoxReader, job_frame
from codesteer_tui.sandbox.inside.wire import Inbox
from codesteer_tui.values import Limits

_FRAMES = st.lists(st.tuples(st.sampled_from([b"J", b"C", b"K"]), st.binary(max_size=40)), max_size=6)


def _bytes(frames: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(kind + struct.pack(">I", len(payload)) + payload for kind, payload in frames)


@given(_FRAMES, st.lists(st.integers(1, 30), max_size=20), st.integers(0, 3))
def test_frames_arrive_whole_and_in_order(
    frames: list[tuple[bytes, bytes]], sizes: list[int], most_at_once: int
) -> None:
    reading, writing = os.pipe()
    inbox, taken, left = Inbox(reading), [], _bytes(frames)
    try:
        for size in [*sizes, len(left)]:
            if left[:size]:
                os.write(writing, left[:size])
                left = left[size:]
                inbox.read()
            for _, frame in zip(range(most_at_once), inbox.frames(), strict=False):
                taken.append(frame)
        taken.extend(inbox.frames())
        assert (taken, inbox.closed) == (frames, False)
        os.close(writing)
        writing = -1
        inbox.read()
        assert inbox.closed
    finally:
        for descriptor in (reading, writing):
            if descriptor >= 0:
                os.close(descriptor)


def test_a_host_that_does_not_speak_this_protocol_is_as_good_as_none() -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, b"GET / HTTP/1.1\r\n\r\n")
        inbox = Inbox(reading)
        inbox.read()
        assert list(inbox.frames()) == []
        assert inbox.closed
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize("between", [b"", KEEP_ALIVE_FRAME])
@pytest.mark.usefixtures("namespace_sandbox")
def test_a_cancel_that_comes_in_one_piece_with_the_job_ends_it_before_it_runs(between: bytes) -> None:
    environment = {**launch.ENVIRONMENT, "CS_DISK_BYTES": str(Limits().disk_bytes)}
    job = job_frame(b"print('it ran')", Limits(), "a token")
    with subprocess.Popen(
        launch.command("namespaces"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/", env=environment
    ) as box:
        assert box.stdin is not None
        assert box.stdout is not None
        reader = BoxReader(multiplexed=False)
        while reader.hello is None:
            reader.feed(os.read(box.stdout.fileno(), 1 << 16))
        reader.begin("a token", Limits())
        os.write(box.stdin.fileno(), job + between + CANCEL_FRAME)
        output = []
        while reader.result is None:
            output += reader.feed(os.read(box.stdout.fileno(), 1 << 16))
        box.stdin.close()
    assert (reader.result.status, output) == ("cancelled", [])

"""The host's reading of a box: it trusts nothing, raises nothing, and does not care how bytes are split."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesteer_tui.sandbox.frames import MAX_FRAME_BYTES, BoxReader, job_frame
from codesteer_tui.values import Limits

TOKEN = "0123456789abcdef"
LIMITS = Limits(output_bytes=100, tail_bytes=20)


def frame(kind: str, payload: bytes | dict[str, Any]) -> bytes:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return kind.encode() + struct.pack(">I", len(data)) + data


def mux(data: bytes, stream: int = 1) -> bytes:
    return bytes([stream, 0, 0, 0]) + struct.pack(">I", len(data)) + data


HELLO = frame("H", {"v": 1, "python": "3.12.0", "uid": 10001})


def result(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "token": TOKEN,
        "status": "exited",
        "exit": 0,
        "signal": None,
        "wall_ms": 1.5,
        "cpu_ms": 1,
        "peak_bytes": 4096,
        "stdout_bytes": 0,
        "stderr_bytes": 0,
        "stdout_truncated": False,
        "stderr_truncated": False,
        "oom_kills": 0,
        "pids_denied": 0,
        "disk_full": False,
        "stragglers": 0,
    }
    return frame("R", {**fields, **changes})


def read(data: bytes, *, multiplexed: bool = False, step: int = 0) -> tuple[BoxReader, str]:
    reader = BoxReader(multiplexed=multiplexed)
    reader.begin(TOKEN, LIMITS)
    output = ""
    step = step or max(1, len(data))
    for at in range(0, len(data), step):
        output += "".join(f"{piece.stream}:{piece.text}" for piece in reader.feed(data[at : at + step]))
    return reader, output


def test_a_whole_conversation_gives_the_output_and_the_result() -> None:
    reader, output = read(
        HELLO + frame("O", b"hi\n") + frame("E", b"oh") + result(stdout_bytes=3, stderr_bytes=2)
    )
    assert output == "stdout:hi\nstderr:oh"
    assert reader.hello is not None
    assert reader.hello.uid == 10001
    assert reader.result is not None
    assert (reader.result.status, reader.result.stdout, reader.result.stderr) == ("exited", "hi\n", "oh")
    assert (reader.result.exit, reader.result.wall_ms, reader.result.peak_bytes) == (0, 1.5, 4096)


def test_a_character_split_between_frames_is_put_together() -> None:
    reader, _ = read(HELLO + frame("O", b"\xc3") + frame("O", b"\xa9") + result(stdout_bytes=2))
    assert reader.result is not None
    assert reader.result.stdout == "é"


def test_the_head_and_the_tail_of_a_cut_stream_are_kept_apart() -> None:
    data = (
        HELLO + frame("O", b"a" * 100) + frame("o", b"end") + result(stdout_bytes=5000, stdout_truncated=True)
    )
    reader, _ = read(data)
    assert reader.result is not None
    assert (reader.result.stdout, reader.result.tail_stdout) == ("a" * 100, "end")
    assert reader.result.stdout_bytes == 5000


def test_what_the_supervisor_says_about_itself_is_kept_short_and_is_no_output() -> None:
    reader, output = read(mux(b"x" * 100_000, 2) + mux(HELLO) + mux(result()), multiplexed=True)
    assert output == ""
    assert len(reader.diagnostics) == 2048
    assert reader.result is not None
    assert reader.result.status == "exited"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (HELLO + result(token="f" * 16), "wrong token"),
        (HELLO + frame("Z", b""), "unknown type"),
        (HELLO + b"O" + struct.pack(">I", MAX_FRAME_BYTES + 1), "a frame of"),
        (HELLO + frame("O", b"a" * 60) + frame("O", b"a" * 60), "more stdout"),
        (HELLO + frame("e", b"a" * 21), "more of the end of stderr"),
        (HELLO + frame("o", b"a") + frame("o", b"a"), "more of the end of stdout"),
        (HELLO + frame("o", b"a") + frame("O", b"a"), "more stdout"),
        (HELLO + result() + b"O", "after the result"),
        (HELLO + result() + result(), "after the result"),
        (HELLO + result(stdout_bytes=1), "does not fit"),
        (HELLO + frame("O", b"abc") + result(stdout_bytes=2), "does not fit"),
        (HELLO + result(stdout_truncated=True, stdout_bytes=9), "does not fit"),
        (HELLO + result(status="fine"), "wrong shape"),
        (HELLO + result(exit="0"), "wrong shape"),
        (HELLO + result(exit=999), "wrong shape"),
        (HELLO + result(oom_kills=-1), "wrong shape"),
        (HELLO + frame("R", b"\xff\xfe"), "wrong shape"),
        (HELLO + frame("R", b"[" * 200_000), "wrong shape"),
        (HELLO + frame("R", b'{"token": "' + TOKEN.encode() + b'"}'), "wrong shape"),
        (HELLO + HELLO, "hello"),
        (frame("H", {"v": 99, "python": "", "uid": 0}), "hello"),
        (frame("O", b"early"), "before the hello"),
        (result(), "before the hello"),
    ],
)
def test_what_breaks_the_protocol_is_called_so(data: bytes, why: str) -> None:
    reader, _ = read(data)
    assert reader.result is not None
    assert reader.result.status == "protocol_error"
    assert why in reader.broken


def test_an_engine_header_that_is_none_breaks_the_protocol() -> None:
    reader, _ = read(b"\x07\0\0\0\0\0\0\1x", multiplexed=True)
    assert reader.result is not None
    assert reader.result.status == "protocol_error"


def test_output_that_had_arrived_survives_a_broken_protocol() -> None:
    reader, _ = read(HELLO + frame("O", b"kept") + frame("Z", b""))
    assert reader.result is not None
    assert reader.result.stdout == "kept"


def test_the_job_carries_the_limits_and_the_source() -> None:
    body = job_frame(b"print(1)\nprint(2)", Limits(wall_s=3.0, stdin="in"), TOKEN)[5:]
    head, source = body.split(b"\n", 1)
    assert source == b"print(1)\nprint(2)"
    assert {"wall_s": 3.0, "stdin": "in", "token": TOKEN}.items() <= json.loads(head).items()


_FRAMES = st.lists(
    st.one_of(
        st.builds(frame, st.sampled_from("OEoe"), st.binary(max_size=40)),
        st.just(HELLO),
        st.builds(lambda n: result(stdout_bytes=n), st.integers(0, 50)),
        st.builds(frame, st.sampled_from("HRZ"), st.binary(max_size=20)),
        st.binary(max_size=12),
    ),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(_FRAMES, st.integers(1, 30), st.booleans())
def test_however_bytes_are_split_the_outcome_is_the_same(
    frames: list[bytes], step: int, multiplexed: bool
) -> None:
    data = HELLO + b"".join(frames)
    data = mux(data[:17]) + mux(b"said", 2) + mux(data[17:]) if multiplexed else data
    whole, output = read(data, multiplexed=multiplexed)
    pieces, output_in_pieces = read(data, multiplexed=multiplexed, step=step)
    assert whole.result == pieces.result
    assert (whole.hello, whole.broken, whole.diagnostics) == (pieces.hello, pieces.broken, pieces.diagnostics)
    assert output.replace("stdout:", "").replace("stderr:", "") == output_in_pieces.replace(
        "stdout:", ""
    ).replace("stderr:", "")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=10), st.booleans())
def test_garbage_never_raises(pieces: list[bytes], multiplexed: bool) -> None:
    reader = BoxReader(multiplexed=multiplexed)
    reader.begin(TOKEN, LIMITS)
    for piece in pieces:
        reader.feed(piece)
    assert reader.result is None or reader.result.status == "protocol_error"


@settings(max_examples=30, deadline=None)
@given(st.sampled_from("HOEoeR"), st.integers(1, 60))
def test_what_is_held_for_an_endless_stream_is_bounded(kind: str, repeats: int) -> None:
    reader = BoxReader(multiplexed=True)
    reader.begin(TOKEN, LIMITS)
    reader.feed(mux(HELLO + kind.encode() + struct.pack(">I", MAX_FRAME_BYTES)))
    for _ in range(repeats):
        reader.feed(mux(b"\0" * 65536))
    assert len(reader._pending) <= MAX_FRAME_BYTES + 5
    kept = reader.ended_as("killed_by_host")
    assert len(kept.stdout) + len(kept.stderr) <= 2 * LIMITS.output_bytes

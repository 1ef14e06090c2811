"""Read what a box sends, trusting none of it.

`BoxReader` is fed bytes in pieces of any size and gives the same outcome however they were split. Whatever
breaks the protocol ends in an `ExecutionResult` with status `protocol_error`; nothing is ever raised. The
frames are described in `inside/wire.py`.
"""

from __future__ import annotations

import codecs
import json
import struct
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from codesteer_tui.sandbox import Output
from codesteer_tui.values import ExecutionResult, Limits, Stream

MAX_FRAME_BYTES = 1 << 20
MAX_DIAGNOSTICS_BYTES = 2048
PROTOCOL = 1

_T = TypeVar("_T")
_Count: TypeAlias = Annotated[int, Meta(ge=0, le=1 << 53)]
_Millis: TypeAlias = Annotated[float, Meta(ge=0, le=1e12)]
_STREAMS: dict[int, Stream] = {ord("O"): "stdout", ord("E"): "stderr", ord("o"): "stdout", ord("e"): "stderr"}
_HELLO, _RESULT, _LIVE = ord("H"), ord("R"), frozenset(b"OE")


class Hello(Struct, frozen=True):
    """A box that is ready for a job: protocol version, its Python, and the user id programs run under.

    `memory_bytes` and `pids` are the limits that the kernel holds it to, None where it does not say.
    """

    v: int
    python: str
    uid: int
    memory_bytes: _Count | None = None
    pids: _Count | None = None


class _Result(Struct, frozen=True):
    token: str
    status: Literal["exited", "timeout", "oom", "output_limit", "cancelled"]
    exit: Annotated[int, Meta(ge=0, le=255)] | None
    signal: Annotated[int, Meta(ge=1, le=64)] | None
    wall_ms: _Millis
    cpu_ms: _Millis
    peak_bytes: _Count | None
    stdout_bytes: _Count
    stderr_bytes: _Count
    stdout_truncated: bool
    stderr_truncated: bool
    oom_kills: _Count
    pids_denied: _Count
    disk_full: bool
    stragglers: _Count


def job_frame(source: bytes, limits: Limits, token: str) -> bytes:
    """The frame that gives a box its job. `token` comes back with the result and proves whose it is."""
    header = {
        "token": token,
        "wall_s": limits.wall_s,
        "cpu_s": limits.cpu_s,
        "memory_bytes": limits.memory_bytes,
        "output_bytes": limits.output_bytes,
        "tail_bytes": limits.tail_bytes,
        "flood_bytes": limits.flood_bytes,
        "disk_bytes": limits.disk_bytes,
        "stdin": limits.stdin,
    }
    body = json.dumps(header).encode() + b"\n" + source
    return b"J" + struct.pack(">I", len(body)) + body


CANCEL_FRAME = b"C" + struct.pack(">I", 0)
KEEP_ALIVE_FRAME = b"K" + struct.pack(">I", 0)


class Multiplexed:
    """Peels the engine's 8-byte headers off an attached stream: stdout carries frames, stderr diagnostics."""

    def __init__(self) -> None:
        self._header = bytearray()
        self._stream = 0
        self._left = 0
        self.broken = ""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield (1 for stdout or 2 for stderr, bytes); sets `broken` and stops at a bad header."""
        at = 0
        while at < len(data) and not self.broken:
            if self._left:
                piece = data[at : at + self._left]
                at += len(piece)
                self._left -= len(piece)
                yield self._stream, piece
                continue
            missing = 8 - len(self._header)
            self._header += data[at : at + missing]
            at += missing
            if len(self._header) == 8:
                self._stream, self._left = self._header[0], struct.unpack(">I", self._header[4:])[0]
                if self._stream not in (1, 2) or any(self._header[1:4]):
                    self.broken = "the engine's stream has a header that is none"
                self._header.clear()


class StreamText:
    """One stream of a program: bytes in, text out, with the head as it came and the tail after a cut."""

    def __init__(self, limits: Limits) -> None:
        self.head_cap, self.tail_cap = limits.output_bytes, limits.tail_bytes
        self.received = 0
        self.tail: bytes | None = None
        self.pieces: list[str] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def live(self, data: bytes) -> str:
        """Take the next bytes of the head; return the text that is now complete."""
        self.received += len(data)
        text = self._decoder.decode(data)
        if text:  # else an endless stream of empty frames would fill the list
            self.pieces.append(text)
        return text

    def finish(self) -> str:
        """The rest of the text; a character that the cut went through is dropped, not shown as garbage."""
        text = "" if self.tail is not None else self._decoder.decode(b"", final=True)
        self.pieces.append(text)
        return text

    @property
    def head_text(self) -> str:
        """The head, as far as it has come."""
        return "".join(self.pieces)

    @property
    def tail_text(self) -> str:
        """The tail, from its first whole character on; empty where nothing was cut."""
        tail = self.tail or b""
        skip = 0
        while skip < min(3, len(tail)) and tail[skip] & 0xC0 == 0x80:
            skip += 1
        return tail[skip:].decode("utf-8", "replace")


class BoxReader:
    """Turns a box's bytes into `Hello`, `Output` pieces and one `ExecutionResult`.

    A box that waits for its job may say hello and nothing else; `begin` tells the reader that a job was sent.
    `multiplexed` is true for a stream attached through an engine. Memory held is bounded by twice head and
    tail, plus one frame. `result` is set once the box has reported or broken the protocol, and `diagnostics`
    is the start of what the supervisor said about itself.
    """

    def __init__(self, *, multiplexed: bool) -> None:
        self._token = ""
        self._mux = Multiplexed() if multiplexed else None
        self._texts: dict[Stream, StreamText] = {}
        self.begin("", Limits())
        self._pending = bytearray()
        self._diagnostics = bytearray()
        self.hello: Hello | None = None
        self.result: ExecutionResult | None = None
        self.broken = ""

    def begin(self, token: str, limits: Limits) -> None:
        """A job with this token and these limits is about to be sent."""
        self._token = token
        self._texts = {"stdout": StreamText(limits), "stderr": StreamText(limits)}

    @property
    def diagnostics(self) -> str:
        """What the supervisor wrote about itself, at most 2 KiB; never program output."""
        return self._diagnostics.decode("utf-8", "replace").strip()

    def feed(self, data: bytes) -> list[Output]:
        """Take the next bytes; return the program's output in them."""
        output: list[Output] = []
        pieces = self._mux.feed(data) if self._mux else ((1, data),)
        for stream, piece in pieces:
            if stream == 2:
                self._diagnose(piece)
            elif not self.broken:
                self._pending += piece
                self._take_frames(output)
        if self._mux and self._mux.broken:
            self._break(self._mux.broken)
        return output

    def _diagnose(self, piece: bytes) -> None:
        self._diagnostics += piece[: MAX_DIAGNOSTICS_BYTES - len(self._diagnostics)]

    def _take_frames(self, output: list[Output]) -> None:
        while self._pending and not self.broken:
            if self.result is not None:
                self._break("bytes after the result")
                return
            kind = self._pending[0]
            if kind not in _STREAMS and kind not in (_HELLO, _RESULT):
                self._break(f"a frame of unknown type {kind}")
                return
            if len(self._pending) < 5:
                return
            length = struct.unpack(">I", self._pending[1:5])[0]
            if length > MAX_FRAME_BYTES:
                self._break(f"a frame of {length} bytes")
                return
            if len(self._pending) < 5 + length:
                return
            payload = bytes(self._pending[5 : 5 + length])
            del self._pending[: 5 + length]
            self._take(kind, payload, output)

    def _take(self, kind: int, payload: bytes, output: list[Output]) -> None:
        if kind == _HELLO:
            self._take_hello(payload)
        elif self.hello is None:
            self._break("a frame before the hello")
        elif not self._token:
            self._break("a frame before the job")
        elif kind == _RESULT:
            self._take_result(payload, output)
        else:
            self._take_output(kind, payload, output)

    def _take_hello(self, payload: bytes) -> None:
        hello = _decode(payload, Hello)
        if self.hello is not None or hello is None or hello.v != PROTOCOL:
            self._break("a hello that is not one of this version")
        else:
            self.hello = hello

    def _take_output(self, kind: int, payload: bytes, output: list[Output]) -> None:
        name = _STREAMS[kind]
        stream = self._texts[name]
        if kind in _LIVE:
            if stream.tail is not None or stream.received + len(payload) > stream.head_cap:
                self._break(f"more {name} than was agreed")
            elif text := stream.live(payload):
                output.append(Output(name, text))
        elif stream.tail is not None or len(payload) > stream.tail_cap:
            self._break(f"more of the end of {name} than was agreed")
        else:
            stream.tail = payload

    def _take_result(self, payload: bytes, output: list[Output]) -> None:
        result = _decode(payload, _Result)
        if result is None:
            self._break("a result of the wrong shape")
        elif result.token != self._token:
            self._break("a result with the wrong token")
        elif not self._counts_agree(result):
            self._break("a result that does not fit what was sent")
        else:
            for name, text in self._texts.items():
                if rest := text.finish():
                    output.append(Output(name, rest))
            fields = msgspec.structs.asdict(result) | self._kept()
            del fields["token"]
            self.result = ExecutionResult(**fields)

    def _counts_agree(self, result: _Result) -> bool:
        counts = {
            "stdout": (result.stdout_bytes, result.stdout_truncated),
            "stderr": (result.stderr_bytes, result.stderr_truncated),
        }
        for name, text in self._texts.items():
            total, truncated = counts[name]
            kept = text.received + len(text.tail or b"")
            if truncated != (text.tail is not None) or (kept > total if truncated else kept != total):
                return False
        return True

    def _kept(self) -> dict[str, Any]:
        out, err = self._texts["stdout"], self._texts["stderr"]
        return {
            "stdout": out.head_text,
            "stderr": err.head_text,
            "tail_stdout": out.tail_text,
            "tail_stderr": err.tail_text,
        }

    def ended_as(
        self, status: Literal["oom", "killed_by_host", "protocol_error", "cancelled"]
    ) -> ExecutionResult:
        """The result of a box that could not report for itself, with the output that had arrived."""
        out, err = self._texts["stdout"], self._texts["stderr"]
        return ExecutionResult(
            status=status,
            stdout_bytes=out.received,
            stderr_bytes=err.received,
            stdout_truncated=out.tail is not None,
            stderr_truncated=err.tail is not None,
            oom_kills=1 if status == "oom" else 0,
            **self._kept(),
        )

    def _break(self, reason: str) -> None:
        if not self.broken:
            self.broken = reason
            self._pending.clear()
            self.result = self.ended_as("protocol_error")


def _decode(payload: bytes, kind: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None

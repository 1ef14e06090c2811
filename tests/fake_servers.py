"""HTTP servers on loopback that speak the providers' protocols, well or badly, as a test wants.

A `FakeServer` gives its `Scripted` replies one a request, the last one again and again, and keeps what it was
asked. The builders at the end make bodies in the three protocols.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

EVENT_STREAM = "text/event-stream"


@dataclass
class Scripted:
    """One reply: the body goes out in `chunks`, `pause_s` apart, and ends as `ending` says.

    `whole`: properly. `cut`: the connection closes before the last chunk. `reset`: it is reset.
    `clean_cut`: no length was promised, and the connection closes. `stall`: silence until the client goes.
    """

    chunks: Sequence[bytes] = ()
    status: int = 200
    content_type: str = EVENT_STREAM
    headers: dict[str, str] = field(default_factory=dict)
    pause_s: float = 0.0
    ending: Literal["whole", "cut", "reset", "clean_cut", "stall"] = "whole"


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Listening:
    """A server on loopback while its block lasts. Every connection is served in a task of its own, ended with it."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls, backlog=256)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"{'https' if self._tls else 'http'}://{self.address}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError


class FakeServer(Listening):
    """`async with FakeServer(reply, …) as server:` listens on `server.url` until the block ends.

    With `tls` it speaks https.
    """

    def __init__(self, *replies: Scripted, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self._replies = list(replies)
        self.asked: list[Asked] = []
        self.at_once = self.most_at_once = 0
        """How many replies are being given now, and at most so far."""
        self.called = asyncio.Event()
        """Set when a request has come."""
        self.left = asyncio.Event()
        """Set when a client closed the connection while it was being answered."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    self.asked.append(await _read_request(reader))
                    reply = self._replies[min(len(self.asked), len(self._replies)) - 1]
                    self.called.set()
                    self.at_once += 1
                    self.most_at_once = max(self.most_at_once, self.at_once)
                    try:
                        await self._answer(reply, reader, writer)
                    finally:
                        self.at_once -= 1
                    if reply.ending != "whole":
                        break
        finally:
            writer.close()

    async def _answer(
        self, reply: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        gone = asyncio.create_task(reader.read(1))
        chunked = reply.ending != "clean_cut"
        headers = {"content-type": reply.content_type, **reply.headers}
        headers |= {"transfer-encoding": "chunked"} if chunked else {"connection": "close"}
        lines = [f"HTTP/1.1 {reply.status} Fake", *(f"{k}: {v}" for k, v in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        try:
            for chunk in reply.chunks:
                writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunked else chunk)
                await writer.drain()
                await asyncio.wait([gone], timeout=reply.pause_s)
                if gone.done():
                    self.left.set()
                    return
            if reply.ending == "stall":
                await gone
                self.left.set()
            if reply.ending == "reset":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            if reply.ending == "whole":
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        except ConnectionError:
            self.left.set()
            raise
        finally:
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await gone


async def _read_request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in head[1:] if ":" in line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(head[0].split()[1], headers, json.loads(body) if body else {})


def sliced(body: bytes, size: int) -> list[bytes]:
    """`body` in pieces of `size` bytes, wherever that cuts."""
    return [body[i : i + size] for i in range(0, len(body), size)]


def failing(status: int, body: object = None, **headers: str) -> Scripted:
    """An error reply: JSON where `body` is a mapping, else the text as a web page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, str):
        return Scripted([body.encode()], status, "text/html", named)
    return Scripted(
        [json.dumps(body or {"error": {"message": "no"}}).encode()], status, "application/json", named
    )


def openai_body(
    *texts: str,
    reasoning: Iterable[str] = (),
    finish: str | None = "stop",
    usage: tuple[int, int] | None = (7, 3),
    done: bool = True,
) -> bytes:
    """A Chat Completions stream that says `texts`, as servers send it."""

    def event(choices: list[dict[str, Any]], **more: Any) -> bytes:
        chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return _data({**chunk, "choices": choices, **more})

    def choice(delta: dict[str, Any], reason: str | None = None) -> list[dict[str, Any]]:
        return [{"index": 0, "delta": delta, "finish_reason": reason}]

    body = event(choice({"role": "assistant", "content": ""}))
    body += b"".join(event(choice({"reasoning_content": text})) for text in reasoning)
    body += b"".join(event(choice({"content": text})) for text in texts)
    if finish:
        body += event(choice({}, finish))
    if usage:
        body += event([], usage={"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": 0})
    return body + (b"data: [DONE]\n\n" if done else b"")


def anthropic_body(
    *texts: str,
    reasoning: Iterable[str] = (),
    stop_reason: str | None = "end_turn",
    usage: tuple[int, int] = (7, 3),
    error: str = "",
) -> bytes:
    """A Messages stream that says `texts`, with pings in between; `error` is an error event's type."""
    message = {"id": "m", "type": "message", "role": "assistant", "content": [], "model": "m"}
    counts = {"input_tokens": usage[0], "output_tokens": 1}
    start = {**message, "stop_reason": None, "stop_sequence": None, "usage": counts}
    body = _event("message_start", message=start) + _event("ping")
    blocks = [("thinking", list(reasoning)), ("text", list(texts))]
    for index, (kind, pieces) in enumerate((k, p) for k, p in blocks if p):
        body += _event("content_block_start", index=index, content_block={"type": kind, kind: ""})
        for piece in pieces:
            body += _event("content_block_delta", index=index, delta={"type": f"{kind}_delta", kind: piece})
        body += _event("content_block_stop", index=index)
    if error:
        return body + _event("error", error={"type": error, "message": "Overloaded"})
    if stop_reason:
        delta = {"stop_reason": stop_reason, "stop_sequence": None}
        body += _event("message_delta", delta=delta, usage={"output_tokens": usage[1]})
        body += _event("message_stop")
    return body


def responses_body(
    *texts: str,
    reasoning: Iterable[str] = (),
    status: str = "completed",
    reason: str = "max_output_tokens",
    usage: tuple[int, int] | None = (7, 3),
    ended: bool = True,
    error: dict[str, Any] | None = None,
) -> bytes:
    """A Responses stream that says `texts`; `reason` is why it is "incomplete", `error` why it "failed"."""
    response = {"id": "r", "object": "response", "model": "m", "status": "in_progress", "output": []}
    body = _event("response.created", response=response) + _event("response.in_progress", response=response)
    where = {"item_id": "i", "output_index": 0, "content_index": 0, "summary_index": 0}
    body += b"".join(
        _event("response.reasoning_summary_text.delta", delta=text, **where) for text in reasoning
    )
    body += b"".join(_event("response.output_text.delta", delta=text, logprobs=[], **where) for text in texts)
    if not ended:
        return body
    counted = usage and {"input_tokens": usage[0], "output_tokens": usage[1], "total_tokens": sum(usage)}
    why = {"reason": reason} if status == "incomplete" else None
    last = {**response, "status": status, "usage": counted, "incomplete_details": why, "error": error}
    return body + _event(f"response.{status}", response=last)


def events(*values: object) -> bytes:
    """Events without names, as Chat Completions have them, of these JSON values."""
    return b"".join(_data(value) for value in values)


def named_events(*values: dict[str, Any]) -> bytes:
    """Events that are named as their `type` says."""
    return b"".join(_event(**{"kind": value["type"], **value}) for value in values)


def _event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\n".encode() + _data({"type": kind, **fields})


def _data(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n\n"

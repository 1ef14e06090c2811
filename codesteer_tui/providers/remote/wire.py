"""What comes over the wire before an SDK reads it: bounded, valid UTF-8, and kept where it is no stream.

The SDKs read lines without any bound, fail on a byte that is not UTF-8, and throw away a body that holds no
event. So every client has `watch` among its response hooks.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from codesteer_tui.providers.failures.kinds import TooMuch

EVENT_BYTES = 16 << 20
"""Longest event of a stream; far beyond the longest answer that is kept."""

EVENT_LINES = 10_000
"""Most lines of an event; every one makes the next a little slower for an SDK."""

BODY_BYTES = 512 << 20
"""Longest reply. A million tokens are about half of it."""

ERROR_BYTES = 64 << 10
"""What is read of an error's body."""

KEPT_BYTES = 4 << 20
"""Longest reply that is no stream and is read all the same."""

_KEPT = "codesteer.kept"


async def watch(response: Any) -> None:
    """A hook of the HTTP library for responses, before their body is read. Raises `TooMuch` while it is read."""
    read: Callable[..., AsyncGenerator[bytes, None]] = response.aiter_bytes
    if response.status_code >= 300:
        response.aiter_bytes = lambda chunk_size=None: _beginning(read(chunk_size))
        return
    kept = response.extensions[_KEPT] = bytearray()
    response.aiter_bytes = lambda chunk_size=None: _bounded(read(chunk_size), kept)


async def _beginning(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    seen = 0
    async with aclosing(chunks):
        async for chunk in chunks:
            yield chunk[: ERROR_BYTES - seen]
            seen += len(chunk)
            if seen >= ERROR_BYTES:
                return


async def _bounded(chunks: AsyncGenerator[bytes, None], kept: bytearray) -> AsyncGenerator[bytes, None]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    total = since_event = lines = 0
    tail = b""
    async with aclosing(chunks):
        async for chunk in chunks:
            total += len(chunk)
            if total <= KEPT_BYTES:
                kept += chunk
            joined = tail + chunk
            ended = max(joined.rfind(end) for end in (b"\n\n", b"\r\n\r\n", b"\r\r"))
            since_event = since_event + len(chunk) if ended < 0 else len(joined) - ended
            lines = lines + chunk.count(b"\n") if ended < 0 else joined.count(b"\n", ended + 2)
            tail = joined[-3:]
            if lines > EVENT_LINES:
                raise TooMuch(f"sent more than {EVENT_LINES} lines without the end of an event")
            if since_event > EVENT_BYTES:
                raise TooMuch(f"sent more than {EVENT_BYTES >> 20} MiB without the end of an event")
            if total > BODY_BYTES:
                raise TooMuch(f"sent more than {BODY_BYTES >> 20} MiB in one reply")
            if valid := decoder.decode(chunk).encode():
                yield valid
        if rest := decoder.decode(b"", True).encode():
            yield rest


def whole_body(response: Any) -> bytes:
    """The body of a reply that came whole, empty where it was too long to be kept."""
    kept: bytes = bytes(response.extensions.get(_KEPT, b""))
    return kept if len(kept) < KEPT_BYTES else b""


def as_json(body: bytes) -> Any:
    """What a body says as JSON, or None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def as_events(reply: Any) -> list[dict[str, Any]]:
    """A reply that was not streamed although that was asked for, as the events that would have said the same.

    Knows the whole replies of Chat Completions, Messages and Responses; for anything else no events.
    """
    if not isinstance(reply, dict):
        return []
    if isinstance(choices := reply.get("choices"), list):
        said = [{**choice, "delta": choice.get("message")} for choice in choices if isinstance(choice, dict)]
        return [{**reply, "choices": said}]
    if reply.get("type") == "message" and isinstance(blocks := reply.get("content"), list):
        starts = [{"type": "content_block_start", "content_block": block} for block in blocks]
        delta = {"stop_reason": reply.get("stop_reason")}
        ending = {"type": "message_delta", "delta": delta, "usage": reply.get("usage")}
        return [{"type": "message_start", "message": reply}, *starts, ending]
    if reply.get("object") == "response":
        return [{"type": f"response.{reply.get('status') or 'completed'}", "response": reply}]
    return []

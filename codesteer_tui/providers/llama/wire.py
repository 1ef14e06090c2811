"""What the program and its llama.cpp worker say to each other: length-prefixed msgpack over pipes.

A frame is four bytes of length, most significant first, and one message. The worker answers every `Generate`
with any number of `Piece`s and then one `Done` or `Fault` of the same `id`; `Load` with `Loaded` or `Fault`
(`id` 0).
"""

from __future__ import annotations

import asyncio
from typing import BinaryIO, TypeAlias

import msgspec
from msgspec import Struct

from codesteer_tui.errors import ModelErrorKind
from codesteer_tui.values import Finish, Message

LONGEST_FRAME = 64 << 20
"""Bytes. A longer frame means that the pipe carries something else."""


class Load(Struct, frozen=True, tag=True):
    """Open the weights. `gpu_layers` None leaves it to the worker: all, where the build can use a GPU."""

    path: str
    n_ctx: int
    n_threads: int
    n_batch: int
    gpu_layers: int | None = None


class Generate(Struct, frozen=True, tag=True):
    """Answer a conversation."""

    id: int
    messages: tuple[Message, ...]
    temperature: float | None
    max_tokens: int
    seed: int | None
    stop: tuple[str, ...]
    top_p: float | None = None


class Cancel(Struct, frozen=True, tag=True):
    """Stop the generation `id` now, in the middle of prompt evaluation too."""

    id: int


class Loaded(Struct, frozen=True, tag=True):
    """The weights are open: context size in tokens, layers sent to a GPU (0: none, -1: all)."""

    n_ctx: int
    gpu_layers: int
    name: str = ""


class Piece(Struct, frozen=True, tag=True):
    """Text as it comes."""

    id: int
    text: str


class Done(Struct, frozen=True, tag=True):
    """The reply ended. `evaluated` counts the prompt tokens that were not in the cache."""

    id: int
    finish: Finish
    input_tokens: int
    output_tokens: int
    evaluated: int


class Fault(Struct, frozen=True, tag=True):
    """Nothing came of it."""

    id: int
    kind: ModelErrorKind
    message: str
    remedy: str = ""


Request: TypeAlias = Load | Generate | Cancel
Answer: TypeAlias = Loaded | Piece | Done | Fault

_requests = msgspec.msgpack.Decoder(Request)
_answers = msgspec.msgpack.Decoder(Answer)


def frame(message: Request | Answer) -> bytes:
    """One message, ready to be written."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(4, "big") + body


def read_request(pipe: BinaryIO) -> Request | None:
    """The next request, or None when the other side is gone."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "big")
    body = pipe.read(size)
    return _requests.decode(body) if len(body) == size else None


async def read_answer(pipe: asyncio.StreamReader) -> Answer | None:
    """The next answer, or None when the other side is gone.

    Raises:
        msgspec.DecodeError: the pipe carries something else.
    """
    try:
        size = int.from_bytes(await pipe.readexactly(4), "big")
        if size > LONGEST_FRAME:
            raise msgspec.DecodeError(f"a frame of {size} bytes")
        answer: Answer = _answers.decode(await pipe.readexactly(size))
    except asyncio.IncompleteReadError:
        return None
    return answer

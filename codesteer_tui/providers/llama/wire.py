"""What the program and its llama.cpp worker say to each other: length-prefixed msgpack over pipes.

A frame is four bytes of length, most significant first, and one message. `Load` is answered by any number of
`Progress` and then `Loaded` or `Fault` (`id` 0). Every other request has an `id`, and all its answers carry that:
`Open` is answered by `Opened` or `Fault`, `Count` by `Counted` or `Fault`, `Shut` by `Closed`, and `Generate` by
any number of `Reading` and `Piece`, then one `Done` or `Fault`.
"""

from __future__ import annotations

import asyncio
from typing import BinaryIO, Literal, TypeAlias

import msgspec
from msgspec import Struct

from codesteer_tui.errors import ModelErrorKind
from codesteer_tui.values import Channel, Finish, Message

LONGEST_FRAME = 64 << 20
"""Bytes. A longer frame means that the pipe carries something else."""

INFO, WARNING, ERROR = "info: ", "warning: ", "error: "
"""How a line in the worker's log begins, by its level. The first kind says nothing of what is amiss."""

THIS_MODEL = "the local model"
"""How the worker calls the model, whose name it does not know."""

KvType: TypeAlias = Literal["f32", "f16", "q8_0"]
FlashAttention: TypeAlias = Literal["auto", "on", "off"]


class Talk(Struct, frozen=True):
    """How a conversation is held: one of these for every role that uses the weights.

    `n_ctx` is the context in tokens, `n_batch` how many are handed to llama.cpp at once, `n_ubatch` how many it
    computes at once. `flash` "auto" is on with layers on a GPU, and on where `kv_type` needs it. `memory_file` is
    where the evaluated conversation is kept between workers; empty: nowhere.
    """

    n_ctx: int
    n_threads: int
    n_batch: int = 256
    n_ubatch: int = 256
    flash: FlashAttention = "auto"
    kv_type: KvType = "f16"
    memory_file: str = ""


class Load(Struct, frozen=True, tag=True):
    """Open the weights. `gpu_layers` None leaves it to the worker: all, where the build can use a GPU.

    `talk` is how the first conversation will be held: weights that leave no room for it are refused.
    """

    path: str
    talk: Talk
    gpu_layers: int | None = None
    mmap: bool = False


class Open(Struct, frozen=True, tag=True):
    """Make room for a conversation."""

    id: int
    conversation: int
    talk: Talk


class Shut(Struct, frozen=True, tag=True):
    """Give a conversation's memory back; write it to its file first, where it has one."""

    id: int
    conversation: int


class Count(Struct, frozen=True, tag=True):
    """How many tokens has this conversation?"""

    id: int
    conversation: int
    messages: tuple[Message, ...]


class Generate(Struct, frozen=True, tag=True):
    """Answer a conversation.

    `options` are texts such as "<<<Code>>>" between which the reply decides: the probability of each is read where
    the reply comes to the fork. With `only_options` the reply is one of them and nothing else.
    """

    id: int
    conversation: int
    messages: tuple[Message, ...]
    temperature: float | None
    max_tokens: int
    seed: int | None
    stop: tuple[str, ...]
    top_p: float | None = None
    options: tuple[str, ...] = ()
    only_options: bool = False


class Cancel(Struct, frozen=True, tag=True):
    """Stop the generation `id` now, in the middle of prompt evaluation too."""

    id: int


class Device(Struct, frozen=True):
    """Something that llama.cpp can compute on. Memory in bytes, 0 where it does not say."""

    name: str
    description: str
    kind: Literal["cpu", "gpu", "other"]
    free: int = 0
    total: int = 0


class Progress(Struct, frozen=True, tag=True):
    """How much of the weights is loaded, from 0 to 1."""

    fraction: float


class Loaded(Struct, frozen=True, tag=True):
    """The weights are open. `layers` counts the model's, its output with them; `gpu_layers` those on a GPU.

    `weights` is their size in bytes; `can_offload` whether this build of llama.cpp can use a GPU at all.
    """

    name: str
    layers: int
    gpu_layers: int
    weights: int
    can_offload: bool
    devices: tuple[Device, ...] = ()
    seconds: float = 0.0


class Opened(Struct, frozen=True, tag=True):
    """There is room: the context in tokens as llama.cpp rounded it, and the bytes of its cache of keys and values."""

    id: int
    n_ctx: int
    kv_bytes: int


class Closed(Struct, frozen=True, tag=True):
    """The conversation's memory was given back."""

    id: int


class Counted(Struct, frozen=True, tag=True):
    """Tokens of a conversation, up to where the assistant begins to speak, and the context's size."""

    id: int
    tokens: int
    n_ctx: int


class Reading(Struct, frozen=True, tag=True):
    """How many of the `total` prompt tokens that have to be evaluated are."""

    id: int
    done: int
    total: int


class Piece(Struct, frozen=True, tag=True):
    """Text as it comes."""

    id: int
    text: str
    channel: Channel = "answer"


class Done(Struct, frozen=True, tag=True):
    """The reply ended; `thought_tokens` of its tokens were thoughts.

    `evaluated` counts the prompt tokens that were not in the cache, `restored` those that came from a file; `read_s`
    and `write_s` are the seconds that prompt and reply took. `chances` are the probabilities of the options at the
    last fork, empty where there was none.
    """

    id: int
    finish: Finish
    input_tokens: int
    output_tokens: int
    thought_tokens: int
    evaluated: int
    restored: int = 0
    read_s: float = 0.0
    write_s: float = 0.0
    chances: dict[str, float] = {}


class Fault(Struct, frozen=True, tag=True):
    """Nothing came of it."""

    id: int
    kind: ModelErrorKind
    message: str
    remedy: str = ""


Request: TypeAlias = Load | Open | Shut | Count | Generate | Cancel
Answer: TypeAlias = Progress | Loaded | Opened | Closed | Counted | Reading | Piece | Done | Fault

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


def for_more_room(n_ctx: int, trained: int) -> str:
    """What helps where a conversation is too long: a larger context only where the weights can take one."""
    if 0 < trained <= n_ctx:
        return (
            "These weights were trained for no more: use fewer rounds, a shorter problem, or other weights."
        )
    return "Raise context_tokens of this provider, or use fewer rounds or a shorter problem."

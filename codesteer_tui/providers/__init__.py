"""Where models live. Whatever its protocol, every model is a `ChatModel`, and any of them can play any role.

Rooms: `remote` (models behind a network, one module for each protocol), `llama` (a GGUF on this machine), `demo` (the
built-in one), `keys`, `failures`, `costs` and `probing`; `opening` goes from the configuration to a model.

A provider is streamed, never awaited whole: `stream()` yields `TextDelta`s and ends with exactly one
`Completed`. Failures raise `ModelError`. Closing the iterator stops the work: the HTTP stream is closed,
the local model stops at the next token.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from codesteer_tui.values import Channel, Finish, Message, RoleInfo, Usage

__all__ = [
    "ChatModel",
    "Completed",
    "Delta",
    "Loading",
    "Measured",
    "Message",
    "Remark",
    "Retrying",
    "Sampling",
    "TextDelta",
    "Usage",
]


class Sampling(Struct, frozen=True):
    """How to sample. None leaves the provider's own default, as an empty `effort` does (how much to think).

    `decisions` are texts such as "<<<Code>>>" that the reply may decide between. A model that sees its own
    probabilities tells them in `Completed`; others take no notice. With `only_decisions` such a model says one of
    them and nothing else.
    """

    temperature: float | None = 0.0
    max_tokens: int = 4096
    seed: int | None = None
    stop: tuple[str, ...] = ()
    top_p: float | None = None
    effort: str = ""
    decisions: tuple[str, ...] = ()
    only_decisions: bool = False


class TextDelta(Struct, frozen=True):
    """A piece of text as it arrives, in the answer or in the reasoning channel."""

    text: str
    channel: Channel = "answer"


class Retrying(Struct, frozen=True):
    """The call failed in a way that may pass; it is tried again after `after_s` seconds."""

    attempt: int
    after_s: float
    reason: str


class Loading(Struct, frozen=True):
    """Before there is any text: how much of the weights is loaded or of the prompt is read, from 0 to 1."""

    what: Literal["weights", "prompt"]
    fraction: float


class Remark(Struct, frozen=True):
    """What a person should know about this model or this call: where it runs, how fast, what is amiss.

    `brief` is that in a word or two, where it can be: "CPU 1 thread", "12.3 tok/s".
    """

    kind: Literal["device", "speed", "warning"]
    text: str
    remedy: str = ""
    brief: str = ""


class Completed(Struct, frozen=True):
    """The reply is whole (or says why it is not). Always the last item of a stream.

    `chances` are the probabilities of `Sampling.decisions` where the reply last decided between them.
    """

    finish: Finish
    usage: Usage
    chances: dict[str, float] = {}


Delta: TypeAlias = TextDelta | Retrying | Loading | Remark | Completed


class ChatModel(Protocol):
    """A model that can be talked to."""

    @property
    def info(self) -> RoleInfo:
        """Who this is: provider, kind, model, label, host."""
        ...

    def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        """Answer the conversation, piece by piece.

        Raises:
            ModelError: typed by `kind`, with the remedy; text that arrived before it stays valid.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections and processes. May be called twice."""
        ...


@runtime_checkable
class Measured(Protocol):
    """A chat model that can count a conversation's tokens exactly, before it is asked to answer."""

    @property
    def info(self) -> RoleInfo:
        """As a chat model's."""
        ...

    @property
    def context(self) -> int:
        """How many tokens fit, prompt and reply together."""
        ...

    async def measure(self, messages: Sequence[Message]) -> int:
        """How many tokens a conversation has as a prompt.

        Raises:
            ModelError: the model behind it failed.
        """
        ...

"""Where models live. Whatever its protocol, every model is a `ChatModel`, and any of them can play any role.

Rooms: `remote` (models behind a network, one module for each protocol), `llama` (a GGUF on this machine), `demo` (the
built-in one), `keys`, `failures`, `costs` and `probing`; `opening` goes from the configuration to a model.

A provider is streamed, never awaited whole: `stream()` yields `TextDelta`s and ends with exactly one
`Completed`. Failures raise `ModelError`. Closing the iterator stops the work: the HTTP stream is closed,
the local model stops at the next token.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol, TypeAlias

from msgspec import Struct

from codesteer_tui.values import Channel, Finish, Message, RoleInfo, Usage

__all__ = ["ChatModel", "Completed", "Delta", "Message", "Retrying", "Sampling", "TextDelta", "Usage"]


class Sampling(Struct, frozen=True):
    """How to sample. None leaves the provider's own default, as an empty `effort` does (how much to think)."""

    temperature: float | None = 0.0
    max_tokens: int = 4096
    seed: int | None = None
    stop: tuple[str, ...] = ()
    top_p: float | None = None
    effort: str = ""


class TextDelta(Struct, frozen=True):
    """A piece of text as it arrives, in the answer or in the reasoning channel."""

    text: str
    channel: Channel = "answer"


class Retrying(Struct, frozen=True):
    """The call failed in a way that may pass; it is tried again after `after_s` seconds."""

    attempt: int
    after_s: float
    reason: str


class Completed(Struct, frozen=True):
    """The reply is whole (or says why it is not). Always the last item of a stream."""

    finish: Finish
    usage: Usage


Delta: TypeAlias = TextDelta | Retrying | Completed


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

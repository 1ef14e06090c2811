"""What happens around a call to a role's model."""

from __future__ import annotations

from typing import Literal

from codesteer_tui.events.base import Base
from codesteer_tui.values import NoteKind, Role, Usage


class Retried(Base, frozen=True):
    """A call failed in a way that may pass and is tried again after `after_s` seconds."""

    role: Role
    attempt: int
    after_s: float
    reason: str


class LoadingDelta(Base, frozen=True):
    """How far a role's model is before its first text, from 0 to 1: its weights are loaded, or its prompt is read."""

    round: int
    role: Role
    what: Literal["weights", "prompt"]
    fraction: float


class Noted(Base, frozen=True):
    """What a person should know about a role's model or a call to it.

    `kind` says which: where it runs, how fast it was, what is amiss with it (`remedy` says what helps), or what was
    left out of its prompt because its context is too small. `brief` is that in a word or two: "12.3 tok/s".
    """

    round: int
    role: Role
    kind: NoteKind
    text: str
    remedy: str = ""
    brief: str = ""


class CallFailed(Base, frozen=True):
    """A call to a role's model failed for good; what had arrived of its reply is in `text` and `reasoning`.

    `usage` is what the call had used up, estimated where the provider had not said. The TaskLLM's text is also
    its `AnswerGiven`, with `finish` "broken"; not so where `kind` is "interrupted": the run was stopped in this call.
    """

    round: int
    role: Role
    kind: str
    message: str
    remedy: str = ""
    text: str = ""
    reasoning: str = ""
    usage: Usage = Usage()
    seconds: float = 0.0

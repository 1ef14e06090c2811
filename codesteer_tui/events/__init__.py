"""The vocabulary of a run: everything that happens is one of these facts, in the past tense.

A run is an asynchronous iterator of events. The screen, the headless command, the recorder and replay are
consumers of it and nothing else. Two kinds: a `*Delta` is cosmetic, may be coalesced or dropped, and carries
a piece; every other event is a completed fact and carries the whole. Everything that matters can be computed
without the deltas.

Each event is one JSON object with `type` (the class name in snake case) and `at`, the seconds since the
session began. Fields are added, never renamed or removed; readers skip types that they do not know.
"""

from __future__ import annotations

from typing import TypeAlias, get_args

import msgspec
from msgspec import Struct, field

from codesteer_tui.events.base import FORMAT, Base, tag
from codesteer_tui.events.of_calls import CallFailed, LoadingDelta, Noted, Retried
from codesteer_tui.events.of_person import (
    Answered,
    Asked,
    GuidanceVetoed,
    HintGiven,
    ModeChanged,
    OwnAnswerTaken,
)
from codesteer_tui.events.of_rounds import (
    AnswerChecked,
    AnswerDelta,
    AnswerGiven,
    AnswerVerified,
    CodeFound,
    CodeJudged,
    ExecutionFinished,
    ExecutionStarted,
    GuidanceDelta,
    GuidanceGiven,
    GuidanceProposed,
    OutputDelta,
    PromptSent,
    RoundFinished,
    RoundStarted,
)
from codesteer_tui.events.of_session import (
    CRASH,
    Cancelled,
    Failed,
    Finished,
    RoleChanged,
    SessionResumed,
    SessionStarted,
)

__all__ = [
    "CRASH",
    "EVENT_TYPES",
    "FORMAT",
    "AnswerChecked",
    "AnswerDelta",
    "AnswerGiven",
    "AnswerVerified",
    "Answered",
    "Asked",
    "Base",
    "CallFailed",
    "Cancelled",
    "CodeFound",
    "CodeJudged",
    "Ending",
    "Event",
    "ExecutionFinished",
    "ExecutionStarted",
    "Failed",
    "Finished",
    "GuidanceDelta",
    "GuidanceGiven",
    "GuidanceProposed",
    "GuidanceVetoed",
    "HintGiven",
    "LoadingDelta",
    "ModeChanged",
    "Noted",
    "OutputDelta",
    "OwnAnswerTaken",
    "PromptSent",
    "Retried",
    "RoleChanged",
    "RoundFinished",
    "RoundStarted",
    "SessionResumed",
    "SessionStarted",
    "Skipped",
    "decode",
    "encode",
    "is_delta",
]

Event: TypeAlias = (
    SessionStarted
    | SessionResumed
    | RoundStarted
    | GuidanceDelta
    | GuidanceProposed
    | GuidanceVetoed
    | GuidanceGiven
    | PromptSent
    | AnswerDelta
    | AnswerGiven
    | CodeFound
    | ExecutionStarted
    | OutputDelta
    | ExecutionFinished
    | CodeJudged
    | AnswerChecked
    | RoundFinished
    | AnswerVerified
    | RoleChanged
    | ModeChanged
    | HintGiven
    | OwnAnswerTaken
    | Asked
    | Answered
    | Retried
    | LoadingDelta
    | Noted
    | CallFailed
    | Finished
    | Failed
    | Cancelled
)

EVENT_TYPES: dict[str, type[Base]] = {tag(cls.__name__): cls for cls in get_args(Event)}
"""Every event class by its `type`."""

Ending: TypeAlias = Finished | Failed | Cancelled


class Skipped(Struct, frozen=True):
    """A line of a session file that this version cannot read, and why."""

    type: str
    reason: str


class _Header(Struct):
    type: str = field(default="")


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_header = msgspec.json.Decoder(_Header)


def encode(event: Event) -> bytes:
    """The event as one line of JSON, without the line end."""
    return _encoder.encode(event)


def decode(line: bytes | str) -> Event | Skipped:
    """Read one line back.

    A type that this version does not know, as a newer one may write, becomes `Skipped`.

    Raises:
        msgspec.DecodeError: the line is not JSON, or a known event with fields of the wrong type.
    """
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError:
        kind = _header.decode(line).type
        if kind in EVENT_TYPES:
            raise
        return Skipped(kind, f"event type {kind!r} is not known to this version")


def is_delta(event: Event) -> bool:
    """Whether the event is cosmetic."""
    return isinstance(event, GuidanceDelta | AnswerDelta | OutputDelta | LoadingDelta)

"""The four panes: what each is called, which module draws it, and which events it is drawn again for."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from codesteer_tui import events as ev
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Block, Bounds
from codesteer_tui.tui.drawing import flags, guidance, run, task


class Drawing(Protocol):
    """What a module offers that draws a pane."""

    def title(self, transcript: Transcript, this: Round | None) -> str: ...
    def blocks(self, transcript: Transcript, this: Round | None, bounds: Bounds) -> list[Block]: ...
    def peek(self, transcript: Transcript, this: Round | None) -> str: ...
    def to_copy(self, transcript: Transcript, this: Round | None) -> str: ...


class Part(NamedTuple):
    """Which of the four streams a pane shows."""

    number: int
    name: str
    short: str
    drawing: Drawing
    events: tuple[type[ev.Base], ...]


_ALWAYS = (
    ev.SessionStarted,
    ev.SessionResumed,
    ev.RoundStarted,
    ev.RoundFinished,
    ev.RoleChanged,
    ev.PromptSent,
    ev.LoadingDelta,
    ev.Noted,
    ev.CallFailed,
    ev.ModeChanged,
    ev.HintGiven,
    ev.OwnAnswerTaken,
    ev.Asked,
    ev.Answered,
)
ENDINGS = (ev.Finished, ev.Failed, ev.Cancelled)
"""Events that are drawn at once."""

PARTS = (
    Part(
        1,
        "GUIDANCE",
        "Guide",
        guidance,
        (*_ALWAYS, *ENDINGS, ev.GuidanceDelta, ev.GuidanceProposed, ev.GuidanceVetoed, ev.GuidanceGiven),
    ),
    Part(
        2,
        "TASK",
        "Task",
        task,
        (*_ALWAYS, *ENDINGS, ev.GuidanceGiven, ev.AnswerDelta, ev.AnswerGiven, ev.CodeFound),
    ),
    Part(
        3,
        "RUN",
        "Run",
        run,
        (
            *_ALWAYS,
            *ENDINGS,
            ev.GuidanceGiven,
            ev.CodeFound,
            ev.ExecutionStarted,
            ev.OutputDelta,
            ev.ExecutionFinished,
        ),
    ),
    Part(
        4,
        "FLAGS",
        "Flags",
        flags,
        (
            *_ALWAYS,
            *ENDINGS,
            ev.AnswerGiven,
            ev.CodeFound,
            ev.CodeJudged,
            ev.AnswerChecked,
            ev.AnswerVerified,
        ),
    ),
)


def reached(this: Round | None) -> Part:
    """The part in which most recently something happened, as far as the round has come."""
    if this is None:
        return PARTS[0]
    if this.judgement or this.check or this.truth:
        return PARTS[3]
    if this.executions:
        return PARTS[2]
    return PARTS[1] if this.answer or this.answer_so_far or this.reasoning_so_far else PARTS[0]

"""What is worth finding in a session: who spoke when, where a flag went up, where something went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from codesteer_tui import events as ev
from codesteer_tui.events import Event
from codesteer_tui.steering.interrupted import KIND as INTERRUPTED
from codesteer_tui.text import plain
from codesteer_tui.values import ExecutionResult

Kind: TypeAlias = Literal["guidance", "answer", "run", "check", "person", "switch", "flag", "error"]

WHOLE = ("stop", "cancelled")
"""How an answer ends that nothing is amiss with; one that was cancelled, the person stopped."""


class Moment(NamedTuple):
    """One of them: `position` is that at which it has just happened, `at` its time in seconds."""

    position: int
    at: float
    kind: Kind
    words: str


def moments(events: Sequence[Event], facts: Iterable[int], times: Sequence[float]) -> list[Moment]:
    """All of them, in their order; an event may be several.

    `facts` are the places of the events that carry no piece of a text, `times` those of all, as they pass.
    """
    return [
        Moment(place + 1, times[place], kind, words) for place in facts for kind, words in _of(events[place])
    ]


def _of(event: Event) -> Iterator[tuple[Kind, str]]:
    match event:
        case ev.GuidanceGiven(round=number, guidance=guidance):
            yield "guidance", f"R{number} guidance: {guidance.decision.replace('_', ' ')}"
        case ev.AnswerGiven(round=number, finish=finish):
            yield "answer", f"R{number} answer"
            if finish not in WHOLE:
                yield "error", f"R{number} the answer is not whole: {finish}"
        case ev.ExecutionFinished(round=number, result=ExecutionResult() as result):
            yield "run", f"R{number} program: {result.verdict}"
            if not result.ok:
                yield "error", f"R{number} the program ended with {result.verdict}"
        case ev.ExecutionFinished(round=number):
            yield "run", f"R{number} program: not run"
            yield "error", f"R{number} a program was not run"
        case ev.CodeJudged(round=number, judgement=judgement) if judgement.outcome == "fail":
            yield "flag", f"R{number} symbolic checker: {'too simple' if judgement.too_simple else 'FAIL'}"
        case ev.AnswerChecked(round=number, verdict=verdict):
            yield "check", f"R{number} self-check"
            if verdict.outcome == "fail":
                yield "flag", f"R{number} self-check FAIL: {plain(verdict.reason)}"
        case ev.AnswerVerified(round=number, verdict=verdict) if verdict.outcome == "fail":
            yield "flag", f"R{number} ground truth FAIL: {plain(verdict.reason)}"
        case ev.RoleChanged() | ev.ModeChanged() | ev.HintGiven() | ev.Asked():
            yield from _of_the_person(event)
        case _:
            yield from _of_calls(event)


def _of_the_person(event: Event) -> Iterator[tuple[Kind, str]]:
    match event:
        case ev.RoleChanged(role=role, after=after):
            yield "switch", f"{role}: {plain(after.label)} from here on"
        case ev.ModeChanged(after=mode):
            yield "switch", f"steering mode: {mode}"
        case ev.HintGiven():
            yield "person", "a hint was given"
        case ev.Asked(question=question):
            yield "person", plain(question.text)


def _of_calls(event: Event) -> Iterator[tuple[Kind, str]]:
    match event:
        case ev.Retried(role=role, reason=reason):
            yield "error", f"{role}: tried again, {plain(reason)}"
        case ev.CallFailed(role=role, kind=kind, message=message) if kind != INTERRUPTED:
            yield "error", f"{role}: {plain(message)}"
        case ev.Failed(message=message):
            yield "error", f"the run failed: {plain(message)}"
        case ev.Cancelled() if event.broke_off:
            yield "error", "the record breaks off here"

"""The state at any place of a session is the one that a fold of all events before it gives, whatever came there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.events import Event
from codesteer_tui.sessions import folding
from codesteer_tui.sessions.folding import Folds, facts_of, folded
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import (
    ExecutionResult,
    Guidance,
    Limits,
    Message,
    NotRun,
    Program,
    RoleInfo,
    SandboxInfo,
    Usage,
)
from tests.recordings.build import HERE, RECORDINGS, game24

QUESTION = (Message("user", "?"),)


def broken_session() -> list[Event]:
    """Calls that fail and are made again, an answer that goes on where it broke off, and a sandbox that fails."""
    first = game24()[0]
    asked = ev.PromptSent(round=0, role="task_llm", messages=QUESTION)
    again = ev.PromptSent(
        round=0,
        role="task_llm",
        messages=(*QUESTION, Message("assistant", "half"), Message("user", "go on")),
    )
    steered = ev.PromptSent(round=0, role="steerer", messages=QUESTION)
    failed = ev.CallFailed(round=0, role="task_llm", kind="overloaded", message="no", text="ab")
    loading = ev.LoadingDelta(round=0, role="steerer", what="weights", fraction=0.5)
    return [
        first,
        ev.RoundStarted(round=0),
        steered,
        loading,
        ev.GuidanceDelta(round=0, text="thinks ", channel="reasoning"),
        ev.GuidanceDelta(round=0, text="use "),
        ev.CallFailed(round=0, role="steerer", kind="overloaded", message="no"),
        steered,
        ev.GuidanceDelta(round=0, text="<<<"),
        ev.GuidanceDelta(round=0, text="Code>>>"),
        ev.GuidanceProposed(round=0, guidance=Guidance("code", "x"), usage=Usage(1, 2)),
        ev.GuidanceVetoed(round=0, reason="no"),
        steered,
        ev.GuidanceDelta(round=0, text="again"),
        ev.GuidanceGiven(round=0, guidance=Guidance("code", "y"), usage=Usage(1, 2)),
        asked,
        ev.AnswerDelta(round=0, text="a"),
        ev.AnswerDelta(round=0, text="b"),
        ev.Retried(role="task_llm", attempt=1, after_s=1, reason="no"),
        failed,
        asked,
        ev.AnswerDelta(round=0, text="thought", channel="reasoning"),
        ev.AnswerDelta(round=0, text="ha"),
        ev.AnswerDelta(round=0, text="lf"),
        ev.AnswerGiven(round=0, text="half", reasoning="thought", finish="broken"),
        again,
        ev.AnswerDelta(round=0, text=" and"),
        ev.AnswerDelta(round=0, text=" half"),
        ev.AnswerGiven(round=0, text="half and half", usage=Usage(3, 4)),
        ev.ExecutionStarted(round=0, id="x1", purpose="answer", program=Program("1"), limits=Limits()),
        ev.OutputDelta(round=0, id="x1", stream="stdout", text="o"),
        ev.OutputDelta(round=0, id="x1", stream="stderr", text="e"),
        ev.OutputDelta(round=0, id="x1", stream="stdout", text="p"),
        ev.ExecutionFinished(round=0, id="x1", purpose="answer", result=NotRun("the engine went away")),
        ev.ExecutionStarted(round=0, id="x2", purpose="answer", program=Program("2"), limits=Limits()),
        ev.OutputDelta(round=0, id="x2", stream="stdout", text="q"),
        ev.ExecutionFinished(
            round=0, id="x2", purpose="answer", result=ExecutionResult("exited", 0, stdout="q")
        ),
        ev.OutputDelta(round=0, id="unknown", stream="stdout", text="?"),
        ev.Cancelled(),
        ev.SessionResumed(roles={"task_llm": RoleInfo("p", "openai", "m", "m")}, sandbox=SANDBOX),
        ev.RoundFinished(round=0),
        ev.RoundStarted(round=1),
        ev.AnswerDelta(round=1, text="a cut record has no prompt"),
    ]


SANDBOX = SandboxInfo("off", "not_run", "off")

SESSIONS = {
    **{name: make() for name, make in RECORDINGS.items()},
    **{path.stem: read_recording(path).events for path in sorted(HERE.glob("*.jsonl"))},
    "broken": [msgspec.structs.replace(e, at=i / 10) for i, e in enumerate(broken_session())],
}


def told(transcript: Transcript) -> dict[str, Any]:
    """All of a state, but for the pieces of texts that are known as a whole."""
    state = dict(vars(transcript))
    state["rounds"] = [{name: getattr(this, name) for name in vars(this)} for this in transcript.rounds]
    for this in state["rounds"]:
        if this["guidance"]:
            this.pop("guidance_so_far")
        if this["answer"]:
            this.pop("answer_so_far")
            this.pop("reasoning_so_far")
        this["executions"] = {id: (run.result, run.output) for id, run in this["executions"].items()}
    return state


@pytest.mark.parametrize("spacing", [1, 7, 100])
@pytest.mark.parametrize("name", SESSIONS)
def test_every_position_is_what_a_fold_of_the_events_before_it_gives(
    name: str, spacing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "SPACING", spacing)
    events = SESSIONS[name]
    folds = Folds(events)
    whole = Transcript()
    assert told(folds.at(0)) == told(whole)
    for position, event in enumerate(events, 1):
        whole.apply(event)
        assert told(folds.at(position)) == told(whole), position


def test_a_state_that_is_gone_on_with_changes_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SPACING", 3)
    for events in SESSIONS.values():
        folds = Folds(events)
        for position in range(0, len(events), 5):
            state = folds.at(position)
            for event in events[position:]:
                state.apply(event)
        for position in range(0, len(events) + 1, 7):
            assert told(folds.at(position)) == told(Transcript.of(events[:position]))


def test_rounds_that_stay_as_they_are_are_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SPACING", 1)
    first, second = Folds(SESSIONS["game24"])._checkpoints[-2:]
    assert first.rounds[0] is second.rounds[0]
    assert first.rounds[-1] is second.rounds[-1]


def test_a_long_session_has_a_bounded_number_of_checkpoints() -> None:
    facts: list[Event] = [ev.HintGiven(text=str(n), round=0) for n in range(30_000)]
    folds = Folds([SESSIONS["game24"][0], ev.RoundStarted(round=0), *facts])
    assert len(folds._checkpoints) <= folding.MOST_CHECKPOINTS + 1
    hint = folds.at(20_002).hint
    assert hint is not None
    assert hint.text == "19999"


@pytest.mark.parametrize("name", SESSIONS)
def test_the_end_and_its_facts_are_those_of_the_whole_fold(name: str) -> None:
    events: Sequence[Event] = SESSIONS[name]
    whole = Transcript.of(events)
    assert told(folded(events)) == told(whole)
    facts = facts_of(events)
    assert (facts.ending, facts.bill, facts.open_calls.keys()) == (
        whole.ending,
        whole.bill,
        whole.open_calls.keys(),
    )
    assert [r.number for r in facts.rounds] == [
        r.number for r in whole.rounds if any(_has_fact(e, r.number) for e in events)
    ]


def _has_fact(event: Event, number: int) -> bool:
    return type(event) not in folding.PIECES and getattr(event, "round", None) == number


def test_a_clock_that_was_set_back_stands_still() -> None:
    events = [ev.RoundStarted(round=0, at=at) for at in (1.0, 5.0, 2.0, 6.0)]
    folds = Folds(events)
    assert folds.times == [1.0, 5.0, 5.0, 6.0]
    assert folds.at(3).seconds == 5.0
    assert folds.place_of(5.0) == 3

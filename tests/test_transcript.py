"""The fold from events to state: total, free of surprises, and independent of the cosmetic events."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import ExecutionResult, Limits, Message, Program, Usage
from tests import strategies

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.jsonl"))


def facts(transcript: Transcript) -> dict[str, object]:
    """Everything that matters in a transcript: what remains when the pieces are left out."""
    return {
        "problem": transcript.problem,
        "roles": transcript.roles,
        "ending": transcript.ending,
        "usage": transcript.usage,
        "rounds": [
            (r.number, r.guidance, r.prompts, r.answer, r.code, r.judgement, r.check, r.truth, r.finished)
            for r in transcript.rounds
            if r.guidance
            or r.prompts
            or r.answer
            or r.code
            or r.executions
            or r.judgement
            or r.check
            or r.truth
        ],
        "results": [(e.id, e.result) for r in transcript.rounds for e in r.executions.values()],
    }


@given(strategies.sessions())
def test_any_prefix_of_any_events_folds(session: list[ev.Event]) -> None:
    for k in range(len(session) + 1):
        assert Transcript.of(session[:k]).count == k


@given(strategies.sessions())
def test_everything_that_matters_can_be_computed_without_the_pieces(session: list[ev.Event]) -> None:
    whole = Transcript.of(session)
    without = Transcript.of(e for e in session if not ev.is_delta(e))
    assert facts(whole) == facts(without)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda p: p.stem)
def test_any_prefix_of_a_recorded_session_folds(path: Path) -> None:
    events = read_recording(path).events
    growing = Transcript()
    for k, event in enumerate(events, 1):
        growing.apply(event)
        assert facts(growing) == facts(Transcript.of(events[:k]))


def test_usage_adds_up_by_role_and_stays_marked_as_estimated() -> None:
    transcript = Transcript.of(
        [
            ev.AnswerGiven(round=0, text="a", usage=Usage(10, 5)),
            ev.AnswerGiven(round=1, text="b", usage=Usage(20, 7, estimated=True)),
        ]
    )
    assert transcript.usage["task_llm"] == Usage(30, 12, estimated=True)
    assert transcript.total_usage == Usage(30, 12, estimated=True)


def test_a_role_that_is_asked_again_starts_its_text_afresh() -> None:
    prompt = ev.PromptSent(round=0, role="task_llm", messages=(Message("user", "q"),))
    transcript = Transcript.of(
        [prompt, ev.AnswerDelta(round=0, text="half an ans"), prompt, ev.AnswerDelta(round=0, text="whole")]
    )
    assert transcript.round(0).answer_text == "whole"


def test_output_is_visible_while_the_program_runs_and_whole_when_it_has_ended() -> None:
    start = ev.ExecutionStarted(round=0, id="x1", purpose="answer", program=Program("p"), limits=Limits())
    transcript = Transcript.of([start, ev.OutputDelta(round=0, id="x1", stream="stdout", text="2")])
    run = transcript.round(0).executions["x1"]
    assert run.output == ("2", "")
    result = ExecutionResult("exited", exit=0, stdout="24\n")
    transcript.apply(ev.ExecutionFinished(round=0, id="x1", purpose="answer", result=result))
    assert run.output == ("24\n", "")


def test_a_session_that_goes_on_has_no_ending_until_it_ends_again() -> None:
    transcript = Transcript.of([ev.Cancelled()])
    assert transcript.ending
    from codesteer_tui.values import SandboxInfo

    transcript.apply(ev.SessionResumed(roles={}, sandbox=SandboxInfo("off", "not_run", "off")))
    assert transcript.ending is None

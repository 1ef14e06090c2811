"""The fold from events to state: total, free of surprises, and independent of the cosmetic events."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import (
    ExecutionResult,
    Guidance,
    Limits,
    Message,
    Program,
    Role,
    RoleInfo,
    Usage,
    Verdict,
)
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


def test_usage_and_money_are_kept_by_round_and_what_is_not_known_is_marked() -> None:
    transcript = Transcript.of(
        [
            ev.GuidanceGiven(round=0, guidance=Guidance("code"), usage=Usage(5, 5, usd=0.5)),
            ev.AnswerGiven(round=0, text="a", usage=Usage(10, 5, usd=0.25)),
            ev.CallFailed(round=1, role="task_llm", kind="broken_stream", message="m", usage=Usage(1, 1)),
            ev.AnswerGiven(round=1, text="b", usage=Usage(20, 7, usd=0.25)),
        ]
    )
    assert transcript.round(0).usage == {
        "steerer": Usage(5, 5, usd=0.5),
        "task_llm": Usage(10, 5, usd=0.25),
    }
    assert transcript.round(1).usage == {"task_llm": Usage(21, 8)}
    assert (transcript.bill.usd, transcript.bill.unknown) == (1.0, True)
    assert transcript.bill.usage == transcript.total_usage


def test_what_runs_here_costs_nothing_in_old_records_too() -> None:
    transcript = Transcript()
    transcript.roles["task_llm"] = RoleInfo("demo", "demo", "demo", "built-in demo")
    transcript.apply(ev.AnswerGiven(round=0, text="a", usage=Usage(10, 5)))
    assert (transcript.bill.usd, transcript.bill.unknown) == (0.0, False)
    transcript.roles["task_llm"] = RoleInfo("openai", "openai", "gpt-4o", "gpt-4o")
    transcript.apply(ev.AnswerGiven(round=1, text="a", usage=Usage(10, 5)))
    assert transcript.bill.unknown


def test_a_role_that_used_no_tokens_has_cost_nothing() -> None:
    transcript = Transcript.of(
        [
            ev.GuidanceGiven(round=0, guidance=Guidance("code")),
            ev.AnswerGiven(round=0, text="a", usage=Usage(10, 5)),
            ev.AnswerChecked(round=0, verdict=Verdict("could_not_check", "off")),
        ]
    )
    assert {role: usage.usd for role, usage in transcript.usage.items()} == {
        "steerer": 0.0,
        "task_llm": None,
        "checker": 0.0,
    }
    assert transcript.usage == transcript.round(0).usage
    assert transcript.bill.unknown
    assert transcript.total_usage.usd is None


def test_calls_without_a_result_are_known() -> None:
    def asked(role: Role) -> ev.PromptSent:
        return ev.PromptSent(round=0, role=role, messages=(Message("user", role),))

    failed = ev.CallFailed(round=0, role="checker", kind="overloaded", message="m")
    transcript = Transcript.of([asked("task_llm"), asked("checker"), asked("checker"), failed])
    assert [(role, len(calls)) for role, calls in transcript.open_calls.items()] == [
        ("task_llm", 1),
        ("checker", 1),
    ]
    transcript.apply(ev.AnswerGiven(round=0, text="a"))
    transcript.apply(ev.AnswerChecked(round=0, verdict=Verdict("pass")))
    assert transcript.open_calls == {}


def test_asked_for_the_rest_an_answer_goes_on_where_it_broke_off() -> None:
    question = Message("user", "q")
    broken = ev.AnswerGiven(round=0, text="half an ans", reasoning="hm", finish="broken")
    rest = ev.PromptSent(
        round=0,
        role="task_llm",
        messages=(question, Message("assistant", broken.text), Message("user", "go on")),
    )
    again = ev.PromptSent(round=0, role="task_llm", messages=(question,))
    going_on = Transcript.of([again, broken, rest, ev.AnswerDelta(round=0, text="wer")])
    assert (going_on.round(0).answer_text, going_on.round(0).reasoning_so_far) == ("half an answer", "hm")
    afresh = Transcript.of([again, broken, again, ev.AnswerDelta(round=0, text="whole")])
    assert afresh.round(0).answer_text == "whole"
    assert (going_on.answered, Transcript.of([again, broken]).answered_whole) == ([], [])


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


def test_a_text_that_streams_in_is_put_together_only_where_it_is_read() -> None:
    """Joined at each piece, two million characters in pieces of four would take minutes."""
    transcript = Transcript()
    for _ in range(1000):
        transcript.apply(ev.AnswerDelta(round=0, text="ab"))
        transcript.apply(ev.AnswerDelta(round=0, text="c", channel="reasoning"))
    this = transcript.round(0)
    assert len(vars(this)["answer_so_far"]) > 1000
    assert this.answer_so_far == "ab" * 1000
    assert this.reasoning_so_far == "c" * 1000
    transcript.apply(ev.AnswerDelta(round=0, text="d"))
    assert this.answer_text == "ab" * 1000 + "d"
    this.answer_so_far = "other"
    assert (this.answer_so_far, transcript.round(1).answer_so_far) == ("other", "")

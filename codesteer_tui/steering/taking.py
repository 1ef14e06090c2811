"""Taking what the person's own run printed as the session's answer. It stays marked as theirs.

A program of the person's own never counts by itself; only the person can say that it does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from codesteer_tui import events as ev
from codesteer_tui.answers import FinalAnswer
from codesteer_tui.steering.outcome import NO_ANSWER, printed_answer
from codesteer_tui.steering.symbolic_checker import judge
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import ExecutionResult, Verdict, Verdicts

REASON = "the person took the answer of a run of their own, which is not self-checked"


def own_answer(transcript: Transcript, number: int, execution: str) -> FinalAnswer:
    """What a run of the person's own printed as an answer; not found where it failed or printed none."""
    this = next((r for r in transcript.rounds if r.number == number), None)
    run = this.executions.get(execution) if this else None
    if run is None or run.purpose != "own" or not isinstance(run.result, ExecutionResult):
        return NO_ANSWER
    return printed_answer(run.result)


def taken(transcript: Transcript, number: int, execution: str) -> ev.OwnAnswerTaken | None:
    """The fact that the person took it, or None where there is no answer to take."""
    answer = own_answer(transcript, number, execution)
    return ev.OwnAnswerTaken(round=number, execution=execution, answer=answer.text) if answer.found else None


def finish(
    transcript: Transcript,
    *,
    verify: Callable[[str], Verdict] | None,
    score: Literal["default", "paper"] = "default",
    threshold: float = 2.0,
) -> ev.Finished:
    """The end with the answer that the person took: judged by the same checkers, but for the self-check.

    That is a model's look at a model's answer in the conversation that it was given in, and costs calls that nobody
    asked for.
    """
    fact = transcript.taken
    assert fact is not None, "there is an answer of the person's"
    run = transcript.round(fact.round).executions.get(fact.execution)
    symbolic = (
        judge(run.program.source, mode=score, threshold=threshold).outcome if run else "could_not_check"
    )
    truth = verify(f"<<<{fact.answer}>>>").outcome if verify else "could_not_check"
    return ev.Finished(
        answer=fact.answer,
        answer_round=fact.round,
        reason=REASON,
        verdicts=Verdicts(symbolic=symbolic, ground_truth=truth),
        own_run=fact.execution,
    )

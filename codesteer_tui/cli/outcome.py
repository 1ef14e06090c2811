"""What a run came to, for scripts: one object, and an exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from codesteer_tui.errors import CodesteerError
from codesteer_tui.events import Cancelled, Failed, Finished
from codesteer_tui.problem import Problem
from codesteer_tui.steering.outcome import best_so_far
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Verdicts

ANSWERED = 0
REFUTED_OR_NOT_ANSWERED = 1
FAILED = 3
STOPPED = 130


def as_object(transcript: Transcript, path: Path | None) -> dict[str, Any]:
    """The run as one JSON-able object: what ``solve --json`` and ``sessions show --json`` print."""
    ending, problem = transcript.ending, transcript.problem
    finished = ending if isinstance(ending, Finished) else None
    return {
        "session": transcript.session,
        "path": str(path) if path else None,
        "problem": problem.question if problem else "",
        "task": _task(problem) if problem and problem.task else None,
        "answer": finished.answer if finished else "",
        "answer_by": "person" if finished and finished.own_run else "run",
        "verdicts": finished.verdicts if finished else Verdicts(),
        "best_so_far": best_so_far(transcript),
        "rounds": len(transcript.rounds),
        "usage": _usage(transcript),
        "usage_by_round": [
            {"round": this.number, **msgspec.to_builtins(this.usage)} for this in transcript.rounds
        ],
        "seconds": round(transcript.seconds, 3),
        "ended": ended(transcript),
        "reason": finished.reason if finished else "",
        "error": {"kind": ending.kind, "message": ending.message, "remedy": ending.remedy}
        if isinstance(ending, Failed)
        else None,
        "roles": transcript.roles,
        "mode": transcript.mode,
        "sandbox": transcript.sandbox,
        "started": transcript.started,
        "baseline": transcript.baseline,
        "forked_from": transcript.forked_from,
    }


def _task(problem: Problem) -> dict[str, Any]:
    """What the problem can be made of again, and what it is verified by."""
    return {
        "id": problem.task,
        "seed": problem.seed,
        "knobs": problem.knobs,
        "parameters": problem.parameters,
    }


def _usage(transcript: Transcript) -> dict[str, Any]:
    """By role, and in total; `usd` is None where it is not known for all, `known_usd` is the part that is."""
    total = msgspec.to_builtins(transcript.total_usage)
    total["usd"] = None if transcript.bill.unknown else transcript.bill.usd
    return {**msgspec.to_builtins(transcript.usage), "total": {**total, "known_usd": transcript.bill.usd}}


def ended(transcript: Transcript) -> str:
    """How the run ended: `finished`, `failed`, `cancelled`, or `broken off` where nothing says."""
    match transcript.ending:
        case Finished():
            return "finished"
        case Failed():
            return "failed"
        case Cancelled() as ending if not ending.broke_off:
            return "cancelled"
        case _:
            return "broken off"


def exit_code(transcript: Transcript) -> int:
    """0 answered and not refuted, 1 refuted or not answered, 3 failed, 130 stopped.

    Ground truth decides where there is one; else the self-check does.
    """
    match transcript.ending:
        case Failed():
            return FAILED
        case Cancelled():
            return STOPPED
        case Finished(answer=answer, verdicts=verdicts) if answer:
            truth = verdicts.ground_truth
            judged = truth if truth != "could_not_check" else verdicts.self_check
            return REFUTED_OR_NOT_ANSWERED if judged == "fail" else ANSWERED
        case _:
            return REFUTED_OR_NOT_ANSWERED


def why_not(transcript: Transcript) -> str:
    """In a line, what refutes the answer or why there is none; empty where the answer stands or the run failed."""
    ending = transcript.ending
    if not isinstance(ending, Finished) or exit_code(transcript) == ANSWERED:
        return ""
    if not ending.answer:
        return f"no answer: {ending.reason}"
    by_truth = ending.verdicts.ground_truth == "fail"
    told = next((r for r in transcript.rounds if r.number == ending.answer_round), None)
    check = told.check.verdict if told and told.check else None
    verdict = (told.truth if told else None) if by_truth else check
    judge = "the ground truth" if by_truth else "the self-check"
    return f"the answer is refuted by {judge}" + (f": {verdict.reason}" if verdict else "")


def failure(transcript: Transcript) -> CodesteerError | None:
    """Why the run failed, as an error to show, if it did."""
    ending = transcript.ending
    return CodesteerError(ending.message, ending.remedy) if isinstance(ending, Failed) else None

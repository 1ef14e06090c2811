"""What a round came to: its answer, the opinions on it, and which round's answer is the best so far."""

from __future__ import annotations

from msgspec import Struct

from codesteer_tui.answers import FinalAnswer, final_answer
from codesteer_tui.events import Failed
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.values import ExecutionResult, NotRun, Outcome, Verdicts

NO_ANSWER = FinalAnswer(text="", how="nothing was found", found=False)


def answer_of(this: Round) -> FinalAnswer:
    """The final answer of a round: what its program printed, else what its text says.

    The last line of a program's output counts where nothing in it is marked, because printing is how a
    program answers. A program that failed or was not run has no say.
    """
    result = this.result
    if result and (found := printed_answer(result)).found:
        return found
    if this.answer is None or (this.code and this.code.source):
        return NO_ANSWER
    return final_answer(this.answer.text)


def printed_answer(result: ExecutionResult) -> FinalAnswer:
    """The answer that a program printed; none where it failed or printed nothing."""
    if not result.ok:
        return NO_ANSWER
    printed = result.stdout + result.tail_stdout
    found = final_answer(printed)
    if found.found:
        return found
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    return FinalAnswer(lines[-1], "the last line of the program's output", True) if lines else NO_ANSWER


def verdicts_of(this: Round) -> Verdicts:
    """The three opinions on a round's answer."""
    return Verdicts(
        symbolic=this.judgement.outcome if this.judgement else "could_not_check",
        self_check=this.check.verdict.outcome if this.check else "could_not_check",
        ground_truth=this.truth.outcome if this.truth else "could_not_check",
    )


def rank(this: Round) -> tuple[int, int, int, int]:
    """How good a round's answer is, bigger is better: checked, then computed, then any, then the newest.

    Ground truth is left out on purpose: the method must not profit from it.
    """
    check: Outcome = this.check.verdict.outcome if this.check else "could_not_check"
    computed = bool(this.result and this.result.ok and this.judgement and this.judgement.outcome == "pass")
    checked = {"pass": 2, "could_not_check": 1, "fail": 0}[check]
    return (int(answer_of(this).found), checked, int(computed), this.number)


def best(transcript: Transcript) -> Round | None:
    """The round whose answer is kept: verified by checks > runs without error > any (METHOD.md, section 5)."""
    return max(transcript.answered_whole, key=rank, default=None)


def kept_round(transcript: Transcript, *, published: bool) -> Round | None:
    """The round whose answer a run ends with: the best, or as published the last."""
    answered = transcript.answered_whole
    return (answered[-1] if answered else None) if published else best(transcript)


class BestSoFar(Struct, frozen=True):
    """The answer that a run had reached before it failed, the round that it is from, and the opinions on it."""

    answer: str
    round: int
    verdicts: Verdicts


def best_so_far(transcript: Transcript) -> BestSoFar | None:
    """What a failed run had reached; None where there was no answer yet, or where the run did not fail."""
    if not isinstance(transcript.ending, Failed):
        return None
    kept = kept_round(transcript, published=transcript.profile == "paper")
    answer = answer_of(kept) if kept else NO_ANSWER
    return BestSoFar(answer.text, kept.number, verdicts_of(kept)) if kept and answer.found else None


def not_run_reason(this: Round) -> NotRun | None:
    """Why the answer's program was not run, if it was not."""
    run = this.execution("answer")
    return run.result if run and isinstance(run.result, NotRun) else None

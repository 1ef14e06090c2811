"""Guidance by rules, for whoever has no steering model.

The order of escalation: mend the error that is named; then ask for search or symbolic computation; then try
the other method; then stop. Everything is decided from the transcript, so the same facts give the same
guidance, also after a resume.
"""

from __future__ import annotations

import re

from codesteer_tui.steering.outcome import answer_of, not_run_reason
from codesteer_tui.steering.prompts import PromptPack
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.values import Decision, Guidance

TRIES_PER_METHOD = 3
"""Answers by one method (code or text) before the other one is tried."""

_COMPUTABLE = re.compile(
    r"\d[\d.,]*\d|\d|[=<>+*/^]|"
    r"\b(how many|count|number of|letters?|grid|matrix|board|sequence|permut|combin|arrange|order|"
    r"schedul|plan|moves?|shortest|path|puzzle|sudoku|queens?|cipher|decode|decrypt|encrypt|prime|factor|digits?|"
    r"sum|product|probability|equation|truth|lies|liar|knights?|knaves?|older|newer|left of|right of|if and only if)",
    re.IGNORECASE,
)
_SEARCH_HINTS = (
    (
        re.compile(r"\b(to (make|obtain|get|reach)|make) \d+|game of 24|\b24\b", re.IGNORECASE),
        "Search exhaustively: try every order of the numbers, every operator and every way to put parentheses, with "
        "exact fractions, and print an expression that really gives the target.",
    ),
    (
        re.compile(r"sudoku|queens?|latin square|logic puzzle|arrang|constraint", re.IGNORECASE),
        "Write a backtracking search that fills one place at a time and tests every condition of the question.",
    ),
    (
        re.compile(r"block|stack|path|moves?\b|steps?\b|plan|navigate", re.IGNORECASE),
        "Model the states and simulate the moves; where a plan is wanted, find one by breadth-first search.",
    ),
    (
        re.compile(r"\bhow many|count|letter|position", re.IGNORECASE),
        "Go through the data item by item and count in the program.",
    ),
    (
        re.compile(r"\d\s*[*x×+\-/]\s*-?\d|product|multipl|sum|larger|bigger|greater|smaller", re.IGNORECASE),
        "Calculate with exact integers, Fraction or Decimal inside the program.",
    ),
)
_ANY_SEARCH = (
    "Enumerate the candidates, or calculate symbolically and exactly, and let the program test every condition "
    "before it prints."
)


def decide(transcript: Transcript, pack: PromptPack) -> Guidance:
    """The guidance for the current round, with the reason for it; none that the person has vetoed in it."""
    decided = _decide(transcript, pack)
    vetoed = transcript.current.vetoed if transcript.current else []
    refused = {(guidance.decision, guidance.text) for guidance, _ in vetoed}
    if (decided.decision, decided.text) not in refused:
        return decided
    why = "The person vetoed the rules' first choice."
    others = (Guidance(name, pack.fill(f"guidance.{name}"), why) for name in ("code", "text"))
    left = [other for other in others if (other.decision, other.text) not in refused]
    if not left:
        return Guidance("return_answer", "", "The person vetoed everything that the rules know to say.")
    asked_for = _method(transcript, transcript.current) if transcript.current else "code"
    return next((other for other in left if other.decision != asked_for), left[0])


def _decide(transcript: Transcript, pack: PromptPack) -> Guidance:
    answered = transcript.answered
    if not answered:
        return _first(transcript, pack)
    last = answered[-1]
    if done := _good_enough(last, transcript.problem.question if transcript.problem else ""):
        return Guidance("return_answer", "", done)
    method = _method(transcript, last)
    tries = [r for r in answered if _method(transcript, r) == method]
    if method == "code" and (not_run := not_run_reason(last)):
        if any(_method(transcript, r) == "text" for r in answered):
            return Guidance("return_answer", "", f"Code cannot be run here: {not_run.reason}")
        why = f"Code cannot be run here ({not_run.reason}), so an answer by text is asked for."
        return Guidance("text", pack.fill("guidance.text"), why)
    if len(tries) < TRIES_PER_METHOD and (mend := _mend(transcript, last, method)):
        said = {r.guidance.text for r in answered if r.guidance}
        if mend.text not in said:
            return mend
    return _other_method(transcript, pack, method)


def _first(transcript: Transcript, pack: PromptPack) -> Guidance:
    question = transcript.problem.question if transcript.problem else ""
    if found := _COMPUTABLE.search(question):
        why = f"The question has something to compute (“{found.group().strip()}”), so code is asked for."
        return Guidance("code", pack.fill("guidance.code"), why)
    return Guidance("text", pack.fill("guidance.text"), "Nothing in the question calls for computing.")


def _good_enough(last: Round, question: str) -> str:
    """Why the last answer can be returned, or an empty string."""
    if last.check is None or not answer_of(last).found:
        return ""
    outcome, reason = last.check.verdict.outcome, last.check.verdict.reason or "no reason was given"
    if outcome == "pass":
        return "The test program found the answer correct."
    if outcome == "fail":
        return ""
    if last.result and last.result.ok and last.judgement and last.judgement.outcome == "pass":
        return f"The program computes the answer and ran without error. It could not be checked further: {reason}"
    if not (last.code and last.code.source) and not _COMPUTABLE.search(question):
        return f"There is nothing to compute, and the answer could not be checked: {reason}"
    return ""


def _mend(transcript: Transcript, last: Round, method: Decision) -> Guidance | None:
    """One more try with the same method: the error that is named first, then more computation."""
    if method == "code":
        return _mend_code(transcript, last)
    if last.check and last.check.verdict.outcome == "fail":
        reason = last.check.verdict.reason
        text = f"Your answer is wrong: {reason}. Go through the conditions again one by one and correct it."
        return Guidance("refine", text, f"The test program refuted the answer: {reason}")
    if last.answer and last.answer.finish == "length":
        return Guidance(
            "refine", "Your answer was cut off. Give it again, shorter.", "The answer was cut off."
        )
    return None


def _mend_code(transcript: Transcript, last: Round) -> Guidance | None:
    code, result = last.code, last.result
    if code is None or not code.source:
        note = code.note if code and code.note else "there was no Python program in it"
        text = "Give one complete Python program in a single ```python block that prints <<<answer>>>."
        return Guidance("refine", text, f"The answer held no program to run: {note}.")
    if last.answer and last.answer.finish == "length":
        text = "Your program was cut off. Write it again, shorter, as one complete ```python block."
        return Guidance("refine", text, "The answer was cut off before the program ended.")
    if result and not result.ok:
        return _mend_failure(last)
    hard_coded = last.judgement and any(f.kind == "hard_coded" for f in last.judgement.findings)
    if last.judgement and (hard_coded or last.judgement.too_simple):
        return _ask_for_computation(transcript, last)
    if result and not answer_of(last).found:
        return Guidance(
            "refine", "Your program printed nothing. Print the answer as <<<answer>>>.", "Nothing printed."
        )
    if last.check and last.check.verdict.outcome == "fail":
        reason = last.check.verdict.reason
        text = (
            f"The answer that your program printed is wrong: {reason}. Find the mistake in the program and correct it; "
            "test every condition in the program before you print."
        )
        return Guidance("refine", text, f"The test program refuted the answer: {reason}")
    return None


def _mend_failure(last: Round) -> Guidance:
    result = last.result
    assert result is not None
    if result.status == "timeout":
        text = (
            "Your program took too long. Use a better algorithm: prune the search early, keep what was already "
            "computed, and stop at the first solution."
        )
        return Guidance("refine", text, f"The program was stopped after {result.wall_ms / 1000:.0f} s.")
    if result.status == "oom":
        text = (
            "Your program ran out of memory. Generate candidates one at a time and keep only what is needed."
        )
        return Guidance("refine", text, "The program ran out of memory.")
    if result.status == "output_limit":
        return Guidance(
            "refine", "Your program printed far too much. Print only the answer.", "Output limit reached."
        )
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    error = lines[-1].strip() if lines else result.verdict
    where = next((m[-1] for m in [re.findall(r"line (\d+)", result.stderr)] if m), "")
    at = f" in line {where}" if where else ""
    text = f"Your program failed{at}: {error}. Correct exactly that and give the whole program again."
    return Guidance("refine", text, f"The program failed{at}: {error}")


def _ask_for_computation(transcript: Transcript, last: Round) -> Guidance:
    question = transcript.problem.question if transcript.problem else ""
    hint = next((text for pattern, text in _SEARCH_HINTS if pattern.search(question)), _ANY_SEARCH)
    judgement = last.judgement
    assert judgement is not None
    flaw = next((f for f in judgement.findings if f.kind in ("hard_coded", "no_output", "no_effect")), None)
    seen = flaw.message.rstrip(".") if flaw else f"its complexity is only {judgement.score:g}"
    text = (
        f"Your program does not compute the answer: {seen}. Do not put the answer into the program. {hint} "
        "Print the result as <<<answer>>>."
    )
    why = f"The symbolic checker found that the program does not really compute: {seen}."
    if last.check and last.check.verdict.outcome == "fail":
        why += f" The test program refuted its answer: {last.check.verdict.reason}"
    return Guidance("refine", text, why)


def _other_method(transcript: Transcript, pack: PromptPack, method: Decision) -> Guidance:
    other: Decision = "text" if method == "code" else "code"
    if any(_method(transcript, r) == other for r in transcript.answered):
        return Guidance("terminate", "", "Both code and text were tried; the best answer so far is kept.")
    why = f"Answers by {method} did not lead to a checked answer, so {other} is tried."
    return Guidance(other, pack.fill(f"guidance.{other}"), why)


def _method(transcript: Transcript, this: Round) -> Decision:
    """`code` or `text`: what the round was asked for, looking back over refinements."""
    for earlier in reversed([r for r in transcript.rounds if r.number <= this.number]):
        if earlier.guidance and earlier.guidance.decision in ("code", "text"):
            return earlier.guidance.decision
    return "code"

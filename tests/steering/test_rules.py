"""Guidance by rules: mend the named error, then ask for computation, then the other method, then stop."""

from __future__ import annotations

import pytest

from codesteer_tui import events as ev
from codesteer_tui.problem import Problem
from codesteer_tui.steering.prompts import load_pack
from codesteer_tui.steering.rules import decide
from codesteer_tui.transcript import Execution, Round, Transcript
from codesteer_tui.values import (
    ExecutionResult,
    Extraction,
    Finding,
    Guidance,
    Judgement,
    Limits,
    NotRun,
    Program,
    Verdict,
)

PACK = load_pack()
REAL = Judgement("default", 9.0, False)
LAZY = Judgement("default", 0.5, True, (Finding("hard_coded", "line 1 prints a fixed text", (1,)),))


def answered(
    number: int = 0,
    *,
    decision: str = "code",
    said: str = "g",
    result: ExecutionResult | NotRun | None = None,
    judgement: Judgement | None = REAL,
    check: Verdict | None = None,
    source: str = "print(1)",
    text: str = "<<<1>>>",
    finish: str = "stop",
) -> Round:
    this = Round(number, guidance=Guidance(decision, said))  # type: ignore[arg-type]
    this.answer = ev.AnswerGiven(round=number, text=text, finish=finish)  # type: ignore[arg-type]
    this.code = Extraction("found" if source else "none", source, int(bool(source)))
    this.judgement = judgement if source else None
    if source:
        result = result or ExecutionResult("exited", exit=0, stdout="<<<1>>>\n")
        this.executions["x"] = Execution("x", "answer", Program(source), Limits(), result=result)
    this.check = ev.AnswerChecked(round=number, verdict=check or Verdict("fail", "8 is used twice"))
    return this


def after(*rounds: Round, question: str = "Use 4 7 8 8 to make 24") -> Guidance:
    transcript = Transcript()
    transcript.problem = Problem(question)
    transcript.rounds = [*rounds, Round(len(rounds))]
    return decide(transcript, PACK)


@pytest.mark.parametrize(
    ("question", "decision"),
    [
        ("Use 4 7 8 8 to make 24", "code"),
        ("Which is bigger, 9.11 or 9.9?", "code"),
        ("How many r are in strawberry?", "code"),
        ("Alice says Bob lies. Bob tells the truth about Carol. Who is a liar?", "code"),
        ("Why is the sky blue?", "text"),
        ("Write a haiku about autumn.", "text"),
    ],
)
def test_what_can_be_computed_is_asked_for_as_code(question: str, decision: str) -> None:
    guidance = after(question=question)
    assert guidance.decision == decision
    assert guidance.why


def test_a_checked_answer_is_returned() -> None:
    assert after(answered(check=Verdict("pass"))).decision == "return_answer"


def test_a_computed_answer_that_cannot_be_checked_is_returned_and_says_so() -> None:
    guidance = after(answered(check=Verdict("could_not_check", "the checker is switched off")))
    assert guidance.decision == "return_answer"
    assert "switched off" in guidance.why


def test_a_hard_coded_answer_that_cannot_be_checked_is_not_returned() -> None:
    guidance = after(answered(judgement=LAZY, check=Verdict("could_not_check", "no")))
    assert guidance.decision == "refine"


def test_an_error_is_named_before_anything_else() -> None:
    error = ExecutionResult("exited", exit=1, stderr='  File "main.py", line 3, in <module>\nNameError: no x')
    guidance = after(answered(result=error, judgement=LAZY))
    assert "NameError: no x" in guidance.text
    assert "line 3" in guidance.text


@pytest.mark.parametrize(
    ("status", "word"), [("timeout", "too long"), ("oom", "memory"), ("output_limit", "printed")]
)
def test_every_bad_ending_has_its_own_advice(status: str, word: str) -> None:
    assert word in after(answered(result=ExecutionResult(status))).text  # type: ignore[arg-type]


def test_lazy_code_is_asked_to_search_in_the_way_that_fits_the_problem() -> None:
    assert "every operator" in after(answered(judgement=LAZY)).text
    assert "backtracking" in after(answered(judgement=LAZY), question="Solve this sudoku: 1 2 3").text


def test_a_refuted_computation_is_told_what_is_wrong() -> None:
    assert "8 is used twice" in after(answered()).text


def test_an_answer_without_a_program_is_asked_for_one() -> None:
    guidance = after(
        answered(source="", text="I would search.", check=Verdict("could_not_check", "no answer"))
    )
    assert "one complete Python program" in guidance.text


def test_a_cut_off_program_is_asked_for_shorter() -> None:
    assert "shorter" in after(answered(finish="length")).text


def test_the_same_advice_is_never_given_twice_in_a_row() -> None:
    first = after(answered())
    second = after(answered(), answered(1, decision="refine", said=first.text))
    assert second.text != first.text
    assert second.decision == "text"


def test_after_three_tries_the_other_method_is_tried_and_then_it_stops() -> None:
    tries = [answered(0), answered(1, decision="refine", said="a"), answered(2, decision="refine", said="b")]
    assert after(*tries).decision == "text"
    assert after(*tries, answered(3, decision="text", source="")).decision == "refine"
    more = [answered(3, decision="text", source=""), answered(4, decision="refine", said="c", source="")]
    assert after(*tries, *more, answered(5, decision="refine", said="d", source="")).decision == "terminate"


def test_where_code_cannot_run_text_is_tried_once() -> None:
    not_run = answered(result=NotRun("there is no engine"), check=Verdict("could_not_check", "not run"))
    guidance = after(not_run)
    assert guidance.decision == "text"
    assert "there is no engine" in guidance.why


def test_text_about_nothing_computable_is_returned_unchecked_and_says_so() -> None:
    this = answered(decision="text", source="", text="<<<blue>>>", check=Verdict("could_not_check", "taste"))
    guidance = after(this, question="Why is the sky blue?")
    assert guidance.decision == "return_answer"
    assert "could not be checked" in guidance.why

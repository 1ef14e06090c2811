"""The self-answer checker passes and fails only on a verdict that a program reached; else it says why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui import events as ev
from codesteer_tui.errors import ModelError
from codesteer_tui.problem import Problem
from codesteer_tui.providers import Sampling
from codesteer_tui.sandbox import Admission
from codesteer_tui.steering.answer_checker import ModelChecker, read_verdict
from codesteer_tui.steering.execution import Executor
from codesteer_tui.steering.prompts import load_pack
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.values import ExecutionResult, Limits, NotRun, Question, Reply
from tests.scripted import ScriptedModel, ScriptedSandbox, block, printed

PACK = load_pack()


async def refuse(question: Question) -> Reply:
    return Reply(question.options[0])


async def check(
    model: ScriptedModel,
    results: list[ExecutionResult],
    *,
    answer: str = "<<<24>>>",
    admission: Admission = "yes",
) -> tuple[ev.AnswerChecked, list[object]]:
    sandbox = ScriptedSandbox(lambda _: results.pop(0), admission=admission)
    checker = ModelChecker(model, PACK, Sampling(), Executor(sandbox, Limits(), refuse), attempts=3)
    transcript = Transcript()
    transcript.problem = Problem("What is 4 * 6?")
    this = Round(0, answer=ev.AnswerGiven(round=0, text=answer))
    steps = [step async for step in checker.check(transcript, this)]
    last = steps[-1]
    assert isinstance(last, ev.AnswerChecked)
    return last, list(steps)


async def test_a_verdict_of_the_test_program_is_the_verdict() -> None:
    passed, _ = await check(ScriptedModel(block("x")), [printed("VERDICT: PASS\n")])
    failed, _ = await check(ScriptedModel(block("x")), [printed("VERDICT: FAIL: 8 is used twice\n")])
    assert passed.verdict.outcome == "pass"
    assert (failed.verdict.outcome, failed.verdict.reason) == ("fail", "8 is used twice")
    assert failed.source.strip() == "x"


async def test_a_broken_test_program_is_written_again_with_what_went_wrong() -> None:
    broken = ExecutionResult("exited", exit=1, stderr="NameError: name 'x' is not defined")
    model = ScriptedModel(block("x"), block("y = 1"))
    last, _ = await check(model, [broken, printed("VERDICT: PASS")])
    assert (last.verdict.outcome, last.attempts) == ("pass", 2)
    assert "NameError" in model.seen[1][-1].content
    assert last.usage.output_tokens == 6


async def test_programs_that_keep_breaking_could_not_check() -> None:
    slow = ExecutionResult("timeout", wall_ms=10_000)
    last, _ = await check(ScriptedModel(*[block("x")] * 3), [slow, slow, slow])
    assert last.verdict.outcome == "could_not_check"
    assert "timeout" in last.verdict.reason


async def test_a_warning_on_standard_error_does_not_matter() -> None:
    result = ExecutionResult("exited", exit=0, stdout="VERDICT: PASS", stderr="DeprecationWarning")
    last, _ = await check(ScriptedModel(block("x")), [result])
    assert last.verdict.outcome == "pass"


async def test_a_verdict_before_a_crash_is_not_believed() -> None:
    crash = ExecutionResult("exited", exit=1, stdout="VERDICT: PASS", stderr="boom")
    last, _ = await check(ScriptedModel(*[block("x")] * 3), [crash, crash, crash])
    assert last.verdict.outcome == "could_not_check"


async def test_a_checker_that_writes_no_program_could_not_check_and_is_quoted() -> None:
    last, steps = await check(ScriptedModel("This needs taste, not a program."), [])
    assert last.verdict.outcome == "could_not_check"
    assert "needs taste" in last.verdict.reason
    assert not any(isinstance(s, ev.ExecutionStarted) for s in steps)


async def test_a_program_that_may_not_run_could_not_check_with_the_cause() -> None:
    last, _ = await check(
        ScriptedModel(block("x")), [], admission=NotRun("there is no engine", "Start Docker.")
    )
    assert last.verdict.outcome == "could_not_check"
    assert "there is no engine" in last.verdict.reason


async def test_a_failing_checker_model_does_not_end_the_run() -> None:
    last, _ = await check(ScriptedModel(ModelError("auth", "The key was refused.")), [])
    assert last.verdict.outcome == "could_not_check"
    assert "The key was refused." in last.verdict.reason


async def test_without_an_answer_no_model_is_asked() -> None:
    model = ScriptedModel(block("x"))
    last, _ = await check(model, [], answer="")
    assert last.verdict.outcome == "could_not_check"
    assert not model.seen


@pytest.mark.parametrize(
    ("output", "outcome"),
    [
        ("VERDICT: PASS", "pass"),
        ("verdict: fail: wrong sum", "fail"),
        ("VERDICT: PASS\nVERDICT: FAIL: second thoughts", "fail"),
        ("  VERDICT: PASS  \n", "pass"),
        ("the VERDICT: PASS", None),
        ("VERDICT: PASSABLE", None),
        ("", None),
    ],
)
def test_only_a_line_of_its_own_is_a_verdict(output: str, outcome: str | None) -> None:
    verdict = read_verdict(output)
    assert (verdict.outcome if verdict else None) == outcome


@given(st.text())
def test_any_output_can_be_read(output: str) -> None:
    read_verdict(output)

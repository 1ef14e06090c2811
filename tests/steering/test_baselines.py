"""Baselines: one round without a steerer, judged as any other."""

from __future__ import annotations

import pytest

from codesteer_tui import events as ev
from codesteer_tui.steering.baselines import BASELINES, Baseline, BaselineSteerer, once
from codesteer_tui.steering.loop import Method, solve
from codesteer_tui.transcript import Transcript
from tests.scripted import ScriptedModel
from tests.steering.test_loop import LAZY, PACK, REAL, TEST_PROGRAM, cast, started


async def run(baseline: Baseline, task: ScriptedModel, method: Method | None = None) -> list[ev.Event]:
    steerer = BaselineSteerer(PACK, baseline)
    players = cast(task, steerer=steerer, checker=ScriptedModel(TEST_PROGRAM))
    return [event async for event in solve(players, started(), once(method or Method()), clock=lambda: 0.0)]


async def test_without_steering_the_model_gets_the_question_and_nothing_else() -> None:
    task = ScriptedModel("It is <<<4 * 6>>>.")
    await run("plain", task)
    ((message,),) = task.seen
    assert (message.role, message.content) == ("user", "Use 4 6 to make 24")


@pytest.mark.parametrize("baseline", ["code", "text"])
async def test_code_only_and_text_only_put_the_packs_prompt_before_the_question(baseline: Baseline) -> None:
    task = ScriptedModel(REAL)
    await run(baseline, task)
    ((message,),) = task.seen
    assert PACK.fill(f"guidance.{baseline}") in message.content
    assert "Use 4 6 to make 24" in message.content


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("method", [Method(), Method(published=True)], ids=["default", "paper"])
async def test_a_baseline_is_one_round_that_is_run_and_checked_whatever_comes_of_it(
    baseline: Baseline, method: Method
) -> None:
    events = await run(baseline, ScriptedModel(LAZY), method)
    transcript = Transcript.of(events)
    (this,) = transcript.rounds
    assert this.result
    assert this.judgement
    assert this.check
    assert isinstance(transcript.ending, ev.Finished)
    assert transcript.ending.reason == "a baseline has one round"
    assert transcript.ending.answer == "4 * 6"

"""Local models whose context is too small for a role: what of the session goes on, and what the app says."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.config import Provider
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.blocks import PANE, text_of
from codesteer_tui.tui.drawing import flags, guidance, task
from tests.sessions.test_opening import configured, of, run
from tests.tiny_gguf import make

pytestmark = pytest.mark.gguf


def small(path: Path, tokens: int) -> Provider:
    return Provider(kind="llama_cpp", model=str(path), context_tokens=tokens, max_tokens=4000)


def shown(drawing: object, events: list[ev.Event]) -> str:
    transcript = Transcript.of(events)
    return text_of(drawing.blocks(transcript, transcript.round(0), PANE))  # type: ignore[attr-defined]


async def test_a_checker_whose_context_is_too_small_cannot_check_and_the_session_goes_on(
    tmp_path: Path, code_gguf: Path
) -> None:
    events = await run(configured(tmp_path, checker="local", local=small(code_gguf, 256)))
    verdicts = [checked.verdict for checked in of(ev.AnswerChecked, events)]
    assert len(verdicts) >= 2
    assert {verdict.outcome for verdict in verdicts} == {"could_not_check"}
    assert all("holds 256" in verdict.reason for verdict in verdicts)
    assert {(e.role, e.kind) for e in of(ev.CallFailed, events)} == {("checker", "context_too_long")}
    (finished,) = of(ev.Finished, events)
    assert finished.answer
    assert "holds 256" in shown(flags, events)
    assert "-> Raise context_tokens" in shown(flags, events)


@pytest.mark.parametrize(("role", "drawing"), [("task_llm", task), ("steerer", guidance)])
async def test_a_steerer_or_task_llm_whose_context_is_too_small_ends_the_run_with_the_reason(
    tmp_path: Path, role: str, drawing: object
) -> None:
    path = make(tmp_path / "m.gguf", template="{{ 'all work and no play ' * 200 }}{{ messages[-1].content }}")
    events = await run(configured(tmp_path, checker="off", local=small(path, 256), **{role: "local"}))  # type: ignore[arg-type]
    (failed,) = of(ev.Failed, events)
    assert failed.kind == "context_too_long"
    assert "holds 256" in failed.message
    assert "context_tokens" in failed.remedy
    assert "holds 256" in shown(drawing, events)
    assert "-> Raise context_tokens" in shown(drawing, events)


async def test_a_reply_that_fills_the_context_says_that_this_is_why_it_is_cut_off(
    tmp_path: Path, random_gguf: Path
) -> None:
    config = configured(
        tmp_path, task_llm="local", checker="off", local=small(random_gguf, 768), max_rounds=0
    )
    events = await run(config)
    (answer,) = of(ev.AnswerGiven, events)
    assert answer.finish == "length"
    assert answer.usage.input_tokens + answer.usage.output_tokens == 768
    assert "the context is full: of its 768 tokens" in shown(task, events)
    assert "-> Raise context_tokens" in shown(task, events)

"""What the panes say of a local model: how far it has loaded, where it runs, how fast it was, and what was left out."""

from __future__ import annotations

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.export import lines_of
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.blocks import PANE, text_of
from codesteer_tui.tui.drawing import flags, guidance, task
from codesteer_tui.values import Guidance, Role
from tests.recordings.build import game24

NOTES = [
    ("device", "on the CPU, 1 thread", ""),
    ("warning", "This machine has a GPU.", "pip install this"),
    ("speed", "wrote 3 at 5.0 tokens/s", ""),
    ("shortened", "The output of the oldest program was shortened.", "A larger context_tokens"),
    ("speed", "wrote 9 at 7.0 tokens/s", ""),
]


def noted(role: Role) -> Transcript:
    transcript = Transcript.of(game24())
    for kind, text, remedy in NOTES:
        transcript.apply(ev.Noted(round=0, role=role, kind=kind, text=text, remedy=remedy))  # type: ignore[arg-type]
    return transcript


def shown(drawing: object, transcript: Transcript) -> str:
    return text_of(drawing.blocks(transcript, transcript.round(0), PANE))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("drawing", "role"), [(guidance, "steerer"), (task, "task_llm"), (flags, "checker")])
def test_a_pane_has_the_notes_of_its_role_and_the_last_speed_only(drawing: object, role: Role) -> None:
    text = shown(drawing, noted(role))
    for kind, note, remedy in NOTES[:2] + NOTES[3:]:
        assert note in text, kind
        assert remedy in text
    assert "5.0 tokens/s" not in text
    others = {guidance: "task_llm", task: "steerer", flags: "steerer"}
    assert "on the CPU" not in shown(drawing, noted(others[drawing]))  # type: ignore[arg-type, index]


@pytest.mark.parametrize(("drawing", "role"), [(guidance, "steerer"), (task, "task_llm")])
@pytest.mark.parametrize(
    ("what", "words"), [("weights", "loading the weights ... 42%"), ("prompt", "reading the prompt ... 42%")]
)
def test_before_the_first_text_a_pane_says_how_far_the_model_is(
    drawing: object, role: Role, what: str, words: str
) -> None:
    kinds = (ev.GuidanceDelta, ev.GuidanceGiven) if role == "steerer" else (ev.AnswerDelta, ev.AnswerGiven)
    events = game24()
    end = next(i for i, event in enumerate(events) if isinstance(event, kinds))
    transcript = Transcript.of(events[:end])
    transcript.apply(ev.LoadingDelta(round=0, role=role, what=what, fraction=0.42))  # type: ignore[arg-type]
    assert words in shown(drawing, transcript)


def test_a_decision_is_shown_with_its_probability() -> None:
    transcript = Transcript.of(game24())
    decided = Guidance("code", "Write a program.", confidence=0.873)
    transcript.apply(ev.GuidanceGiven(round=0, guidance=decided))
    assert "87% sure" in shown(guidance, transcript)
    assert "guidance: code (87% sure)" in lines_of(ev.GuidanceGiven(round=0, guidance=decided))[0]


def test_notes_are_told_in_text_and_progress_is_not() -> None:
    note = ev.Noted(round=0, role="steerer", kind="warning", text="A GPU is idle.", remedy="pip install this")
    told = "\n".join(lines_of(note))
    assert "steerer: A GPU is idle." in told
    assert "pip install this" in told
    assert lines_of(ev.LoadingDelta(round=0, role="steerer", what="weights", fraction=0.5)) == []

"""What the panes say of a local model: how far it has loaded, where it runs, how fast it was, and what was left out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.config import Config
from codesteer_tui.sessions.export import lines_of
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import PANE, text_of
from codesteer_tui.tui.course import runs_on
from codesteer_tui.tui.drawing import flags, guidance, task
from codesteer_tui.tui.widgets.pane import Pane
from codesteer_tui.tui.widgets.status import activity, is_roomy, top_items
from codesteer_tui.values import Guidance, Role, RoleInfo
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


@pytest.mark.parametrize(("drawing", "role"), [(guidance, "steerer"), (task, "task_llm")])
def test_that_weights_load_is_seen_without_the_pane_and_no_longer_than_they_do(
    drawing: object, role: Role
) -> None:
    kinds = (ev.GuidanceDelta, ev.GuidanceGiven) if role == "steerer" else (ev.AnswerDelta, ev.AnswerGiven)
    events = game24()
    transcript = Transcript.of(events[: next(i for i, e in enumerate(events) if isinstance(e, kinds))])
    name = "steerer" if role == "steerer" else "TaskLLM"
    for what, words in (("weights", f"R0 {name} loads ... 80%"), ("prompt", f"R0 {name} reads ... 80%")):
        transcript.apply(ev.LoadingDelta(round=0, role=role, what=what, fraction=0.8))  # type: ignore[arg-type]
        assert activity(transcript, running=True)[0] == words
        assert "80%" in drawing.peek(transcript, transcript.round(0))  # type: ignore[attr-defined]
    transcript.apply(ev.LoadingDelta(round=0, role=role, what="weights", fraction=0.8))
    transcript.apply(ev.Noted(round=0, role=role, kind="device", text="on the CPU, loaded in 0.3 s"))
    assert "80%" not in shown(drawing, transcript) + activity(transcript, running=True)[0]
    assert "80%" not in drawing.peek(transcript, transcript.round(0))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("drawing", "role"), [(guidance, "steerer"), (task, "task_llm")])
def test_what_was_left_out_stands_before_what_came_of_it(drawing: object, role: Role) -> None:
    transcript = noted(role)
    transcript.apply(ev.Noted(round=0, role=role, kind="warning", text="Cut off at the end."))
    text = shown(drawing, transcript)
    said = transcript.round(0).answer_text if role == "task_llm" else "decision"
    found = [text.index(words) for words in ("was shortened", said.split("\n")[0], "Cut off")]
    assert found == sorted(found)


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


BRIEF = [("device", "CPU 1 thread"), ("speed", "9.9 tok/s"), ("speed", "12.3 tok/s"), ("warning", "")]


def briefed(role: Role, number: int = 0) -> Transcript:
    transcript = Transcript.of(game24())
    for kind, brief in BRIEF:
        transcript.apply(ev.Noted(round=number, role=role, kind=kind, text="told", brief=brief))  # type: ignore[arg-type]
    return transcript


@pytest.mark.parametrize(("drawing", "role"), [(guidance, "steerer"), (task, "task_llm")])
def test_the_place_and_the_last_speed_stand_at_the_name_of_the_role_from_then_on(
    drawing: object, role: Role
) -> None:
    transcript = briefed(role, number=1)
    titles = [drawing.title(transcript, this) for this in transcript.rounds]  # type: ignore[attr-defined]
    assert [title.endswith("  CPU 1 thread  12.3 tok/s") for title in titles] == [
        False,
        *[True] * (len(titles) - 1),
    ]
    assert len(titles) > 2
    assert runs_on(transcript, "checker", None) == []


def test_another_model_does_not_run_where_the_one_before_did() -> None:
    transcript = briefed("steerer")
    before, after = transcript.roles["steerer"], RoleInfo("other", "openai", "m", "other:m")
    transcript.apply(ev.RoleChanged(round=2, role="steerer", before=before, after=after))
    assert runs_on(transcript, "steerer", transcript.round(1)) == ["CPU 1 thread", "12.3 tok/s"]
    assert runs_on(transcript, "steerer", transcript.round(2)) == []


@pytest.mark.parametrize(("width", "shown"), [(400, True), (80, False)])
def test_the_top_line_says_where_a_role_runs_only_where_nothing_else_gives_way(
    width: int, shown: bool
) -> None:
    transcript = briefed("steerer")
    items = top_items(transcript, "REC", places=True)
    assert is_roomy(items, width) == shown
    texts = [item.texts[0] for item in items]
    assert [text for text in texts if text.endswith(" (CPU 1 thread)")] == [
        next(t for t in texts if t.startswith("STEER"))
    ]
    plainly = [item.texts[0] for item in top_items(transcript, "REC")]
    assert [text.removesuffix(" (CPU 1 thread)") for text in texts] == plainly


@pytest.mark.parametrize(
    ("size", "steerer", "title"),
    [
        (
            (80, 24),
            "local:codesteer-v1-Q4_K_M",
            "1 GUIDANCE  R0  local:codesteer-v1-Q4_K_M  CPU 1 thread  12.3 tok/s",
        ),
        ((100, 30), "local:codesteer-v1-Q4_K_M", "1 GUIDANCE  R0  local:codesteer-v1-Q4_K_M"),
        ((120, 35), "local:codesteer-v1-Q4_K_M", "1 GUIDANCE  R0  local:codesteer-v1-Q4_K_M  CPU 1 thread"),
        ((120, 35), "local:tiny", "1 GUIDANCE  R0  local:tiny  CPU 1 thread  12.3 tok/s"),
    ],
)
async def test_a_pane_has_as_much_of_it_in_its_title_as_there_is_room_for(
    size: tuple[int, int], steerer: str, title: str
) -> None:
    events = [_named(event, steerer) for event in game24()]
    for kind, brief in BRIEF:
        events.append(ev.Noted(round=0, role="steerer", kind=kind, text="told", brief=brief))  # type: ignore[arg-type]
    app = CodesteerApp(Settings(Config()), recording=Recording(Path("game24.jsonl"), events, []))
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.2)
        pane = app.screen.query_one("#pane-guidance", Pane)
        await pane.draw(pane.transcript, 0)
        await pilot.press("1")
        await pilot.pause(0.2)
        assert str(pane.border_title) == title


def _named(event: ev.Event, steerer: str) -> ev.Event:
    if not isinstance(event, ev.SessionStarted):
        return event
    roles = {**event.roles, "steerer": RoleInfo("local", "llama_cpp", "m.gguf", steerer)}
    return msgspec.structs.replace(event, roles=roles)


def test_the_steerers_thoughts_stand_apart_from_its_guidance() -> None:
    events = game24()
    given = next(i for i, event in enumerate(events) if isinstance(event, ev.GuidanceGiven))
    transcript = Transcript.of(events[:given])
    transcript.apply(ev.GuidanceDelta(round=0, text="Hm, is it simple?", channel="reasoning"))
    assert shown(guidance, transcript).splitlines()[-2:] == ["thinking ...", "Hm, is it simple?"]
    transcript.apply(ev.GuidanceDelta(round=0, text="<<<Co"))
    this = transcript.round(0)
    assert this.arrived("steerer") == ("<<<Co", "Hm, is it simple?")
    assert shown(guidance, transcript).splitlines()[-4:] == [
        "writing ...",
        "<<<Co",
        "reasoning",
        "Hm, is it simple?",
    ]
    decided = Guidance("code", "Write a program.")
    transcript.apply(ev.GuidanceGiven(round=0, guidance=decided, reasoning="Hm, is it simple? Yes."))
    text = shown(guidance, transcript)
    assert text.count("Hm, is it simple?") == 1
    assert text.index("Write a program.") < text.index("Hm, is it simple? Yes.")


def test_a_steerer_that_is_asked_again_thinks_afresh() -> None:
    events = game24()
    given = next(i for i, event in enumerate(events) if isinstance(event, ev.GuidanceGiven))
    transcript = Transcript.of(events[:given])
    transcript.apply(ev.GuidanceDelta(round=0, text="Hm", channel="reasoning"))
    transcript.apply(ev.PromptSent(round=0, role="steerer", messages=()))
    assert transcript.round(0).arrived("steerer") == ("", "")

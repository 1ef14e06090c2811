"""The lines around the panes keep what matters, whatever the width; the ending says what to do."""

from __future__ import annotations

import re

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.problem import pose
from codesteer_tui.sessions.store import Recording, read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.keys import KEYS
from codesteer_tui.tui.screens.help import letters, marks
from codesteer_tui.tui.widgets.ending import verdict_parts
from codesteer_tui.tui.widgets.prompt import Prompt
from codesteer_tui.tui.widgets.status import Hint, Item, KeyLine, fit, fitting
from codesteer_tui.tui.widgets.transport import LETTERS
from codesteer_tui.tui.widgets.welcome import EXAMPLES
from codesteer_tui.values import Verdicts
from tests.recordings.build import BOX, DEMO, HERE, RULES, Script, game24
from tests.tui.conftest import text_on, until, words_on


def replay(settings: Settings, events: list[ev.Event]) -> CodesteerApp:
    return CodesteerApp(settings, recording=Recording(HERE / "made.jsonl", events, []))


def long_title() -> list[ev.Event]:
    s = Script()
    s.start(pose("How many different words " * 12), DEMO, RULES, BOX)
    return [*s.events, *game24()[1:]]


async def test_a_long_title_is_cut_before_a_role_is_left_out(settings: Settings) -> None:
    app = replay(settings, long_title())
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        top = text_on(app).splitlines()[0]
        for wanted in (
            "How many",
            "no language model",
            "STEER built-in rules",
            "CHECK same as TASK",
            "REPLAY",
        ):
            assert wanted in top


def test_what_is_left_out_makes_room_for_what_was_shortened() -> None:
    items = [Item(("a long title here", "a long…"), rank=1), Item(("x" * 20,), rank=2)]
    assert (
        "".join(part if isinstance(part, str) else part[0] for part in fit(items, 18)) == "a long title here"
    )


@pytest.mark.parametrize("focused", ["prompt", "pane"])
async def test_the_key_line_always_has_help_and_quit(settings: Settings, focused: str) -> None:
    app = replay(settings, game24())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        keys = text_on(app).splitlines()[-1]
        assert "F1 help" in keys
        assert "^Q quit" in keys
        assert "Left/Right event" in keys


async def test_in_a_run_the_key_of_the_models_is_always_shown(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.screen.query_one(KeyLine).draw(["prompt", "desk", "anywhere"], running=True)
        await pilot.pause()
        keys = text_on(app).splitlines()[-1]
        assert "Esc stop" in keys
        assert "^O models" in keys
        assert "^Q quit" in keys


async def test_between_the_tabs_and_the_rounds_there_is_a_gap(settings: Settings) -> None:
    app = replay(settings, game24())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("4", "left_square_bracket", "left_square_bracket")
        await until(pilot, lambda: "[R0" in text_on(app))
        assert re.search(r"\[4 Flags .\] \[R0", text_on(app).splitlines()[1])


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (60, 12)])
async def test_a_long_message_leaves_room_for_what_to_do(settings: Settings, size: tuple[int, int]) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.live.explain("/a/very/long/path" * 20 + "\nis bad\n\nfor this\nreason", "Write it\nby hand.")
        await pilot.pause()
        assert "x /a/very/long/path" in words_on(app)
        assert "-> Write it by hand." in words_on(app)


async def test_a_notice_leaves_the_title_of_the_pane(settings: Settings) -> None:
    app = replay(settings, game24())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        title = text_on(app).splitlines()[2]
        app.notify("a notice that is long enough to be as wide as notices get", markup=False)
        await pilot.pause(0.3)
        assert "a notice" in text_on(app)
        assert text_on(app).splitlines()[2] == title


def test_hints_are_left_out_from_the_end_but_for_those_always_shown() -> None:
    hints = [Hint("F1", "help", True), Hint("a", "one", False), Hint("b", "two", False)]
    assert fitting(hints, 18) == [("a", "one"), ("F1", "help")]
    assert fitting(hints, 0) == [("F1", "help")]


@pytest.mark.parametrize("size", [(80, 24), (120, 35)])
async def test_where_the_demo_declined_the_ending_says_how_to_use_a_real_model(
    settings: Settings, size: tuple[int, int]
) -> None:
    app = CodesteerApp(settings, recording=read_recording(HERE / "declined.jsonl"))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        shown = words_on(app)
        assert "NO ANSWER the TaskLLM gave the same answer twice" in shown
        assert "knows only a few kinds of problem" in shown
        assert "OPENAI_API_KEY" in shown
        assert "codesteer doctor shows what is there" in shown


async def test_the_verdict_line_ends_with_a_whole_word_or_a_mark(settings: Settings) -> None:
    reason = "the steerer returned the answer after it had looked at everything twice"
    events = game24()
    ending = events[-1]
    assert isinstance(ending, ev.Finished)
    events[-1] = ev.Finished(
        at=ending.at, answer=ending.answer, answer_round=1, reason=reason, verdicts=ending.verdicts
    )
    app = replay(settings, events)
    async with app.run_test(size=(90, 24)) as pilot:
        await pilot.pause()
        line = next(line for line in text_on(app).splitlines() if "self-check" in line and "symbolic" in line)
        assert line.rstrip().endswith(("…", "could not check"))
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: "looked at everything twice" in words_on(app))


@pytest.mark.parametrize("size", [(40, 10), (59, 15)])
async def test_a_very_small_window_still_shows_each_part_and_takes_a_problem(
    settings: Settings, size: tuple[int, int]
) -> None:
    app = replay(settings, game24())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await until(pilot, lambda: "I will search" in text_on(app))
        await pilot.press("3")
        await until(pilot, lambda: "3 RUN" in text_on(app) and "exit 0" in text_on(app))
        assert "I will search" not in text_on(app)
        await pilot.press("escape", "q")
        await pilot.pause()
        assert app.screen.query_one(Prompt).text == "q"
        assert "q" in text_on(app)


def test_help_explains_every_mark_and_every_letter() -> None:
    said = {sign for sign, _, _ in marks()}
    assert {"+", "x", "?", "!", "~", "-", "..", "R0x!x", "~>"} <= said
    assert [letter for letter, _, _ in letters()] == [row[1] for row in LETTERS]
    assert all(words for _, _, words in letters())


def test_the_key_table_says_how_to_empty_the_prompt() -> None:
    rows = [key for key in KEYS if key.where == "prompt" and "empty the prompt" in key.does]
    assert [key.keys for key in rows] == ["escape,ctrl+n"]


def test_the_example_of_decimals_says_what_happens() -> None:
    events = read_recording(HERE / "decimals-not-run.jsonl").events
    question, about = EXAMPLES[1]
    assert events[0].problem.question == question  # type: ignore[union-attr]
    first = next(event for event in events if isinstance(event, ev.CodeFound))
    assert first.code.source.startswith("print(")
    assert about == "printed wrongly, then computed exactly"


@pytest.mark.parametrize("room", [30, 47, 60, 74, 100])
def test_with_little_room_all_three_verdicts_are_said_in_fewer_words(room: int) -> None:
    for verdicts in (
        Verdicts("pass", "could_not_check", "fail"),
        Verdicts(),
        Verdicts("pass", "pass", "pass"),
    ):
        said = "".join(part if isinstance(part, str) else part[0] for part in verdict_parts(verdicts, room))
        assert len(said) <= room
        assert [word in said for word in ("check", "truth")] == [True, True]
        unsure = sum(outcome == "could_not_check" for outcome in msgspec.structs.astuple(verdicts))
        assert said.count("?") == unsure
        if room == 100:
            assert said.startswith("symbolic ")
            assert "ground truth" in said

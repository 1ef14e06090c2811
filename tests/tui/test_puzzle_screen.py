"""The drawing of a session's puzzle: with the round that is shown, in a replay, and while a run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.puzzle import PuzzleScreen
from codesteer_tui.tui.screens.replay import ReplayScreen
from codesteer_tui.tui.widgets.desk import Desk
from tests.recordings.build import RECORDINGS, puzzle
from tests.tui.conftest import text_on, until, words_on

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 35), (160, 45)])


def replaying(settings: Settings, events: list[ev.Event]) -> CodesteerApp:
    return CodesteerApp(settings, recording=Recording(Path("queens.jsonl"), events, []))


@SIZES
async def test_v_draws_the_answer_of_the_round_and_goes_with_it(
    settings: Settings, size: tuple[int, int]
) -> None:
    app = replaying(settings, puzzle())
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        await pilot.press("4", "v")
        await until(pilot, lambda: "+ pass" in text_on(app) and "R2" in text_on(app))
        drawing = app.screen
        assert isinstance(drawing, PuzzleScreen)
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "x FAIL" in text_on(app))
        assert "[" in text_on(app)
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "No answer that can be read" in words_on(app))
        await pilot.press("v")
        assert isinstance(app.screen, ReplayScreen)
        assert app.screen.desk is not None
        assert app.screen.desk.number == 0, "the panes went with it"


async def test_the_drawing_follows_a_run_that_goes_on(settings: Settings) -> None:
    events = puzzle()
    answered = [k for k, event in enumerate(events) if isinstance(event, ev.AnswerGiven)]
    app = replaying(settings, events)
    async with app.run_test(size=(120, 35)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        desk = app.screen.query_one(Desk)
        await desk.draw(Transcript.of(events[: answered[1]]))
        await pilot.press("3", "v")
        await until(pilot, lambda: "No answer yet" in words_on(app))
        for event in events[answered[1] :]:
            await desk.show(event)
        await until(pilot, lambda: "+ pass" in text_on(app))


@pytest.mark.parametrize("name", RECORDINGS)
async def test_where_there_is_nothing_to_draw_that_is_said(settings: Settings, name: str) -> None:
    app = replaying(settings, RECORDINGS[name]())
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        await pilot.press("4", "v")
        await until(pilot, lambda: bool(app._notifications))
        assert isinstance(app.screen, ReplayScreen)


async def test_y_copies_the_drawing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr(CodesteerApp, "copy", lambda self, text, what: copied.append(text))
    app = replaying(settings, puzzle())
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        await pilot.press("4", "v")
        await until(pilot, lambda: "+ pass" in text_on(app))
        await pilot.press("y")
        assert copied
        assert "+----" in copied[0]

"""What the browser, trying by hand and the drawing of a session look like, in dark and light, at three sizes.

After a wanted change: `pytest tests/tui/test_tasks_snapshots.py --snapshot-update`, and look at the pictures.
"""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from codesteer_tui.config import Config, Screen
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.browsing import Choice
from codesteer_tui.tui.screens.puzzle import PuzzleScreen
from codesteer_tui.tui.screens.tasks import TasksScreen
from codesteer_tui.tui.screens.trying import TryingScreen
from tests.recordings.build import puzzle
from tests.tui.conftest import text_on, until
from tests.tui.pictures import Compare, by_size, by_theme


def app_with(theme: str, choice: Choice | None = None) -> CodesteerApp:
    settings = Settings(Config(screen=Screen(theme=theme, reduced_motion=True)))
    recording = None if choice else Recording(Path("queens.jsonl"), puzzle(), [])
    app = CodesteerApp(settings, recording=recording)
    app.browsed = choice
    return app


@by_theme
@by_size
def test_the_browser(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    async def browse(pilot: Pilot[None]) -> None:
        await pilot.press("f3")
        screen = pilot.app.screen
        assert isinstance(screen, TasksScreen)
        await until(pilot, lambda: screen.problem is not None)
        await pilot.press("v" if size[0] < 100 else "enter")
        await until(pilot, lambda: "puzzle" in text_on(pilot.app))
        await pilot.pause(0.2)

    app = app_with(theme, Choice("standard_sudoku", 3, {"empty": "50"}))
    assert snap_compare(app, terminal_size=size, run_before=browse)


@by_theme
@by_size
def test_trying_by_hand(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    async def type_an_answer(pilot: Pilot[None]) -> None:
        await pilot.press("f3")
        screen = pilot.app.screen
        assert isinstance(screen, TasksScreen)
        await until(pilot, lambda: screen.problem is not None)
        await pilot.press("t", *"0 3, 1 1, 2 0, 7 7")
        trying = pilot.app.screen
        assert isinstance(trying, TryingScreen)
        await until(pilot, lambda: "[q]" in text_on(pilot.app))
        await pilot.pause(0.2)

    app = app_with(theme, Choice("eight_queens", 3))
    assert snap_compare(app, terminal_size=size, run_before=type_an_answer)


@by_theme
@by_size
def test_the_drawing_of_a_session(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    async def draw(pilot: Pilot[None]) -> None:
        await pilot.pause(0.2)
        await pilot.press("4", "v", "left_square_bracket")
        assert isinstance(pilot.app.screen, PuzzleScreen)
        await until(pilot, lambda: "x FAIL" in text_on(pilot.app) and "R1" in text_on(pilot.app))
        await pilot.pause(0.2)

    assert snap_compare(app_with(theme), terminal_size=size, run_before=draw)

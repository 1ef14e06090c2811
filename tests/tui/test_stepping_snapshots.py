"""What stepping in looks like, pixel by pixel. No clock and no machine shows in the pictures.

After a wanted change: `pytest tests/tui/test_stepping_snapshots.py --snapshot-update`, and look at the pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from codesteer_tui.config import Config, Screen
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.mode import ModeScreen, Wish
from codesteer_tui.tui.screens.writing import WritingScreen
from codesteer_tui.tui.stepping import BEHIND, INSTEAD
from tests.recordings.build import SEARCH
from tests.recordings.stepped import stepped
from tests.tui.pictures import Compare, by_size, by_theme


def app_with(theme: str) -> CodesteerApp:
    settings = Settings(Config(screen=Screen(theme=theme, reduced_motion=True)))
    return CodesteerApp(settings, recording=Recording(Path("stepped.jsonl"), stepped(), []))


def after(*keys: str, push: Callable[[], object] | None = None) -> Callable[[Pilot[None]], object]:
    async def run_before(pilot: Pilot[None]) -> None:
        await pilot.pause(0.2)
        for key in keys:
            await pilot.press(key)
        if push:
            pilot.app.push_screen(push())  # type: ignore[call-overload]
        await pilot.pause(0.3)

    return run_before


@by_theme
@by_size
@pytest.mark.parametrize(("rounds_back", "pane"), [(1, "1"), (1, "3"), (0, "1")], ids=["veto", "own", "hint"])
def test_what_the_person_did_in_a_replay(
    snap_compare: Compare, theme: str, size: tuple[int, int], rounds_back: int, pane: str
) -> None:
    keys = [pane, *["left_square_bracket"] * (1 + rounds_back)]
    assert snap_compare(app_with(theme), terminal_size=size, run_before=after(*keys))


@by_theme
@by_size
def test_the_steering_modes(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    def push() -> ModeScreen:
        return ModeScreen(Wish("approve", True))

    assert snap_compare(app_with(theme), terminal_size=size, run_before=after(push=push))


@by_theme
@by_size
def test_writing_for_the_next_round(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    def push() -> WritingScreen:
        about = "How shall the TaskLLM be told? It is marked as yours."
        return WritingScreen(
            "Write for the next round", about, "Use exact\nfractions.", ways=(BEHIND, INSTEAD)
        )

    assert snap_compare(app_with(theme), terminal_size=size, run_before=after(push=push))


@by_theme
@by_size
def test_editing_a_copy_of_a_program(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    def push() -> WritingScreen:
        about = "It runs in the sandbox as yours, and never counts as the model's answer."
        return WritingScreen("Run the program of R1 again", about, SEARCH, code=True)

    assert snap_compare(app_with(theme), terminal_size=size, run_before=after(push=push))

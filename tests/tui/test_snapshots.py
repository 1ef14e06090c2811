"""What the main screens look like, from recorded sessions, in dark and light at three sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui.config import Config, Screen
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from tests.recordings.build import RECORDINGS
from tests.tui.pictures import Compare, by_size, by_theme, pressing

BACK = "left_square_bracket"

KEYS: dict[str, tuple[str, ...]] = {
    "lazy code": (BACK, BACK, "4"),
    "help": ("f1",),
    "evidence": (BACK, BACK, "4", "enter"),
    "zoomed": ("f5",),
    "start": ("home",),
}


def app_with(name: str | None, theme: str = "textual-dark") -> CodesteerApp:
    settings = Settings(Config(screen=Screen(theme=theme, reduced_motion=True)))
    if name is None:
        return CodesteerApp(settings)
    return CodesteerApp(settings, recording=Recording(Path(f"{name}.jsonl"), RECORDINGS[name](), []))


@by_theme
@by_size
@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recorded_session_at_its_end(
    snap_compare: Compare, name: str, theme: str, size: tuple[int, int]
) -> None:
    assert snap_compare(app_with(name, theme), terminal_size=size, run_before=pressing())


@by_theme
@by_size
@pytest.mark.parametrize("shown", KEYS)
def test_what_keys_show_of_a_session(
    snap_compare: Compare, shown: str, theme: str, size: tuple[int, int]
) -> None:
    assert snap_compare(app_with("game24", theme), terminal_size=size, run_before=pressing(*KEYS[shown]))


@by_theme
@by_size
def test_the_first_screen(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(app_with(None, theme), terminal_size=size, run_before=pressing())


@by_theme
def test_the_smallest_screen(snap_compare: Compare, theme: str) -> None:
    assert snap_compare(app_with("game24", theme), terminal_size=(50, 14), run_before=pressing())

"""What the main screens look like, pixel by pixel, from recorded sessions. No clock and no machine shows in them.

After a wanted change: `pytest tests/tui/test_snapshots.py --snapshot-update`, and look at the pictures.
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
from tests.recordings.build import RECORDINGS

SIZES = [(80, 24), (120, 35), (160, 45)]
by_size = pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")


def app_with(name: str | None, theme: str = "textual-dark") -> CodesteerApp:
    settings = Settings(Config(screen=Screen(theme=theme, reduced_motion=True)))
    if name is None:
        return CodesteerApp(settings)
    return CodesteerApp(settings, recording=Recording(Path(f"{name}.jsonl"), RECORDINGS[name](), []))


def pressing(*keys: str) -> Callable[[Pilot[None]], object]:
    async def run_before(pilot: Pilot[None]) -> None:
        await pilot.pause(0.2)
        for key in keys:
            await pilot.press(key)
        await pilot.pause(0.3)

    return run_before


@by_size
@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recorded_session_at_its_end(
    snap_compare: Callable[..., bool], name: str, size: tuple[int, int]
) -> None:
    assert snap_compare(app_with(name), terminal_size=size, run_before=pressing())


@by_size
def test_the_round_with_the_lazy_code(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    keys = pressing("left_square_bracket", "left_square_bracket", "4")
    assert snap_compare(app_with("game24"), terminal_size=size, run_before=keys)


@by_size
def test_the_first_screen(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    assert snap_compare(app_with(None), terminal_size=size, run_before=pressing())


def test_the_light_theme(snap_compare: Callable[..., bool]) -> None:
    app = app_with("game24", "textual-light")
    assert snap_compare(app, terminal_size=(160, 45), run_before=pressing())


def test_help_over_a_session(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(app_with("game24"), terminal_size=(120, 60), run_before=pressing("f1"))


def test_the_evidence_of_a_flag(snap_compare: Callable[..., bool]) -> None:
    keys = pressing("left_square_bracket", "left_square_bracket", "4", "enter")
    assert snap_compare(app_with("game24"), terminal_size=(120, 45), run_before=keys)


def test_one_pane_zoomed(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(app_with("game24"), terminal_size=(80, 24), run_before=pressing("f5"))

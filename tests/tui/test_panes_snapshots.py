"""What the dialogs of the panes look like, in dark and light at three sizes, from a session of the built-in demo.

After a wanted change: `pytest tests/tui/test_panes_snapshots.py --snapshot-update`, and look at the pictures.
"""

from __future__ import annotations

import pytest

from codesteer_tui.config import Config, Screen
from codesteer_tui.sessions import read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from tests.recordings.build import HERE
from tests.tui.pictures import Compare, by_size, by_theme, pressing

BACK = "left_square_bracket"

KEYS: dict[str, tuple[str, ...]] = {
    "prompts": (BACK, "2", "p"),
    "difference": (BACK, "d"),
    "evidence": (BACK, BACK, "4", "enter"),
    "finding": ("slash", *"fraction", "down"),
    "found": ("slash", *"fraction", "enter"),
    "flag": (BACK, "4", "down", "down", "down"),
    "folded": (BACK, "1", "h", "4", "h"),
    "code": (BACK, "2", "c"),
}


@by_size
@by_theme
@pytest.mark.parametrize("shown", KEYS)
def test_what_keys_of_the_panes_lead_to(
    snap_compare: Compare, shown: str, theme: str, size: tuple[int, int]
) -> None:
    settings = Settings(Config(screen=Screen(theme=theme, reduced_motion=True)))
    app = CodesteerApp(settings, recording=read_recording(HERE / "demo_game24.jsonl"))
    assert snap_compare(app, terminal_size=size, run_before=pressing(*KEYS[shown]))

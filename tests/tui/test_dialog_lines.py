"""The last line of a dialog: which keys it names."""

from __future__ import annotations

import pytest

from codesteer_tui.settings import Settings
from codesteer_tui.tui.keys import KEYS
from codesteer_tui.tui.screens.charts import ChartsScreen
from codesteer_tui.tui.screens.comparing import CompareScreen
from codesteer_tui.tui.screens.dialog import BlocksDialog, Dialog, hint_line
from codesteer_tui.tui.screens.difference import DifferenceScreen
from codesteer_tui.tui.screens.help import HelpScreen
from codesteer_tui.tui.screens.logs import LogScreen
from codesteer_tui.tui.screens.parts import PartsDialog
from tests.recordings.build import game24
from tests.tui.conftest import text_on
from tests.tui.test_lines import replay
from tests.tui.test_replay_screen import until

SCROLLING = {f"dialog_{way}" for way in ("down", "up", "page_down", "page_up", "top", "bottom")}
OTHER_WAY = {
    *("dialog_round_on", "older_on", "newer_on", "compare_round_on"),
    *("previous_change", "previous_part", "previous_difference", "compare_before"),
}
"""Those that go the other way than one that is named."""
WHILE_SOUGHT = {"dialog_next", "dialog_previous"}


@pytest.mark.parametrize(
    "dialog", [BlocksDialog, PartsDialog, DifferenceScreen, CompareScreen, LogScreen, ChartsScreen]
)
def test_what_a_dialog_can_do_is_in_its_line_where_there_is_room(dialog: type[Dialog]) -> None:
    rows = [key for key in KEYS if key.where in dialog.places]
    unnamed = {key.id for key in rows if not key.hint}
    assert unnamed <= SCROLLING | OTHER_WAY | WHILE_SOUGHT
    line = hint_line(dialog.places, 200)
    assert line.startswith("Esc close   ")
    assert line.endswith("   Y copy all")
    assert all(f" {key.hint}" in line for key in rows if key.hint)


@pytest.mark.parametrize("size", [(80, 24), (130, 30)])
async def test_a_dialog_names_the_help_which_has_all_keys_and_while_words_are_sought_how_to_go_on(
    settings: Settings, size: tuple[int, int]
) -> None:
    app = replay(settings, game24())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("2", "p")
        await until(pilot, lambda: "Esc close" in text_on(app))
        assert "F1 help" in text_on(app)
        assert ("Y copy all" in text_on(app)) == (size[0] > 80)
        await pilot.press("slash", *"question", "enter")
        await until(pilot, lambda: "n N next   Esc close" in text_on(app))
        assert "F1 help" in text_on(app)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert app.screen.keys_line(100) == "Esc close   / find   Y copy all"  # type: ignore[attr-defined]

"""The first screen fits the smallest terminal that it is drawn for."""

from __future__ import annotations

from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from tests.tui.conftest import text_on


async def test_no_example_is_cut_at_80_columns_of_which_the_scroll_bar_takes_two(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(78, 24)) as pilot:
        await pilot.pause()
        shown = text_on(app)
        assert "answer one" in shown
        assert "…" not in shown

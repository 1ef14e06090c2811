"""Help begins with what acts where one is."""

from __future__ import annotations

import pytest

from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.help import HEADINGS, HelpScreen
from tests.tui.conftest import to_sessions


@pytest.mark.parametrize(
    ("pressed", "first"),
    [((), "prompt"), (("f2",), "settings"), (("f8",), "dialog"), ((), "sessions")],
)
async def test_what_acts_where_one_is_comes_first(
    settings: Settings, pressed: tuple[str, ...], first: str
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        if first == "sessions":
            await to_sessions(pilot)
        await pilot.press(*pressed, "f1")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, HelpScreen)
        assert (screen.here[0], screen.here[-1]) == (first, "anywhere")
        headings = [block.text for block in screen.blocks() if block.kind == "heading"]
        assert headings[: len(screen.here)] == [HEADINGS[where] for where in screen.here]
        assert len(headings) == len(HEADINGS) + 2  # the marks, and the letters of a replay
        await pilot.press("f1")
        await pilot.pause()
        assert app.screen is screen

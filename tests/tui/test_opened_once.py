"""A screen that is open is brought forward, not opened a second time: from the palette, anything can be asked for
over anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.screens.replay import ReplayScreen
from codesteer_tui.tui.screens.sessions import SessionsScreen
from tests.recordings.build import RECORDINGS, write
from tests.tui.conftest import until

WANTED = {
    "Weights": "WeightsScreen",
    "List the recorded sessions": "SessionsScreen",
    "Show who plays which role": "ModelsScreen",
    "Show this help": "HelpScreen",
    "Show the settings": "SettingsScreen",
}


def stack(app: CodesteerApp) -> list[str]:
    return [type(screen).__name__ for screen in app.screen_stack]


async def by_palette(pilot: Pilot[None], words: str) -> None:
    await pilot.press("ctrl+p")
    await pilot.press(*(key if key != " " else "space" for key in words.lower()), "enter")
    await pilot.pause()


@pytest.mark.parametrize("words", WANTED)
async def test_what_is_open_is_not_opened_again(settings: Settings, words: str) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 35)) as pilot:
        for _ in range(2):
            await by_palette(pilot, words)
            await until(pilot, lambda: WANTED[words] in stack(app))
        assert stack(app).count(WANTED[words]) == 1


@pytest.mark.parametrize("words", WANTED)
async def test_a_dialog_over_a_screen_stays(settings: Settings, words: str) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 35)) as pilot:
        await by_palette(pilot, words)
        await until(pilot, lambda: WANTED[words] in stack(app))
        dialog = ConfirmScreen("Really?", "", no="No", yes="Yes")
        await app.push_screen(dialog)
        await by_palette(pilot, words)
        assert app.screen is dialog
        assert stack(app).count(WANTED[words]) == 1


async def test_the_list_of_sessions_comes_back_over_the_session_that_was_opened(settings: Settings) -> None:
    folder = Path(settings.config.sessions.dir)
    folder.mkdir()
    name = next(iter(RECORDINGS))
    write(RECORDINGS[name](), folder / "20261120-120000-one-0000.jsonl")
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen))
        listed = app.screen
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        await by_palette(pilot, "List the recorded sessions")
        await until(pilot, lambda: app.screen is listed)
        assert "ReplayScreen" not in stack(app)

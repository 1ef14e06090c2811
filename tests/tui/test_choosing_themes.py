"""Choosing the colours: the screen has each while the highlight is on it, Esc puts them back, Enter saves."""

from __future__ import annotations

import pytest

from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.setting import SettingScreen
from tests.settings_desk import Desk
from tests.settings_desk import desk as desk
from tests.tui.conftest import notices, until, words_on
from tests.tui.test_settings_screen import search


async def test_each_theme_is_seen_while_moving_and_escape_puts_back_what_was(desk: Desk) -> None:
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(*"/theme", "enter")
        await until(pilot, lambda: isinstance(app.screen, SettingScreen))
        before = app.theme
        names = sorted(app.available_themes)
        await pilot.press("down")
        await until(pilot, lambda: app.theme == names[(names.index(before) + 1) % len(names)])
        await pilot.press("home")
        await until(pilot, lambda: app.theme == names[0])
        assert names[0] != before
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == before and app.screen is app.live)
        assert desk.user.read_text() == ""


async def test_a_theme_that_is_chosen_is_saved_and_stays(desk: Desk) -> None:
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        app.action_change_theme()
        await until(
            pilot, lambda: isinstance(app.screen, SettingScreen) and "Enter saves it" in words_on(app)
        )
        await pilot.press("home")
        first = sorted(app.available_themes)[0]
        await until(pilot, lambda: app.theme == first)
        await pilot.press("enter")
        await until(pilot, lambda: f"screen.theme is now {first}." in notices(app))
        assert app.theme == first
        assert f'theme = "{first}"' in desk.user.read_text()


async def test_in_the_settings_it_is_the_same(desk: Desk) -> None:
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        await search(pilot, "screen.theme")
        before = app.theme
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SettingScreen))
        await pilot.press("end")
        await until(pilot, lambda: app.theme == sorted(app.available_themes)[-1])
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == before)


async def test_without_colours_nothing_is_painted_while_moving(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        app.action_change_theme()
        await until(pilot, lambda: isinstance(app.screen, SettingScreen))
        before = app.theme
        await pilot.press("end")
        await pilot.pause()
        assert app.theme == before == "terminal"

"""Long work says that it goes on; without motion nothing blinks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from textual.widgets import Input

from codesteer_tui.sandbox.docker import building
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.choice import ChoiceScreen
from codesteer_tui.tui.screens.setting import SettingScreen
from codesteer_tui.tui.screens.settings import SettingsScreen
from tests.tui.conftest import until, words_on


async def test_building_the_image_says_how_long_it_has_been_at_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    async def plan(kind: str) -> building.Plan:
        return building.Plan("python:3.12-slim")

    async def downloads(kind: str, base: str) -> str:
        return ""

    async def build(base: str, kind: str) -> AsyncIterator[str]:
        yield "step 1"
        await go_on.wait()

    for name, stand_in in (("plan", plan), ("downloads", downloads), ("build", build)):
        monkeypatch.setattr(building, name, stand_in)
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        app.action_build_image()
        await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "building: 00:0" in words_on(app))
        assert "step 1" in words_on(app)
        go_on.set()
        await until(pilot, lambda: "in all" in words_on(app))


@pytest.mark.parametrize("reduced", [True, False])
async def test_no_cursor_blinks_without_motion(settings: Settings, reduced: bool) -> None:
    screen = msgspec.structs.replace(settings.config.screen, reduced_motion=reduced)
    app = CodesteerApp(Settings(msgspec.structs.replace(settings.config, screen=screen)))
    async with app.run_test(size=(100, 30)) as pilot:
        app.action_settings()
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.focused, Input))
        assert isinstance(app.focused, Input)
        await until(pilot, lambda: app.focused.cursor_blink is not reduced)
        app.push_screen(SettingScreen(settings, "steering.max_rounds"))
        await until(pilot, lambda: isinstance(app.screen, SettingScreen) and isinstance(app.focused, Input))
        await until(pilot, lambda: app.focused.cursor_blink is not reduced)

"""Work in the background: what is stopped before it begins leaves nothing that was never awaited."""

from __future__ import annotations

import ast
import gc
import warnings
from pathlib import Path

import pytest

import codesteer_tui.tui
from codesteer_tui.config import Config
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.settings import SettingsScreen
from tests.tui.conftest import until

FILES = sorted(Path(codesteer_tui.tui.__file__).parent.rglob("*.py"))


async def test_going_through_the_settings_leaves_no_work_that_was_never_begun() -> None:
    app = CodesteerApp(Settings(Config()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, SettingsScreen)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            for _ in range(3):  # as quickly as a held key, before the first of them had a turn
                screen._show_about()
            await pilot.pause()
            gc.collect()
        assert [str(one.message) for one in warned if "never awaited" in str(one.message)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_workers_are_given_functions_and_no_coroutines(path: Path) -> None:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if call.func.attr == "run_worker" and isinstance(call.args[0], ast.Call):
            assert ast.unparse(call.args[0].func) == "partial", f"{path.name}:{call.lineno}"

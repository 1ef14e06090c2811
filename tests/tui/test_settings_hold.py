"""From when a setting holds that was changed in the app: for each key what the screen says of it is true."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

import codesteer_tui.sessions as sessions
from codesteer_tui.cli.app import is_linear
from codesteer_tui.config import Config
from codesteer_tui.problem import pose
from codesteer_tui.settings.saving import save_setting
from codesteer_tui.settings.schema import OPEN_SECTIONS, schema
from codesteer_tui.tui import copying
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import text_of
from codesteer_tui.tui.screens.settings import SettingsScreen
from codesteer_tui.tui.screens.weights import WeightsScreen
from codesteer_tui.tui.setting_rows import about, holds, value_of
from codesteer_tui.tui.widgets.prompt import Prompt
from tests.settings_desk import Desk
from tests.settings_desk import desk as desk
from tests.tui.conftest import notices, until, words_on

OTHERS: dict[str, Any] = {
    "roles.steerer": "same-as-task",
    "roles.task_llm": "demo",
    "roles.checker": "off",
    "providers.mine.kind": "anthropic",
    "providers.mine.preset": "groq",
    "providers.mine.model": "another",
    "providers.mine.base_url": "http://127.0.0.1:9/v1",
    "providers.mine.key": "env:MINE",
    "providers.mine.api": "responses",
    "providers.mine.temperature": 0.5,
    "providers.mine.top_p": 0.5,
    "providers.mine.max_tokens": 99,
    "providers.mine.effort": "low",
    "providers.mine.thinking_tokens": 2048,
    "providers.mine.body": {"user": "me"},
    "providers.mine.headers": {"X-A": "b"},
    "providers.mine.timeout_s": 9.0,
    "providers.mine.connect_s": 9.0,
    "providers.mine.retries": 9,
    "providers.mine.proxy": "none",
    "providers.mine.ca_bundle": "/some/ca.pem",
    "providers.mine.context_tokens": 4096,
    "providers.mine.gpu_layers": 3,
    "providers.mine.threads": 3,
    "providers.mine.batch_tokens": 64,
    "providers.mine.ubatch_tokens": 32,
    "providers.mine.flash_attention": "on",
    "providers.mine.kv_type": "q8_0",
    "providers.mine.mmap": True,
    "providers.mine.idle_s": 9.0,
    "providers.mine.keep_prompts": True,
    "providers.mine.decisions": "forced",
    "providers.mine.delay_s": 0.5,
    "providers.mine.seed": 9,
    "steering.mode": "approve",
    "steering.profile": "paper",
    "steering.max_rounds": 9,
    "steering.prompt_pack": "another",
    "steering.show_output_to_task_llm": False,
    "symbolic_checker.score": "paper",
    "symbolic_checker.threshold": 9.0,
    "answer_checker.attempts": 9,
    "sandbox.engine": "off",
    "sandbox.reduced_isolation": "never",
    "sandbox.approve_code": True,
    "sandbox.image": "core",
    "sandbox.runtime": "runsc",
    "sandbox.warm": 0,
    "sandbox.at_once": 1,
    "sandbox.wall_s": 9.0,
    "sandbox.cpu_s": 9,
    "sandbox.memory_mib": 99,
    "sandbox.pids": 9,
    "sandbox.output_kib": 9,
    "sandbox.disk_mib": 9,
    "sandbox.source_kib": 9,
    "limits.session_usd": 9.0,
    "limits.session_tokens": 9,
    "sessions.dir": "elsewhere",
    "weights.dir": "elsewhere",
    "weights.token": "env:HUB",
    "screen.theme": "nord",
    "screen.reduced_motion": True,
    "screen.linear": True,
    "screen.copy": "file",
}
"""Every setting, and something else that it can be."""

MINE = "[providers.mine]\nkind = 'openai'\nbase_url = 'http://127.0.0.1:8/v1'\nkey = 'none'\nmodel = 'm'\n"

NEXT_PROBLEM = [key for key in OTHERS if holds(key).startswith("from the next problem on")]


def test_every_setting_is_looked_at_here() -> None:
    tables = {section: f"{section}.mine" if section == "providers" else section for section in schema()}
    known = {f"{tables[section]}.{name}" for section, names in schema().items() for name in names}
    assert known == set(OTHERS)
    assert set(OPEN_SECTIONS) == {"keys"}  # tests/tui/test_remapping.py shows that keys hold at once
    assert {key for key in OTHERS if key not in NEXT_PROBLEM} == {
        "screen.theme",
        "screen.reduced_motion",
        "screen.copy",
        "screen.linear",
        "weights.token",
    }


async def change(app: CodesteerApp, pilot: Pilot[None], key: str, value: Any) -> None:
    """Save a setting as the dialog of a setting does, and wait until the app has taken it over."""
    saved = save_setting(key, value, settings=app.settings)
    app.post_message(SettingsScreen.Changed(key, saved))
    await until(pilot, lambda: value_of(app.settings.config, key) == value)


@pytest.fixture
def posed(monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """The configurations that problems are solved by, of which none is."""
    seen: list[Config] = []

    @asynccontextmanager
    async def open_session(config: Config, *_: Any, **__: Any) -> AsyncIterator[Any]:
        async def no_events() -> AsyncIterator[Any]:
            for event in ():
                yield event

        seen.append(config)
        yield SimpleNamespace(path=None, before=(), events=no_events(), afterwards=(), pending={})

    monkeypatch.setattr(sessions, "open_session", open_session)
    return seen


async def pose_one(app: CodesteerApp, pilot: Pilot[None]) -> None:
    assert app.live.begin(pose("What is 2 + 2?"))
    await until(pilot, lambda: not app.live.running)


async def test_what_is_said_to_hold_from_the_next_problem_on_is_in_its_configuration(
    desk: Desk, posed: list[Config]
) -> None:
    desk.user.write_text(MINE)
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        await pose_one(app, pilot)
        for key in NEXT_PROBLEM:
            await change(app, pilot, key, OTHERS[key])
            assert f"holds {holds(key)}." in text_of(about(app.settings, key))
        await pose_one(app, pilot)
    first, second = posed
    assert {key: value_of(second, key) for key in NEXT_PROBLEM} == {k: OTHERS[k] for k in NEXT_PROBLEM}
    assert [key for key in NEXT_PROBLEM if value_of(first, key) == OTHERS[key]] == []


async def test_colours_motion_and_the_way_of_copying_hold_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways: list[str] = []

    async def copy(text: str, way: str, write: object) -> copying.Copied:
        ways.append(way)
        return copying.Copied("")

    monkeypatch.setattr(copying, "copy", copy)
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        prompt = app.live.query_one(Prompt)
        await pilot.press("f2")
        await pilot.pause()
        await change(app, pilot, "screen.theme", "nord")
        await until(pilot, lambda: app.theme == "nord")
        assert prompt.cursor_blink
        await change(app, pilot, "screen.reduced_motion", True)
        await until(pilot, lambda: not prompt.cursor_blink and app.animation_level == "none")
        await change(app, pilot, "screen.reduced_motion", False)
        await until(pilot, lambda: prompt.cursor_blink and app.animation_level != "none")
        await change(app, pilot, "screen.copy", "file")
        app.copy("text", "words")
        await until(pilot, lambda: ways == ["file"])


async def test_lines_in_place_of_the_screen_hold_from_the_next_start_on_and_that_is_said(desk: Desk) -> None:
    app = CodesteerApp(desk.load())
    assert not is_linear(app.settings)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f2")
        await change(app, pilot, "screen.linear", True)
        said = "screen.linear is now true, from the next start of the app on."
        await until(pilot, lambda: said in notices(app))
        assert app.is_running
    assert is_linear(desk.load())


async def test_the_list_of_weights_goes_by_another_folder_and_token_at_once(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "some.gguf").write_bytes(b"GGUF")
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        app.action_weights()
        await pilot.pause()
        weights = app.screen
        assert isinstance(weights, WeightsScreen)
        await pilot.press("f2")
        await pilot.pause()
        await change(app, pilot, "weights.dir", str(tmp_path / "elsewhere"))
        await change(app, pilot, "weights.token", "env:HUB")
        assert weights._config.weights.token == "env:HUB"
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is weights and "some.gguf" in words_on(app))

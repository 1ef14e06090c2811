"""What settings, logs and charts look like, in dark and light, at three sizes.

After a wanted change: `pytest tests/tui/test_settings_snapshots.py --snapshot-update`, and look at the pictures.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from codesteer_tui.sessions.store import read_recording
from codesteer_tui.settings import Asked, Settings, load_settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.journal import Entry
from codesteer_tui.tui.screens import logs
from tests.tui.conftest import text_on, until
from tests.tui.pictures import Compare, by_size, by_theme

RECORDING = Path(__file__).resolve().parents[1] / "recordings" / "game24-docker.jsonl"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a person whose file is where it would be on Linux."""
    file = tmp_path / "config.toml"
    file.write_text("")
    env = {"CODESTEER_STEERING__MAX_ROUNDS": "3", "CODESTEER_SCREEN__REDUCED_MOTION": "true"}
    read = load_settings({}, cwd=tmp_path, env=env, config_file=file)
    return replace(read, asked=Asked(config_file=Path("~/.config/codesteer/config.toml"), env=env))


def app_with(settings: Settings, theme: str, *, recorded: bool = False) -> CodesteerApp:
    app = CodesteerApp(settings, recording=read_recording(RECORDING) if recorded else None)
    app.dress = lambda: setattr(app, "theme", theme)  # type: ignore[method-assign]
    return app


@by_theme
@by_size
def test_the_settings(snap_compare: Compare, settings: Settings, theme: str, size: tuple[int, int]) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await pilot.press("f2", "slash", *"max_rounds", "enter")
        await until(pilot, lambda: "Most rounds of guidance" in text_on(pilot.app))

    assert snap_compare(app_with(settings, theme), terminal_size=size, run_before=look)


@by_theme
@by_size
def test_changing_a_setting(
    snap_compare: Compare, settings: Settings, theme: str, size: tuple[int, int]
) -> None:
    async def change(pilot: Pilot[None]) -> None:
        await pilot.press("f2", "slash", *"max_rounds", "enter", "enter", "minus")
        await until(pilot, lambda: "x it must be" in text_on(pilot.app))

    app = app_with(settings, theme)
    assert snap_compare(app, terminal_size=size, run_before=change)


@by_theme
@by_size
def test_the_logs(
    snap_compare: Compare,
    settings: Settings,
    theme: str,
    size: tuple[int, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    llama = tmp_path / "llama.log"
    llama.write_text("load_tensors: offloaded 0/33 layers to GPU\nwarning: the context is small\n")
    monkeypatch.setattr(logs, "worker_log", lambda: llama)
    app = app_with(settings, theme)
    at = datetime(2026, 11, 21, 22, 10, 18)

    async def look(pilot: Pilot[None]) -> None:
        app.journal.entries.clear()
        app.journal.entries += [
            Entry(at, "info", "app", "session begun: task_llm openai:gpt-4o; programs: Docker container"),
            Entry(at, "info", "library", 'httpx: HTTP Request: POST https://llm.example/v1 "HTTP/1.1 429"'),
            Entry(at, "warning", "app", "task_llm: retry 1 in 4 s: the server is busy"),
            Entry(at, "error", "app", "The server does not answer. Try again later."),
        ]
        await pilot.press("f8")
        await until(pilot, lambda: "does not answer" in text_on(app) and "offloaded" in text_on(app))

    assert snap_compare(app, terminal_size=size, run_before=look)


@by_theme
@by_size
def test_the_charts(snap_compare: Compare, settings: Settings, theme: str, size: tuple[int, int]) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await pilot.press("f12")
        await until(pilot, lambda: "Tokens by round" in text_on(pilot.app))
        await pilot.pause(0.2)

    app = app_with(settings, theme, recorded=True)
    assert snap_compare(app, terminal_size=size, run_before=look)

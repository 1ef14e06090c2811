"""What leaves the app beside the clipboard: the mouse to the terminal (m), a pane to the editor (o); and quick keys."""

from __future__ import annotations

import stat
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.events import Key

from codesteer_tui import sessions
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.widgets.prompt import Prompt
from tests.recordings.build import game24, write
from tests.tui.conftest import FakeSession, notices, opener, pane, until
from tests.tui.test_prompt import typed


@pytest.fixture
def replay(settings: Settings, tmp_path: Path) -> CodesteerApp:
    return CodesteerApp(settings, recording=read_recording(write(game24(), tmp_path / "game24.jsonl")))


async def test_m_leaves_the_mouse_to_the_terminal_and_takes_it_back(
    replay: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with replay.run_test(size=(130, 35)) as pilot:
        await until(pilot, lambda: replay.screen.desk is not None)
        told: list[str] = []
        for way in ("_disable_mouse_support", "_enable_mouse_support"):
            monkeypatch.setattr(replay._driver, way, lambda way=way: told.append(way), raising=False)
        replay.screen.desk.choose_pane(3)
        await pilot.press("m")
        await until(pilot, lambda: "The mouse is free" in notices(replay))
        assert "m takes it back" in notices(replay)
        await pilot.press("m")
        await until(pilot, lambda: "The mouse acts in the app again." in notices(replay))
        assert told == ["_disable_mouse_support", "_enable_mouse_support"]


async def test_m_says_where_the_mouse_cannot_be_left_to_the_terminal(replay: CodesteerApp) -> None:
    async with replay.run_test(size=(130, 35)) as pilot:
        await until(pilot, lambda: replay.screen.desk is not None)
        assert not hasattr(replay._driver, "_disable_mouse_support")
        replay.screen.desk.choose_pane(1)
        await pilot.press("m")
        await until(pilot, lambda: "This terminal keeps the mouse here" in notices(replay))


def an_editor(folder: Path, line: str) -> str:
    """A program that stands for an editor: it keeps what it was given, and does this with the file."""
    script = folder / "editor.sh"
    script.write_text(f'#!/bin/sh\nbasename "$1" > "{folder}/name"\ncp "$1" "{folder}/given"\n{line}\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


@contextmanager
def _lent(self: object):  # type: ignore[no-untyped-def]
    """The terminal of a test is none that could be lent."""
    yield


@pytest.mark.parametrize(
    ("number", "name", "begins"), [(2, "task.py", "from fractions import Fraction"), (1, "guidance.txt", "")]
)
async def test_o_shows_the_pane_in_the_editor_and_keeps_nothing(
    replay: CodesteerApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    name: str,
    begins: str,
) -> None:
    monkeypatch.setenv("VISUAL", an_editor(tmp_path, 'echo "# mine" >> "$1"'))
    monkeypatch.setattr(CodesteerApp, "suspend", _lent)
    async with replay.run_test(size=(130, 35)) as pilot:
        await until(
            pilot, lambda: replay.screen.desk is not None and replay.screen.desk.pane.this is not None
        )
        replay.screen.desk.choose_pane(number)
        before = pane(replay, name.partition(".")[0]).text
        await pilot.press("o")
        await until(pilot, lambda: "x runs an edited copy." in notices(replay))
        assert (tmp_path / "name").read_text().strip() == name
        given = (tmp_path / "given").read_text()
        assert given
        assert given.startswith(begins)
        assert pane(replay, name.partition(".")[0]).text == before


async def test_o_says_where_there_is_no_terminal_to_lend(
    replay: CodesteerApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", an_editor(tmp_path, "true"))
    async with replay.run_test(size=(130, 35)) as pilot:
        await until(
            pilot, lambda: replay.screen.desk is not None and replay.screen.desk.pane.this is not None
        )
        replay.screen.desk.choose_pane(1)
        await pilot.press("o")
        await until(pilot, lambda: "This terminal cannot be lent to an editor." in notices(replay))


async def test_what_is_typed_right_behind_tab_is_for_the_pane_that_it_leads_to(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeSession([])
    monkeypatch.setattr(sessions, "open_session", opener(fake))
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "q")
        await pilot.press("enter")
        await until(pilot, lambda: app.live.desk is not None and not app.live.running)
        app.live.set_focus(app.live.query_one(Prompt))
        await pilot.pause()
        app.post_message(Key("tab", "\t"))
        app.post_message(Key("z", "z"))
        await until(pilot, lambda: app.live.desk.has_class("-zoomed"))
        assert app.live.query_one(Prompt).text == ""
        assert app.live.is_in_pane

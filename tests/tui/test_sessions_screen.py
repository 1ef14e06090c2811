"""The list of sessions: what is there, opening, playing and deleting."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from codesteer_tui.sessions.recorder import SessionFile
from codesteer_tui.sessions.store import Summary
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens import sessions as screen
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.screens.replay import ReplayScreen
from codesteer_tui.tui.screens.sessions import SessionsScreen
from tests.recordings.build import RECORDINGS, write
from tests.tui.conftest import text_on, until


@pytest.fixture
def folder(settings: Settings) -> Path:
    folder = Path(settings.config.sessions.dir)
    folder.mkdir()
    for number, name in enumerate(RECORDINGS):
        write(RECORDINGS[name](), folder / f"2026112{number}-120000-{name}-0000.jsonl")
    (folder / "20261130-000000-broken-0000.jsonl").write_text("this is [not] a session\n")
    return folder


def count(folder: Path) -> int:
    return len(list(folder.iterdir()))


async def test_sessions_are_listed_with_ending_and_verdicts(settings: Settings, folder: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "finished" in text_on(app))
        shown = text_on(app)
        assert "Use 4 7 8 8" in shown
        assert "self+" in shown
        assert "n_queens seed 7" in shown
        assert "failed" in shown
        assert "broken" in shown


async def test_enter_opens_a_session_at_its_end_and_p_plays_it(settings: Settings, folder: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: "finished" in text_on(app))
        await pilot.press("end", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        await until(pilot, lambda: "ANSWER (R1)" in text_on(app))
        await pilot.press("escape")
        assert isinstance(app.screen, SessionsScreen)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and app.screen.player.playing)
        assert app.screen.player.position < len(app.screen.player.events)


async def test_a_file_that_is_no_session_is_explained(settings: Settings, folder: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 35), notifications=True) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: "finished" in text_on(app))
        await pilot.press("home", "enter")
        await until(pilot, lambda: any("is not a session file" in n.message for n in app._notifications))


async def test_a_session_is_deleted_only_after_a_yes(settings: Settings, folder: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: "finished" in text_on(app))
        await pilot.press("end", "d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("enter")
        await pilot.pause()
        assert count(folder) == 3
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: count(folder) == 2)
        await until(pilot, lambda: "Use 4 7 8 8" not in text_on(app))


async def test_a_session_that_is_being_recorded_is_not_deleted(settings: Settings, folder: Path) -> None:
    path = min(folder.glob("*.jsonl"))
    recording = SessionFile(path, append=True)
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 35), notifications=True) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: "finished" in text_on(app))
        await pilot.press("end", "d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: any("is being record" in n.message for n in app._notifications))
        assert path.exists()
    recording.close()


async def test_an_empty_folder_says_where_sessions_are_kept(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(160, 30)) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: "No sessions yet" in text_on(app))


async def test_the_newest_are_listed_while_older_ones_are_still_being_read(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest, *older = sorted((path.stem for path in folder.iterdir()), reverse=True)
    may_go_on, real = threading.Event(), screen.summarize

    def slow(path: Path) -> Summary:
        if path.stem != newest:
            may_go_on.wait(30)
        return real(path)

    monkeypatch.setattr(screen, "summarize", slow)
    monkeypatch.setattr(screen, "A_WHILE_S", 0.0)
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 30)) as pilot:
        try:
            app.open_sessions()
            await until(pilot, lambda: "broken" in text_on(app))
            assert f"Sessions, {len(older)} more to read ..." in text_on(app)
            assert isinstance(app.screen, SessionsScreen)
            assert [summary.id for summary in app.screen.summaries] == [newest]
            assert app.screen.highlighted == app.screen.summaries[0]
        finally:
            may_go_on.set()
        await until(pilot, lambda: len(getattr(app.screen, "summaries", ())) == 1 + len(older))
        await until(pilot, lambda: "more to read" not in text_on(app))
        assert "self+" in text_on(app)

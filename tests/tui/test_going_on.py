"""Going on from a record in the app: forks, resumed sessions and baselines."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import OptionList

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.problem import pose
from codesteer_tui.sessions.forking import Fork
from codesteer_tui.sessions.store import Recording, read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.going_on import ways_to_fork, why_not_behind
from codesteer_tui.tui.screens.live import LiveScreen
from codesteer_tui.tui.screens.pick import PickScreen
from codesteer_tui.tui.screens.replay import ReplayScreen
from tests.recordings.build import HERE, game24
from tests.tui.conftest import FakeSession, opener, pane, text_on, until, words_on


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session of the demo, recorded before, in the sessions' folder."""
    (tmp_path / "sessions").mkdir()
    return shutil.copy(HERE / "demo_game24.jsonl", tmp_path / "sessions" / "20260101-recorded.jsonl")


def replaying(settings: Settings, path: Path) -> CodesteerApp:
    return CodesteerApp(settings, recording=read_recording(path))


def options(app: CodesteerApp) -> list[str]:
    return [str(option.prompt) for option in app.screen.query_one(OptionList).options]


async def test_f_in_a_replay_offers_the_round_again_and_what_follows_it(
    settings: Settings, path: Path
) -> None:
    app = replaying(settings, path)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, PickScreen))
        assert options(app) == ["Do R1 again", "Keep R1 and go on with R2"]
        await until(pilot, lambda: "It is played by TASK demo" in words_on(app))
        assert "What you fork from stays as it is" in words_on(app)
        await pilot.press("escape")
        assert isinstance(app.screen, ReplayScreen)


async def test_a_fork_from_a_replay_goes_on_live_with_the_rounds_that_it_took_over(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    session = FakeSession([])
    session.before = read_recording(path).events[:2]
    monkeypatch.setattr(sessions, "open_session", opener(session, ending=ev.Cancelled()))
    app = replaying(settings, path)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        await pilot.press("f", "enter")
        await until(pilot, lambda: isinstance(app.screen, LiveScreen) and session.closed)
        await until(pilot, lambda: not app.live.running)
        fork = session.start["continue_from"]  # type: ignore[attr-defined]
        assert isinstance(fork, Fork)
        assert (fork.round, len(fork.transcript.rounds)) == (1, 1)
        assert session.problem == read_recording(path).transcript.problem  # type: ignore[attr-defined]
        assert app.live.desk is not None
        assert app.live.desk.transcript.session == read_recording(path).transcript.session
        assert path.read_bytes() == before


async def test_in_the_middle_of_a_round_the_fork_can_begin_there(settings: Settings, path: Path) -> None:
    app = replaying(settings, path)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ReplayScreen)
        events = screen.player.events
        screen.player.seek(next(i for i, e in enumerate(events, 1) if isinstance(e, ev.CodeJudged)))
        await screen.redraw()
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, PickScreen))
        assert options(app)[-1] == "Go on in the middle of R0, behind its answer"


def test_behind_a_round_that_returned_the_answer_nothing_is_offered() -> None:
    assert [way.words for way in ways_to_fork(game24(), 2)] == ["Do R2 again"]


def test_behind_the_last_round_that_the_settings_allow_nothing_is_offered() -> None:
    assert [way.words for way in ways_to_fork(game24(), 1, None, 1)] == ["Do R1 again"]
    assert len(ways_to_fork(game24(), 1, None, 2)) == 2


def test_why_nothing_is_offered_behind_a_round_is_said() -> None:
    assert "max_rounds = 0" in why_not_behind(game24(), 0, 0)
    assert "where the steering ended" in why_not_behind(game24(), 2)
    assert "not complete" in why_not_behind(game24()[:3], 0)
    assert why_not_behind(game24(), 1, 2) == ""


async def test_the_palette_has_the_ways_to_go_on_where_a_session_is_shown(
    settings: Settings, path: Path
) -> None:
    names = {
        "Go on with this session",
        "Fork this session",
        "Baselines of this problem",
        "Compare this session",
    }
    app = replaying(settings, path)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        assert names <= set(commands)
        await commands["Fork this session"].callback()
        await until(pilot, lambda: isinstance(app.screen, PickScreen) and bool(app.screen.query(OptionList)))
        await pilot.pause()
        assert not names & {command.title for command in app.get_system_commands(app.screen)}


def test_before_the_first_round_there_is_nothing_to_fork() -> None:
    assert ways_to_fork(game24()[:1], None) == []


async def test_a_run_that_goes_on_is_neither_forked_nor_resumed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = asyncio.Event()
    session = FakeSession(game24()[:20], hold)
    monkeypatch.setattr(sessions, "open_session", opener(session, ending=ev.Cancelled()))
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 35), notifications=True) as pilot:
        app.live.begin(pose("Use 4 7 8 8 to make 24"))
        await until(pilot, lambda: app.live.session is not None)
        app.live.desk.choose_pane(2)  # type: ignore[union-attr]
        for key in ("f", "b", "ctrl+r"):
            await pilot.press(key)
            await until(pilot, lambda: "The run still goes on" in text_on(app))
            assert isinstance(app.screen, LiveScreen)
            app.clear_notifications()
            await pilot.pause()
        hold.set()


async def test_ctrl_r_goes_on_with_a_session_that_broke_off(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = read_recording(path).events[:30]
    path.write_bytes(b"".join(ev.encode(event) + b"\n" for event in events))
    session = FakeSession([])
    session.before = events
    monkeypatch.setattr(sessions, "open_session", opener(session, ending=ev.Cancelled()))
    app = replaying(settings, path)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: session.closed and not app.live.running)
        recording = session.start["continue_from"]  # type: ignore[attr-defined]
        assert isinstance(recording, Recording)
        assert (recording.path, recording.events) == (path, events)
        assert isinstance(app.screen, LiveScreen)
        assert app.live.desk is not None
        assert app.live.desk.transcript.rounds


async def test_a_session_that_has_ended_is_not_resumed_and_the_key_for_forking_is_named(
    settings: Settings, path: Path
) -> None:
    app = replaying(settings, path)
    async with app.run_test(size=(120, 35), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "has come to its end" in words_on(app))
        assert "f forks it" in words_on(app)
        assert isinstance(app.screen, ReplayScreen)


async def test_before_the_first_problem_there_is_nothing_to_go_on_with(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 35), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "no session to go on with yet" in words_on(app))


async def test_b_offers_the_baselines_and_runs_the_chosen_one(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(game24())
    monkeypatch.setattr(sessions, "open_session", opener(session))
    app = replaying(settings, path)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, PickScreen))
        offered = options(app)
        assert [words.split(":")[0] for words in offered] == [
            "All three, then see them side by side", "No steering", "Code only", "Text only"
        ]  # fmt: skip
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: session.closed and not app.live.running)
        assert session.start == {"baseline": "code"}  # type: ignore[attr-defined]
        await until(pilot, lambda: app.series is None)


async def test_all_three_baselines_are_run_one_after_the_other(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun: list[object] = []

    @asynccontextmanager
    async def open_session(config, problem, *, ask, config_file=None, **start):  # type: ignore[no-untyped-def]
        begun.append(start.get("baseline"))
        session = FakeSession(game24())
        session.path = shutil.copy(path, path.with_name(f"2026010{len(begun) + 1}-x.jsonl"))
        yield session

    monkeypatch.setattr(sessions, "open_session", open_session)
    app = replaying(settings, path)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        await pilot.press("b", "enter")
        await until(pilot, lambda: len(begun) == 3 and not app.live.running)
        assert begun == ["plain", "code", "text"]


async def test_a_baseline_that_is_stopped_ends_the_others_too(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = asyncio.Event()
    session = FakeSession(game24()[:20], hold)
    monkeypatch.setattr(sessions, "open_session", opener(session, ending=ev.Cancelled()))
    app = replaying(settings, path)
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        await pilot.press("b", "enter")
        await until(pilot, lambda: app.live.session is not None)
        await pilot.press("escape", "escape")  # right after the dialog the first asks for another
        await until(pilot, lambda: not app.live.running and app.series is None)
        assert isinstance(app.screen, LiveScreen)
        assert session.closed


async def test_the_rounds_of_a_fork_are_shown_before_its_own(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = game24()
    place = next(i for i, e in enumerate(events) if isinstance(e, ev.RoundStarted) and e.round == 1)
    session = FakeSession(events[place:])
    session.before = events[:place]
    monkeypatch.setattr(sessions, "open_session", opener(session))
    app = replaying(settings, path)
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("f", "enter")
        await until(pilot, lambda: session.closed and not app.live.running)
        await pilot.pause(0.2)
        assert "R0 code" in text_on(app)
        assert "ANSWER (R1)" in text_on(app)
        app.live.desk.choose_pane(2)  # type: ignore[union-attr]
        await pilot.press("left_square_bracket")
        assert "This one is easy by hand." in pane(app, "task").text

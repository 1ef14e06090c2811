"""Sessions side by side in the app: chosen in the list, from a fork, or behind a series of baselines."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.events import Event
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.comparing import CompareScreen
from codesteer_tui.tui.screens.replay import ReplayScreen
from codesteer_tui.tui.screens.sessions import SessionsScreen
from codesteer_tui.values import Usage
from tests.recordings.build import HERE, game24
from tests.tui.conftest import FakeSession, text_on, until, words_on


def write(path: Path, events: list[Event]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(ev.encode(event) + b"\n" for event in events))
    return path


def otherwise() -> list[Event]:
    """The game with another answer in round 1, as if it were a fork."""

    def change(event: Event) -> Event:
        if isinstance(event, ev.AnswerGiven) and event.round == 1:
            return msgspec.structs.replace(event, text=event.text.replace('OPS = "+-*/"', 'OPS = "+-"'))
        if isinstance(event, ev.SessionStarted):
            return msgspec.structs.replace(event, session="20260103-fork", forked_from="20260101-first")
        return event

    return [change(event) for event in game24()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "sessions"
    write(folder / "20260101-first.jsonl", game24())
    shutil.copy(HERE / "declined.jsonl", folder / "20260102-declined.jsonl")
    write(folder / "20260103-fork.jsonl", otherwise())
    return folder


async def compared(pilot, *keys: str) -> CompareScreen:  # type: ignore[no-untyped-def]
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
    await pilot.pause(0.1)
    screen = pilot.app.screen
    assert isinstance(screen, CompareScreen)
    return screen


async def test_w_shows_a_fork_beside_what_it_was_forked_from(settings: Settings, folder: Path) -> None:
    app = CodesteerApp(settings, recording=read_recording(folder / "20260103-fork.jsonl"))
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.pause()
        screen = await compared(pilot, "w")
        assert [side.session for side in screen.sides] == ["20261120-120000-recorded-0000", "20260103-fork"]
        shown = text_on(app)
        assert "R0  the same in both" in shown
        assert "R1  not the same: answer" in shown
        assert ">> first difference: answer, line 7" in shown
        assert 'OPS = "+-*/"' in shown
        assert 'OPS = "+-"' in shown
        await pilot.press("escape")
        assert isinstance(app.screen, ReplayScreen)


async def test_tokens_are_told_and_make_no_difference(settings: Settings, folder: Path) -> None:
    more = [
        msgspec.structs.replace(event, usage=Usage(9000, 900)) if isinstance(event, ev.AnswerGiven) else event
        for event in otherwise()
    ]
    write(folder / "20260103-fork.jsonl", more)
    app = CodesteerApp(settings, recording=read_recording(folder / "20260103-fork.jsonl"))
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.pause()
        screen = await compared(pilot, "w")
        assert screen.sides[0].used != screen.sides[1].used
        (told,) = [line for line in text_on(app).splitlines() if screen.sides[1].used in line]
        assert "!=" not in told


async def test_w_asks_for_the_other_one_where_none_is_known(settings: Settings, folder: Path) -> None:
    app = CodesteerApp(settings, recording=read_recording(folder / "20260101-first.jsonl"))
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.pause()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen) and "1 marked" in text_on(app))
        assert app.screen.marked == [folder / "20260101-first.jsonl"]  # type: ignore[attr-defined]
        screen = await compared(pilot, "c")
        assert [recording.path.stem for recording in screen.recordings] == [
            "20260101-first",
            "20260103-fork",
        ]


async def test_w_in_a_replay_from_the_list_asks_for_the_other_one_over_it(
    settings: Settings, folder: Path
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen) and app.screen.summaries)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        replay = app.screen
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen | CompareScreen))
        if isinstance(app.screen, SessionsScreen):
            assert len(app.screen.marked) == 1
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is replay)


async def test_c_in_the_list_marks_the_first_and_compares_with_the_second(
    settings: Settings, folder: Path
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen) and app.screen.summaries)
        await pilot.press("c")
        assert "go to the other one, and c compares" in text_on(app)
        screen = await compared(pilot, "down", "c")
        assert [recording.path.stem for recording in screen.recordings] == [
            "20260103-fork",
            "20260102-declined",
        ]
        assert "The problems are not the same." in text_on(app)


async def test_several_are_marked_and_tab_goes_from_one_to_the_next(settings: Settings, folder: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen) and app.screen.summaries)
        await pilot.press("space", "down", "space", "space", "space", "down")
        screen = await compared(pilot, "c")
        assert screen.names == ["A", "B", "C"]
        assert "Compare A and B of 3 sessions" in text_on(app)
        await pilot.press("tab")
        await until(pilot, lambda: "Compare A and C of 3 sessions" in text_on(app))
        await pilot.press("tab")
        await until(pilot, lambda: "Compare A and B of 3 sessions" in text_on(app))
        await pilot.press("shift+tab")
        await until(pilot, lambda: "Compare A and C of 3 sessions" in text_on(app))


@pytest.mark.parametrize("size", [(130, 24), (80, 24)])
async def test_the_keys_go_from_difference_to_difference_and_from_round_to_round(
    settings: Settings, folder: Path, size: tuple[int, int]
) -> None:
    app = CodesteerApp(settings, recording=read_recording(folder / "20260102-declined.jsonl"))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        screen = await compared(pilot, "w", "c")
        scroll = screen.query_one("VerticalScroll")
        tops = screen._anchors("difference")
        await pilot.press("n")
        assert scroll.scroll_y == tops[0]
        await pilot.press("n")
        assert scroll.scroll_y == tops[1]
        await pilot.press("N")
        assert scroll.scroll_y == tops[0]
        await pilot.press("right_square_bracket")
        assert scroll.scroll_y == screen._anchors("round")[1]
        await pilot.press("left_square_bracket")
        assert scroll.scroll_y == screen._anchors("round")[0]


async def test_enter_and_o_open_the_sessions_in_a_replay(settings: Settings, folder: Path) -> None:
    app = CodesteerApp(settings, recording=read_recording(folder / "20260103-fork.jsonl"))
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.pause()
        for key, stem in (("enter", "20260103-fork"), ("o", "20260101-first")):
            await compared(pilot, "w")
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
            assert app.screen.recording.path.stem == stem  # type: ignore[attr-defined]
            await pilot.press("escape", "escape")
            await until(pilot, lambda: isinstance(app.screen, ReplayScreen))


async def test_s_puts_the_texts_below_one_another_and_back(settings: Settings, folder: Path) -> None:
    app = CodesteerApp(settings, recording=read_recording(folder / "20260103-fork.jsonl"))
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.pause()
        screen = await compared(pilot, "w")
        assert screen.side_by_side
        await pilot.press("s")
        assert not screen.side_by_side
        assert 'OPS = "+-"' in text_on(app)
        await pilot.resize_terminal(80, 24)
        await pilot.press("s")
        assert screen.side_by_side


async def test_the_whole_comparison_is_copied(settings: Settings, folder: Path) -> None:
    app = CodesteerApp(settings, recording=read_recording(folder / "20260103-fork.jsonl"))
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.pause()
        await compared(pilot, "w")
        await pilot.press("Y")
        assert "first difference: R1, answer, line 7" in app.clipboard
        assert "built-in demo" in app.clipboard


async def test_forks_and_baselines_are_called_so_in_the_list(settings: Settings, folder: Path) -> None:
    start, *rest = game24()
    assert isinstance(start, ev.SessionStarted)
    write(folder / "20260104-code.jsonl", [msgspec.structs.replace(start, baseline="code"), *rest])
    app = CodesteerApp(settings)
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen) and app.screen.summaries)
        await pilot.pause()
        lines = [line for line in text_on(app).splitlines() if "Use 4 7 8 8" in line]
        assert ["code only" in line for line in lines] == [True, False, False]
        assert ["fork" in line for line in lines] == [False, True, False]


async def test_ctrl_r_in_the_list_goes_on_with_the_highlighted_session(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = write(folder / "20260105-stopped.jsonl", game24()[:12])
    begun: list[object] = []

    @asynccontextmanager
    async def open_session(config, problem, *, ask, config_file=None, **start):  # type: ignore[no-untyped-def]
        begun.append(start["continue_from"].path)
        yield FakeSession([])

    monkeypatch.setattr(sessions, "open_session", open_session)
    app = CodesteerApp(settings)
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen) and app.screen.summaries)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: bool(begun))
        assert begun == [stopped]
        await until(pilot, lambda: app.screen is app.live and not app.live.running)


async def test_behind_the_baselines_all_are_compared_with_the_first(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []

    @asynccontextmanager
    async def open_session(config, problem, *, ask, config_file=None, **start):  # type: ignore[no-untyped-def]
        begun.append(start["baseline"])
        session = FakeSession(game24())
        first = game24()[0]
        assert isinstance(first, ev.SessionStarted)
        named = msgspec.structs.replace(first, baseline=start["baseline"])
        session.path = write(folder / f"2026020{len(begun)}-x.jsonl", [named, *game24()[1:]])
        yield session

    monkeypatch.setattr(sessions, "open_session", open_session)
    app = CodesteerApp(settings, recording=read_recording(folder / "20260101-first.jsonl"))
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.pause()
        screen = await compared(pilot, "b", "enter")
        assert begun == ["plain", "code", "text"]
        assert [side.steering for side in screen.sides] == [
            "built-in rules",
            "baseline: no steering",
            "baseline: code only",
            "baseline: text only",
        ]
        assert "Compare A and B of 4 sessions" in words_on(app)

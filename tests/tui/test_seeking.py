"""Ctrl+F and / find words in all panes and rounds, also in what programs printed; n and N go from one to the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.sessions import read_recording
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import PANE
from codesteer_tui.tui.finding import CURRENT
from codesteer_tui.tui.screens.finding import FindScreen
from codesteer_tui.tui.widgets.desk import Desk
from codesteer_tui.tui.widgets.seeking import Match
from codesteer_tui.tui.widgets.sheet import Sheet
from codesteer_tui.values import ExecutionResult, Limits, Program
from tests.recordings.build import HERE
from tests.tui.conftest import FakeSession, opener, pane, text_on, until
from tests.tui.test_live_screen import type_in

GAME = read_recording(HERE / "demo_game24.jsonl")


@pytest.fixture
def app(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings, recording=GAME)


def desk_of(app: CodesteerApp) -> Desk:
    return (
        app.screen_stack[-1].query_one(Desk) if not is_typing(app) else app.screen_stack[-2].query_one(Desk)
    )


def is_typing(app: CodesteerApp) -> bool:
    return isinstance(app.screen, FindScreen)


def current(app: CodesteerApp) -> Match | None:
    return desk_of(app).seeking.current


async def test_words_are_found_in_every_round_and_the_panes_go_there(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+f", *"expression")
        await pilot.pause()
        assert is_typing(app)
        seeking = desk_of(app).seeking
        rounds = {match.round for match in seeking.matches}
        assert rounds == {0, 1}
        assert f"{(seeking.at or 0) + 1} of {len(seeking.matches)}" in text_on(app)
        before = seeking.at or 0
        await pilot.press("up")
        assert seeking.at == (before - 1) % len(seeking.matches)
        await pilot.press("enter")
        assert not is_typing(app)
        assert app.screen.focused is desk_of(app).pane


async def test_n_goes_on_over_panes_and_rounds_and_shift_n_back(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"fraction", "enter")
        await pilot.pause()
        seeking = desk_of(app).seeking
        assert len(seeking.matches) > 3
        seen = []
        for _ in seeking.matches:
            seen.append(current(app))
            desk = desk_of(app)
            assert current(app) is not None
            assert (desk.number, desk.pane_number) == current(app)[:2]  # type: ignore[index]
            marks = [m for b in desk.pane.query_one(Sheet).blocks for m in b.marks if m[2] == CURRENT]
            assert len(marks) == 1
            await pilot.press("n")
        assert len(set(seen)) == len(seeking.matches)
        assert current(app) == seen[0]
        await pilot.press("N")
        assert current(app) == seen[-1]


async def test_output_that_a_pane_leaves_out_is_found_and_brought_into_sight(settings: Settings) -> None:
    printed = "\n".join(f"line {n}" for n in range(2000))
    events: list[ev.Event] = [
        next(e for e in GAME.events if isinstance(e, ev.SessionStarted)),
        ev.RoundStarted(round=0),
        ev.ExecutionStarted(round=0, id="x", purpose="answer", program=Program("p"), limits=Limits()),
        ev.ExecutionFinished(
            round=0, id="x", purpose="answer", result=ExecutionResult("exited", 0, None, printed)
        ),
    ]
    app = CodesteerApp(settings, recording=Recording(HERE / "long.jsonl", events, []))
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        assert "line 1000" not in pane(app, "run").text
        await pilot.press("ctrl+f", *"line 1000", "enter")
        await pilot.pause(0.2)
        assert "line 1000" in text_on(app)
        await pilot.press("escape")
        assert pane(app, "run").bounds is PANE
        assert "line 1000" not in pane(app, "run").text


async def test_escape_while_typing_brings_back_what_was_shown(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        desk = desk_of(app)
        before = (desk.number, desk.pane_number, app.screen.focused)
        await pilot.press("ctrl+f", *"hard-coded")
        await pilot.pause()
        assert desk.number == 0
        await pilot.press("escape")
        await pilot.pause()
        assert (desk.number, desk.pane_number, app.screen.focused) == before
        assert desk.seeking.sought is None
        assert not [b for p in desk.panes for b in p.query_one(Sheet).blocks if b.marks]


async def test_what_is_nowhere_is_said_to_be_so_and_n_without_words_asks_for_them(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("n")
        assert is_typing(app)
        await pilot.press(*"no such words")
        await pilot.pause()
        assert "not found" in text_on(app)
        await pilot.press("enter")
        assert not is_typing(app)
        assert desk_of(app).seeking.sought is None


async def test_matches_stay_right_while_a_replay_moves(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+f", *"fraction", "enter")
        await pilot.pause()
        whole = len(desk_of(app).seeking.matches)
        await pilot.press("home")
        await pilot.pause()
        assert desk_of(app).seeking.matches == []
        await pilot.press("end")
        await pilot.pause()
        assert len(desk_of(app).seeking.matches) == whole


async def test_on_a_narrow_screen_the_pane_with_the_match_comes_to_the_front(app: CodesteerApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+f", *"exit 0", "enter")
        await pilot.pause()
        match = current(app)
        assert match is not None
        assert desk_of(app).panes[match.pane - 1].is_on_screen
        assert "exit 0" in text_on(app)


async def test_while_a_run_goes_on_what_comes_is_found_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = list(GAME.events)
    until_first = next(n for n, e in enumerate(events) if isinstance(e, ev.RoundFinished)) + 1
    going = asyncio.Event()

    async def in_two_parts() -> AsyncIterator[ev.Event]:
        for event in events[:until_first]:
            yield event
        await going.wait()
        for event in events[until_first:]:
            yield event

    session = FakeSession([])
    session.events = in_two_parts()
    monkeypatch.setattr(sessions, "open_session", opener(session))
    app = CodesteerApp(settings)
    async with app.run_test(size=(160, 45)) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: bool(app.screen.query(Desk)))
        desk = desk_of(app)
        await until(pilot, lambda: any(this.finished for this in desk.transcript.rounds))
        await pilot.press("ctrl+f", *"expression", "enter")
        await pilot.pause()
        before = len(desk_of(app).seeking.matches)
        at_it = current(app)
        going.set()
        await until(pilot, lambda: desk_of(app).transcript.ending is not None)
        await pilot.pause()
        assert len(desk_of(app).seeking.matches) > before > 0
        assert at_it in desk_of(app).seeking.matches

"""What Esc does while a run goes on: it stops it, where it cannot have been meant for something else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from textual.pilot import Pilot

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.events import Event
from codesteer_tui.settings import Settings
from codesteer_tui.tui import stopping
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.choice import ChoiceScreen
from tests.tui.conftest import FakeSession, opener, text_on, until
from tests.tui.test_live_screen import is_idle, type_in, until_answer

AGAIN = "Esc again stops the run."


@pytest.fixture
def app(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings)


async def running(
    app: CodesteerApp, pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch, *more: Event
) -> None:
    """A run that goes on until it is stopped, behind these events."""
    events: Sequence[Event] = [*until_answer(), *more]
    session = FakeSession(events, asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session, ending=ev.Cancelled(at=0.6)))
    await type_in(pilot, "q")
    await until(pilot, lambda: "This one is" in text_on(app))


async def test_an_escape_right_after_a_dialog_went_by_itself_stops_nothing_and_the_next_one_does(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "JUST_S", 1000.0)
    monkeypatch.setattr(stopping, "AGAIN_S", 1000.0)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await running(app, pilot, monkeypatch)
        dialog = ChoiceScreen("Which?", ("this", "that"))
        await app.push_screen(dialog)
        await pilot.pause()
        dialog.dismiss(None)  # as where nobody waits for the answer any more
        await until(pilot, lambda: app.screen is app.live)
        await pilot.press("escape")
        await until(pilot, lambda: AGAIN in text_on(app))
        assert not is_idle(app)
        await pilot.press("escape")
        await until(pilot, lambda: is_idle(app))


async def test_an_escape_some_time_after_a_dialog_stops_the_run(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "JUST_S", -1.0)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await running(app, pilot, monkeypatch)
        await pilot.press("f1")
        await until(pilot, lambda: app.screen is not app.live)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.live)
        await pilot.press("escape")
        await until(pilot, lambda: is_idle(app))


async def test_an_escape_under_a_notice_takes_the_notice_away_and_stops_nothing(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "AGAIN_S", 1000.0)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await running(app, pilot, monkeypatch)
        await pilot.press("tab", "x")
        await until(pilot, lambda: "Nothing to run" in text_on(app))
        await pilot.press("escape")
        await until(pilot, lambda: AGAIN in text_on(app))
        assert "Nothing to run" not in text_on(app)
        assert not is_idle(app)
        await pilot.press("escape")
        await until(pilot, lambda: is_idle(app))


async def test_a_retry_names_the_key_that_stops_only_where_it_does(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    retry = ev.Retried(role="task_llm", attempt=1, after_s=60.0, reason="HTTP 429", at=0.6)
    async with app.run_test(size=(80, 24)) as pilot:
        await running(app, pilot, monkeypatch, retry)
        await until(pilot, lambda: "HTTP 429 (Esc stops)" in text_on(app))
        await pilot.press("tab", "z")
        await until(pilot, lambda: "Esc back" in text_on(app))
        assert "HTTP 429" in text_on(app)
        assert "(Esc stops)" not in text_on(app)
        await pilot.press("escape")
        await until(pilot, lambda: "(Esc stops)" in text_on(app))
        assert app.live.is_in_pane
        assert "Esc stop " in text_on(app), "what stops it is named wherever one is"
        assert not is_idle(app)

"""The real app with settings of its own, driven by a pilot."""

from __future__ import annotations

import shutil
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from codesteer_tui import sessions
from codesteer_tui.config import Config, Screen, Sessions
from codesteer_tui.events import Event
from codesteer_tui.settings import Settings
from codesteer_tui.tui import boundary, remembered
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.sessions import SessionList
from codesteer_tui.tui.widgets.pane import Pane
from codesteer_tui.values import Program, Role, RoleInfo, SteeringMode
from tests.recordings.build import HERE

Shown = Callable[[], str]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        Config(screen=Screen(reduced_motion=True), sessions=Sessions(dir=str(tmp_path / "sessions")))
    )


@pytest.fixture(autouse=True)
def nothing_is_surveyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The survey looks at the machine; tests of the screen must not depend on it."""
    import codesteer_tui.survey as survey

    async def two_items(settings: Settings) -> list[survey.Item]:
        return [
            survey.Item(
                "task_llm", "TaskLLM", True, "built-in demo, no language model", "set OPENAI_API_KEY"
            ),
            survey.Item("sandbox", "Sandbox", False, "no Docker engine answers", "start Docker"),
        ]

    monkeypatch.setattr(survey, "survey", two_items)


@pytest.fixture(autouse=True)
def bugs_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in the drawing of a pane fails the test, where a person would be shown it in that pane."""
    monkeypatch.setattr(boundary, "strict", True)


@pytest.fixture(autouse=True)
def nothing_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the screen remembers lies in a folder of the test's own."""
    monkeypatch.setattr(remembered, "state_file", lambda: tmp_path / "state" / "screen.json")


def pane(app: object, name: str) -> Pane:
    """One of the four panes of the screen in front."""
    return app.screen.query_one(f"#pane-{name}", Pane)  # type: ignore[attr-defined]


def text_on(app: object) -> str:
    """All characters of the screen as it is painted now."""
    screen = app.screen  # type: ignore[attr-defined]
    strips = screen._compositor.render_strips(screen.size)
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def words_on(app: object) -> str:
    """The words on the screen in one line, without frames, however they are wrapped."""
    return " ".join(text_on(app).replace("█", " ").replace("│", " ").split())


def notices(app: object) -> str:
    """The words of all notices that are shown, in one line."""
    return " ".join(" ".join(f"{n.title} {n.message}" for n in app._notifications).split())  # type: ignore[attr-defined]


async def until(pilot: Pilot[None], done: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something has come about and is painted, for as long as a busy machine may take."""
    if done():
        return
    last = time.monotonic() + seconds
    while not done():
        if time.monotonic() > last:
            pytest.fail("it did not happen in time")
        await pilot.pause(0.02)
    await pilot.pause(0.02)


class FakeSession:
    """A session that yields events that the test made."""

    def __init__(self, events: Sequence[Event], hold: object = None) -> None:
        self.id, self.path = "fake", None
        self.before: Sequence[Event] = ()
        self.afterwards: tuple[Event, ...] = ()
        self.events = self._events(events, hold)
        self.pending: dict[Role, RoleInfo] = {}
        self.next_round = 1
        self.closed = False
        self.mode: SteeringMode = "auto"
        self.approves_code = False
        self.hints: list[tuple[str, bool]] = []
        self.own: list[tuple[int, Program]] = []

    def step_in(self, mode: SteeringMode, *, approve_code: bool | None = None) -> None:
        self.mode, self.approves_code = mode, bool(approve_code)

    def hint(self, text: str, *, replaces: bool = False) -> None:
        self.hints.append((text, replaces))

    def run_program(self, number: int, program: Program) -> None:
        self.own.append((number, program))

    async def _events(self, events: Sequence[Event], hold: object) -> AsyncIterator[Event]:
        for event in events:
            yield event
        if hold is not None:
            await hold.wait()  # type: ignore[attr-defined]


def opener(
    session: FakeSession, *, ending: Event | None = None, lost: Event | None = None
) -> Callable[..., object]:
    """Something to put in the place of `open_session`."""

    @asynccontextmanager
    async def open_session(
        config: Config, problem: object, *, ask: object, config_file: object = None, **start: object
    ) -> AsyncIterator[FakeSession]:
        session.problem, session.ask, session.start = problem, ask, start  # type: ignore[attr-defined]
        try:
            yield session
        finally:
            session.closed = True
            session.afterwards = tuple(event for event in (lost, ending) if event)

    return open_session


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> FakeSession:
    """The session, without events, that is opened for whatever is sent; its `problem` is None until then."""
    fake = FakeSession([])
    fake.problem = None  # type: ignore[attr-defined]
    monkeypatch.setattr(sessions, "open_session", opener(fake))
    return fake


async def to_sessions(pilot: Pilot[None]) -> None:
    """Go to the list of sessions, in which there is one."""
    app = pilot.app
    assert isinstance(app, CodesteerApp)
    kept = Path(app.settings.config.sessions.dir)
    kept.mkdir()
    shutil.copy(HERE / "demo_game24.jsonl", kept)
    await pilot.press("f4")
    await until(pilot, lambda: any(listed.option_count for listed in app.screen.query(SessionList)))

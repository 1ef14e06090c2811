"""What every screen and dialog looks like that the other pictures leave out, in dark and light, at three sizes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, OptionList

from codesteer_tui import sessions
from codesteer_tui.config import Config, Provider, Roles, SandboxSettings, Sessions
from codesteer_tui.config import Screen as ScreenSettings
from codesteer_tui.events import GuidanceProposed
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens import key_entry, weights
from codesteer_tui.tui.screens.build import BuildScreen
from codesteer_tui.tui.screens.choice import ChoiceScreen
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.screens.key_entry import KeyScreen
from codesteer_tui.tui.screens.live import LiveScreen
from codesteer_tui.tui.screens.making import MakeScreen
from codesteer_tui.tui.screens.models import ModelsScreen
from codesteer_tui.tui.screens.pick import PickScreen
from codesteer_tui.tui.screens.pulling import PullScreen
from codesteer_tui.tui.screens.sessions import SessionsScreen
from codesteer_tui.tui.screens.weights import RowsDialog, WeightsScreen
from codesteer_tui.tui.widgets.decision import DecisionPanel
from codesteer_tui.tui.widgets.offers import OfferList
from codesteer_tui.values import Question
from codesteer_tui.weights.catalogue import read_catalogue
from codesteer_tui.weights.pulling import Progress
from codesteer_tui.weights.store import Item
from codesteer_tui.weights.telling import known_rows
from tests.recordings.build import RECORDINGS, game24, write
from tests.recordings.stepped import stepped
from tests.tui.conftest import FakeSession, opener, text_on, until
from tests.tui.pictures import Compare, by_size, by_theme, settled
from tests.tui.test_live_screen import type_in

KEPT = "/home/ada/.local/share/codesteer"
GGUF = Item(path=Path(f"{KEPT}/weights/codesteer-v1-Q4_K_M.gguf"), form="gguf", size=4_920_734_000)
PART = Item(path=Path(f"{KEPT}/weights/codesteer-v1"), form="checkpoint", size=16_070_000_000)

DIALOGS: dict[str, Callable[[Config], Screen[Any]]] = {
    "choice": lambda _: ChoiceScreen(
        "Which image should programs run in?",
        ("None now, go on without", "core: Python's standard library", "sci: numpy, scipy, sympy as well"),
        "core: is made from python:3.12-slim. 43 MB are downloaded.\nsci: is made from python:3.12-slim. 383 MB are.",
    ),
    "confirm": lambda _: ConfirmScreen(
        "Delete this session? Use 4 7 8 8 to make 24.",
        f"{KEPT}/sessions/20261121-120000-game24-0000.jsonl",
        no="No, keep it",
        yes="Yes, delete it",
    ),
    "pick": lambda _: PickScreen(
        "Go on", "From where?", ("From the end of R1", "From the start of R1"), "R1 stays as it was."
    ),
    "key": lambda _: KeyScreen(
        "openai", "api.openai.com", page="https://platform.openai.com/api-keys", why="No key is known."
    ),
    "make": lambda _: MakeScreen(GGUF),
    "pull": lambda config: PullScreen(config),
    "rows": lambda _: RowsDialog("Known weights", known_rows(*next(iter(read_catalogue().items())))),
    "build": lambda _: BuildScreen(),
}


@pytest.fixture
def settings(tmp_path: Path, theme: str) -> Settings:
    return Settings(
        Config(
            roles=Roles(task_llm="demo"),
            providers={
                "demo": Provider(kind="demo", model="demo", delay_s=0.0),
                "openai": Provider(kind="openai", model="gpt-4o", key="env:NOT_SET_AT_ALL"),
            },
            sandbox=SandboxSettings(engine="off"),
            screen=ScreenSettings(theme=theme, reduced_motion=True),
            sessions=Sessions(dir=str(tmp_path / "sessions")),
        )
    )


@pytest.fixture(autouse=True)
def nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths, keyring, engine and weights are those of somebody else."""
    from codesteer_tui.sandbox.docker import building

    async def plan(kind: str) -> building.Plan:
        return building.Plan("python:3.12-slim")

    async def downloads(kind: str, base: str) -> building.Downloads:
        return building.Downloads(building.Pull(base, 45 << 20, 125 << 20))

    monkeypatch.setattr(building, "plan", plan)
    monkeypatch.setattr(building, "downloads", downloads)
    monkeypatch.setattr(key_entry, "can_store_in_keyring", lambda: None)
    monkeypatch.setattr(key_entry, "key_file", lambda *_: Path("/home/ada/.config/codesteer/keys/openai"))
    about = [(GGUF, "gguf  llama  Q4_K_M"), (PART, "checkpoint  llama  BF16")]
    monkeypatch.setattr(weights, "weights_folder", lambda _: Path(f"{KEPT}/weights"))
    monkeypatch.setattr(weights, "_look", lambda _: (about, read_catalogue()))


def recorded(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings, recording=Recording(Path("game24.jsonl"), game24(), []))


@by_theme
@by_size
@pytest.mark.parametrize("shown", DIALOGS)
def test_a_dialog(
    snap_compare: Compare, settings: Settings, shown: str, theme: str, size: tuple[int, int]
) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await pilot.pause(0.2)
        screen = DIALOGS[shown](settings.config)
        await pilot.app.push_screen(screen)
        await settled(pilot)
        if isinstance(screen, PullScreen):
            screen.query_one(Input).value = "codesteer-v1"
            screen._say("license  llama3.1\nsize     16.1 GB in 4 files\nfrom     hub.example")
            file, done, total = "model-00002-of-00004.safetensors", 7_400_000_000, 16_070_000_000
            screen._latest = Progress(file=file, phase="fetching", done=done, total=total, bytes_per_s=31e6)
            screen._draw()
            await pilot.pause(0.1)

    assert snap_compare(recorded(settings), terminal_size=size, run_before=look)


@by_theme
@by_size
def test_the_sessions(snap_compare: Compare, settings: Settings, theme: str, size: tuple[int, int]) -> None:
    folder = Path(settings.config.sessions.dir)
    folder.mkdir()
    for number, name in enumerate(RECORDINGS):
        write(RECORDINGS[name](), folder / f"2026112{number}-120000-{name}-0000.jsonl")
    (folder / "20261130-000000-broken-0000.jsonl").write_text("this is [not] a session\n")

    async def look(pilot: Pilot[None]) -> None:
        await pilot.press("f4")
        await until(pilot, lambda: "finished" in text_on(pilot.app))
        assert isinstance(pilot.app.screen, SessionsScreen)
        await pilot.press("down", "space")
        pilot.app.screen.query_one("#sessions-list").border_subtitle = f"{KEPT}/sessions"
        await settled(pilot)

    assert snap_compare(CodesteerApp(settings), terminal_size=size, run_before=look)


@by_theme
@by_size
def test_the_models(snap_compare: Compare, settings: Settings, theme: str, size: tuple[int, int]) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelsScreen))
        screen = pilot.app.screen
        assert isinstance(screen, ModelsScreen)
        await until(pilot, lambda: all(r.key and not r.asking for r in screen.players if r.choice))
        await settled(pilot)

    assert snap_compare(CodesteerApp(settings), terminal_size=size, run_before=look)


@by_theme
@by_size
def test_the_weights(snap_compare: Compare, settings: Settings, theme: str, size: tuple[int, int]) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await pilot.pause()
        pilot.app.action_weights()  # type: ignore[attr-defined]
        await until(pilot, lambda: "Q4_K_M" in text_on(pilot.app))
        assert isinstance(pilot.app.screen, WeightsScreen)
        await settled(pilot)

    assert snap_compare(CodesteerApp(settings), terminal_size=size, run_before=look)


@by_theme
@by_size
def test_where_a_replay_can_go(
    snap_compare: Compare, settings: Settings, theme: str, size: tuple[int, int]
) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await pilot.pause(0.2)
        await pilot.press("t")
        await settled(pilot)
        await pilot.press(*"r9", "enter")
        await settled(pilot)

    assert snap_compare(recorded(settings), terminal_size=size, run_before=look)


@by_theme
@by_size
def test_what_the_prompt_offers(
    snap_compare: Compare, settings: Settings, theme: str, size: tuple[int, int]
) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await pilot.pause(0.2)
        await pilot.press("slash")
        await until(pilot, lambda: bool(pilot.app.screen.query_one(OfferList).display))
        await pilot.press("down")
        await settled(pilot)

    assert snap_compare(CodesteerApp(settings), terminal_size=size, run_before=look)


@by_theme
@by_size
def test_a_run_that_waits_for_a_decision(
    snap_compare: Compare,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    theme: str,
    size: tuple[int, int],
) -> None:
    events = stepped()
    shown = next(n for n, event in enumerate(events) if isinstance(event, GuidanceProposed)) + 1
    session = FakeSession(events[:shown], hold=asyncio.Event())
    session.mode, session.approves_code = "approve", True
    monkeypatch.setattr(sessions, "open_session", opener(session))
    monkeypatch.setattr(LiveScreen, "seconds", property(lambda self: 12.0))
    options = ("End here", "Send it", "Edit it", "Write another", "Veto it: the steerer decides again")
    question = Question("approve_guidance", "The steerer's guidance of round 0: send it?", options)

    async def look(pilot: Pilot[None]) -> None:
        await pilot.pause(0.2)
        await type_in(pilot, "Use 4 7 8 8 to make 24.")
        live = pilot.app.live  # type: ignore[attr-defined]
        await until(pilot, lambda: live.desk is not None and bool(live.desk.transcript.rounds))
        waiting = asyncio.create_task(live.ask_person(question))
        await until(pilot, lambda: bool(pilot.app.screen.query(DecisionPanel)))
        await settled(pilot)
        assert not waiting.done()
        assert pilot.app.screen.query_one(DecisionPanel).query_one(OptionList).option_count == len(options)

    assert snap_compare(CodesteerApp(settings), terminal_size=size, run_before=look)

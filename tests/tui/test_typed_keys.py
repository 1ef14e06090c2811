"""The rows of the key table that a widget handles as they are typed: each key is pressed in its place, and does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from codesteer_tui.sessions.store import Recording, read_recording
from codesteer_tui.tui import editor
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.keys import KEYS
from codesteer_tui.tui.past import Sent
from codesteer_tui.tui.screens.mode import ModeScreen, Wish
from codesteer_tui.tui.screens.setting import SettingScreen
from codesteer_tui.tui.screens.settings import SettingsScreen
from codesteer_tui.tui.screens.writing import WritingScreen, Written
from codesteer_tui.tui.stepping import BEHIND, INSTEAD
from codesteer_tui.tui.widgets.decision import DecisionPanel
from codesteer_tui.tui.widgets.knobs import Knobs
from codesteer_tui.tui.widgets.prompt import Prompt
from codesteer_tui.values import Question
from tests.recordings.build import HERE
from tests.settings_desk import Desk
from tests.settings_desk import desk as desk
from tests.tui.conftest import FakeSession, text_on, until
from tests.tui.test_every_key import HANDLED, to_find, to_tasks

SIZE = (120, 40)
Press = Callable[[Pilot[None], str], Awaitable[None]]


def prompt(pilot: Pilot[None]) -> Prompt:
    return pilot.app.screen.query_one(Prompt)


async def dismissed(pilot: Pilot[None], screen: ModeScreen | WritingScreen, *keys: str) -> object:
    """What a dialog comes to, once these keys were pressed in it."""
    came: list[object] = []
    await pilot.app.push_screen(screen, came.append)  # type: ignore[arg-type]
    await pilot.pause()
    await pilot.press(*keys)
    await until(pilot, lambda: came)
    return came[0]


async def copy(pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: "Ctrl+Q quits" in text_on(pilot.app))


async def send(pilot: Pilot[None], key: str) -> None:
    await pilot.press("q", key)
    await until(pilot, lambda: pilot.app.live.desk is not None)  # type: ignore[attr-defined]
    assert prompt(pilot).text == ""


async def newline(pilot: Pilot[None], key: str) -> None:
    await pilot.press("a", key, "b")
    assert prompt(pilot).text == "a\nb"


async def history(pilot: Pilot[None], key: str) -> None:
    for text in ("first", "second"):
        prompt(pilot).past.add(Sent(text), keep=False)
    await pilot.press(*{"up": ["up"], "down": ["up", "up", "down"]}[key])
    assert prompt(pilot).text == "second"


async def complete(pilot: Pilot[None], key: str) -> None:
    await pilot.press(*"@sud", key)
    assert prompt(pilot).text == "@standard_sudoku "


async def edit(pilot: Pilot[None], key: str) -> None:
    await pilot.press(*"half", key)
    await until(pilot, lambda: prompt(pilot).text == "half and whole")


async def empty(pilot: Pilot[None], key: str) -> None:
    await pilot.press(*"half", key)
    await until(pilot, lambda: prompt(pilot).text == "")
    await pilot.press("up")
    assert prompt(pilot).text == "half"


async def find_keep(pilot: Pilot[None], key: str) -> None:
    desk = pilot.app.screen.desk  # type: ignore[attr-defined]
    await to_find(pilot)
    await pilot.press(*"print")
    await until(pilot, lambda: desk.seeking.matches)
    await pilot.press(key)
    await until(pilot, lambda: desk in pilot.app.screen.walk_children())
    assert desk.seeking.matches


async def to_knobs(pilot: Pilot[None], key: str) -> None:
    await to_tasks(pilot)
    assert not isinstance(pilot.app.focused, Knobs)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.focused, Knobs))


async def decide(pilot: Pilot[None], key: str) -> None:
    live = pilot.app.live  # type: ignore[attr-defined]
    asked = live.run_worker(live.stepping.ask(Question("approve_guidance", "Send it?", ("End", "Send"))))
    await until(pilot, lambda: bool(live.query(DecisionPanel)) and live.query_one(DecisionPanel).question)
    panel = live.query_one(DecisionPanel)
    live.set_focus(panel.options_list)
    await pilot.press("down", key)
    await until(pilot, lambda: asked.is_finished)
    assert asked.result.choice == "Send"


async def choose_mode(pilot: Pilot[None], key: str) -> None:
    assert await dismissed(pilot, ModeScreen(Wish("auto", True)), "down", key) == Wish("approve", True)


async def to_max_rounds(pilot: Pilot[None]) -> None:
    await pilot.press("f2", "slash", *"max_rounds", "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen) and pilot.app.screen.row)
    assert pilot.app.screen.row.key == "steering.max_rounds"  # type: ignore[attr-defined]


async def change_setting(pilot: Pilot[None], key: str) -> None:
    await to_max_rounds(pilot)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingScreen))


async def save_setting(pilot: Pilot[None], key: str) -> None:
    settings = pilot.app.settings  # type: ignore[attr-defined]
    await to_max_rounds(pilot)
    await pilot.press("enter", "backspace", "7")
    assert settings.asked.user_file.read_text() == ""
    await pilot.press(key)
    await until(pilot, lambda: "max_rounds = 7" in settings.asked.user_file.read_text())


async def write_line(pilot: Pilot[None], key: str) -> None:
    await pilot.app.push_screen(WritingScreen("Write", "How?"))
    await pilot.press("a", key, "b")
    assert pilot.app.screen.query_one(TextArea).text == "a\nb"


async def write_way(pilot: Pilot[None], key: str) -> None:
    await pilot.app.push_screen(WritingScreen("Write", "How?", ways=(BEHIND, INSTEAD)))
    ways = pilot.app.screen.query_one("#ways", Static)
    assert f"(o) {BEHIND}" in str(ways.content)
    await pilot.press(key)
    assert f"(o) {INSTEAD}" in str(ways.content)


async def write_done(pilot: Pilot[None], key: str) -> None:
    assert await dismissed(pilot, WritingScreen("Write", "How?"), "a", key) == Written("a")


async def edit_done(pilot: Pilot[None], key: str) -> None:
    screen = WritingScreen("Edit", "How?", "print(1)", code=True)
    assert await dismissed(pilot, screen, key) == Written("print(1)")


PRESS: dict[str, Press] = {
    press.__name__: press
    for press in (
        *(copy, send, newline, history, complete, edit, empty, find_keep, to_knobs, decide, choose_mode),
        *(change_setting, save_setting, write_line, write_way, write_done, edit_done),
    )
}
"""Row of the key table → how its keys are pressed, and what must come of it."""

EACH = [(row.id, key) for row in KEYS if row.id in HANDLED for key in row.keys.split(",")]


@pytest.fixture(autouse=True)
def _an_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    async def write(app: object, wanted: list[str]) -> int:
        Path(wanted[-1]).write_text("half and whole", encoding="utf-8")
        return 0

    monkeypatch.setenv("VISUAL", "my-editor")
    monkeypatch.setattr(editor, "_run", write)


def test_each_row_that_a_widget_handles_is_pressed() -> None:
    assert set(PRESS) == HANDLED


@pytest.mark.parametrize(("id", "key"), EACH)
async def test_a_key_that_a_widget_handles_does_what_its_row_says(
    desk: Desk, tmp_path: Path, session: FakeSession, monkeypatch: pytest.MonkeyPatch, id: str, key: str
) -> None:
    monkeypatch.setattr("codesteer_tui.tui.widgets.decision.GRACE_S", 0.0)
    shown = Recording(Path("shown.jsonl"), read_recording(HERE / "demo_game24.jsonl").events, [])
    app = CodesteerApp(
        desk.load(sessions__dir=str(tmp_path / "sessions")), recording=shown if id == "find_keep" else None
    )
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        await PRESS[id](pilot, key)
        if id == "send":
            assert session.problem.question == "q"  # type: ignore[attr-defined]

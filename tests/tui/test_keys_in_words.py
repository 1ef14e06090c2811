"""Sentences that name keys follow the keys of one's own: no hint, notice or empty state names the old one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from textual.pilot import Pilot

import codesteer_tui.tui
from codesteer_tui.config import Config
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui import bound
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import ZOOMED, Bounds, bounded
from codesteer_tui.tui.keys import KEYS, one_name, pressed, sentence
from codesteer_tui.tui.remapping import FIXED, remapped
from codesteer_tui.tui.screens.help import HelpScreen
from codesteer_tui.tui.screens.key_entry import KeyScreen
from codesteer_tui.tui.screens.models import ModelsScreen
from codesteer_tui.tui.screens.setting import SettingScreen
from tests.recordings.build import RECORDINGS
from tests.tui.conftest import notices, until, words_on

HELD = re.compile(
    r"\b(?:Ctrl\+[A-Z]|F(?:[1-9]|1[0-2]))\b|\^[A-Z]\b|(?:^|[.;(,] +)([b-zB-Z] (?:in a pane|[a-z]+s))\b"
)
MINE = {
    "help": "f7", "settings": "f6", "tasks": "f10", "models": "ctrl+y", "steering": "f11", "save": "ctrl+w",
    "fork": "ctrl+w", "back": "ctrl+x", "zoom": "ctrl+e", "difference": "ctrl+k",
    "take_answer": "Q", "mouse": "M", "next_match": "J", "leave_setting": "f9", "leave_models": "f5",
}  # fmt: skip


def fixed_words() -> set[str]:
    """Keys that nobody can have otherwise, as people write them."""
    keys = [key for row in KEYS if row.id in FIXED for key in row.keys.split(",")]
    keys.append("ctrl+z")  # undoes in a field, as Textual has it
    return {one_name(key) for key in keys} | {one_name(key).replace("Ctrl+", "^") for key in keys}


def literals(path: Path) -> list[str]:
    """The texts in a module that are no docstrings."""
    tree = ast.parse(path.read_text())
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def test_no_sentence_in_the_app_is_written_with_a_key_that_can_be_another() -> None:
    folder = Path(codesteer_tui.tui.__file__).parent
    named = {
        (path.name, word)
        for path in folder.rglob("*.py")
        for text in literals(path)
        for word in (found[0] for found in HELD.finditer(text))
        if word not in fixed_words()
    }
    assert named == set()


def mine(settings: Settings, recording: str = "") -> CodesteerApp:
    ours = Settings(Config(screen=settings.config.screen, sessions=settings.config.sessions, keys=MINE))
    record = Recording(Path("one.jsonl"), RECORDINGS[recording](), []) if recording else None
    return CodesteerApp(ours, recording=record)


def test_the_keys_of_this_test_are_all_allowed() -> None:
    assert remapped(MINE).refused == []


async def test_the_first_screen_and_what_is_said_name_the_keys_as_they_are(settings: Settings) -> None:
    app = mine(settings)
    async with app.run_test(size=(130, 40)) as pilot:
        await until(pilot, lambda: "F10: set how hard" in words_on(app))
        app.action_guide()
        await until(pilot, lambda: "F11 chooses how you step in." in notices(app))
        assert not re.findall(r"\bF[1234]\b", words_on(app))


async def test_panes_name_the_keys_as_they_are(settings: Settings) -> None:
    app = mine(settings, "hard")
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        app.action_guide()
        await until(pilot, lambda: "Ctrl+W in a pane forks it." in notices(app))
        app.screen.action_run_again()  # type: ignore[attr-defined]
        assert "f in a pane" not in notices(app)
        assert " F5 " not in words_on(app)
        assert bounded("output", "x\n" * 2000, Bounds(10, 5, 1000))[1].text.endswith("Ctrl+E shows more ...")
        assert "F5" not in bounded("output", "x\n" * 99_999, ZOOMED)[1].text
    CodesteerApp(settings)
    assert bound.key("zoom") == "F5"


async def help_over(pilot: Pilot[None], app: CodesteerApp, kind: type) -> None:
    """F7 shows the help over this dialog, F1 nothing."""
    await until(pilot, lambda: isinstance(app.screen, kind))
    await pilot.press("f1")
    await pilot.pause()
    assert isinstance(app.screen, kind)
    await pilot.press("f7")
    await until(pilot, lambda: isinstance(app.screen, HelpScreen))
    await pilot.press("escape")
    await until(pilot, lambda: isinstance(app.screen, kind))


async def test_dialogs_name_the_keys_as_they_are_and_have_the_help(settings: Settings) -> None:
    app = mine(settings)
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.pause()
        app.open_models()
        await help_over(pilot, app, ModelsScreen)
        assert "^W saves for good" in words_on(app)
        assert "F5 closes" in words_on(app)
        app.push_screen(KeyScreen("openai", "api.openai.com"))
        await help_over(pilot, app, KeyScreen)
        app.push_screen(SettingScreen(settings, "steering.max_rounds"))
        await help_over(pilot, app, SettingScreen)
        assert "F9 leaves it" in words_on(app)


def test_a_sentence_has_the_first_key_of_each_row() -> None:
    assert sentence(None, "{back} stops it; {fork} forks it.") == "Esc stops it; f forks it."
    assert pressed(None, "sessions") == "Ctrl+S"

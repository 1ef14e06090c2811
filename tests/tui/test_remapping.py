"""Keys of the person's own: held to the rules of the default ones, and shown wherever those are."""

from __future__ import annotations

import string

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key as KeyEvent

from codesteer_tui.cli.doctor import keys_of
from codesteer_tui.config import Config
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.keys import KEYS, hint, name
from codesteer_tui.tui.remapping import (
    FIXED,
    NAMED,
    TYPING,
    arrives,
    complaint,
    heard_together,
    read_key,
    read_keys,
    remapped,
)
from codesteer_tui.tui.screens.help import HelpScreen
from codesteer_tui.tui.screens.settings import SettingsScreen
from codesteer_tui.tui.widgets.sheet import Sheet
from tests.settings_desk import Desk
from tests.settings_desk import desk as desk
from tests.tui.conftest import notices, until, words_on
from tests.tui.test_settings_screen import search

SENT = {
    "enter": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "escape": "\x1b", "space": " ", "backspace": "\x7f",
    "insert": "\x1b[2~", "delete": "\x1b[3~", "up": "\x1b[A", "down": "\x1b[B", "left": "\x1b[D", "right": "\x1b[C",
    "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "f1": "\x1bOP", "f2": "\x1bOQ",
    "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~", "f7": "\x1b[18~", "f8": "\x1b[19~",
    "f9": "\x1b[20~", "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~",
}  # fmt: skip
"""What a legacy terminal sends."""

CONTROLS = [f"ctrl+{c}" for c in string.ascii_lowercase if not arrives(f"ctrl+{c}")]
SIGNS = list(string.punctuation + string.ascii_letters + string.digits)


def received(sent: str) -> list[str]:
    parser = XTermParser()
    return [e.key for e in [*parser.feed(sent), *parser.feed("")] if isinstance(e, KeyEvent)]


@pytest.mark.parametrize("key", NAMED)
def test_every_named_key_that_is_allowed_arrives(key: str) -> None:
    assert arrives(key) == ""
    assert received(SENT[key]) == [key]


@pytest.mark.parametrize("key", CONTROLS)
def test_every_control_key_that_is_allowed_arrives(key: str) -> None:
    assert received(chr(ord(key[-1]) & 0x1F)) == [key]


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_is_read_as_textual_names_it(sign: str) -> None:
    assert received(sign) == [read_key(sign)]
    assert arrives(read_key(sign)) == ""


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Ctrl+Y", "ctrl+y"), ("^Y", "ctrl+y"), ("F6", "f6"), ("Esc", "escape"), ("PageDown", "pagedown"),
        ("Del", "delete"), ("Shift+Tab", "shift+tab"), ("[", "left_square_bracket"), (" Space ", "space"),
        ("left_square_bracket", "left_square_bracket"), ("G", "G"),
    ],
)  # fmt: skip
def test_keys_may_be_written_as_people_write_them(written: str, key: str) -> None:
    assert read_key(written) == key


def test_several_keys_stand_behind_commas_and_a_comma_alone_is_the_key() -> None:
    assert read_keys("F6, ctrl+y,,f6") == ["f6", "ctrl+y"]
    assert read_keys(",") == ["comma"]
    assert read_keys("") == []


def test_the_default_keys_keep_the_rules_themselves() -> None:
    for row in KEYS:
        if row.id in FIXED:
            continue
        for key in row.keys.split(","):
            if not key.startswith("shift+"):
                assert arrives(key) == "", row.id
            assert not (row.where in ("anywhere", "desk") and len(key) == 1), row.id
    assert remapped(
        {row.id: row.keys for row in KEYS if row.where not in TYPING and row.id not in FIXED}
    ).table


@pytest.mark.parametrize(
    ("id_", "keys", "why"),
    [
        ("zoom", "ctrl+h", "arrives as Backspace"),
        ("zoom", "ctrl+a", "belongs to screen"),
        ("zoom", "alt+z", "does not come from every terminal"),
        ("zoom", "ctrl+f6", "does not come from every terminal"),
        ("zoom", "hyperspace", "there is no key"),
        ("zoom", "x", "is typed there"),
        ("zoom", "?", "is typed there"),
        ("zoom", "", "it needs a key"),
        ("zoom", "f2", "F2 is settings already"),
        ("down", "k", "k is up already"),
        ("down", "f5", "F5 is zoom already"),
        ("dialog_down", "n", "n is dialog_next already"),
        ("quit", "f10", "cannot be another key"),
        ("send", "f10", "cannot be another key"),
        ("zom", "f6", "did you mean zoom?"),
    ],
)
def test_what_breaks_a_rule_is_named_and_left_as_it_was(id_: str, keys: str, why: str) -> None:
    result = remapped({id_: keys})
    assert why in dict(result.refused)[id_]
    assert why in complaint(id_, keys, {})
    assert (result.table, result.keymap) == (KEYS, {})


def test_keys_can_change_places() -> None:
    result = remapped({"down": "k", "up": "j"})
    assert result.refused == []
    assert {row.id: row.keys for row in result.table if row.id in ("down", "up")} == {"down": "k", "up": "j"}


def test_of_two_that_want_the_same_key_the_later_is_refused() -> None:
    result = remapped({"zoom": "f6", "resume": "f6"})
    assert result.keymap == {"zoom": "f6"}
    assert dict(result.refused)["resume"] == "F6 is zoom already: zoom the pane, or show all four again"


def test_the_same_key_may_mean_different_things_in_places_apart() -> None:
    assert not heard_together("tasks", "pane")
    assert remapped({"reseed": "g"}).refused == []


def test_the_short_name_of_a_pair_shows_the_keys_that_it_has_now() -> None:
    table = remapped({"next_round": "W", "previous_round": "Q"}).table
    assert hint(next(row for row in table if row.id == "previous_round")) == ("Q W", "round")
    assert name(next(row for row in table if row.id == "next_round")) == "W"


async def test_a_key_of_ones_own_acts_and_is_in_the_help_and_the_key_line(settings: Settings) -> None:
    app = CodesteerApp(
        Settings(Config(screen=settings.config.screen, keys={"help": "f7", "models": "ctrl+y"}))
    )
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert "^Y models" in words_on(app)
        assert "F7 help" in words_on(app)
        await pilot.press("f1")
        await pilot.pause()
        assert app.screen_stack == [app.live]
        await pilot.press("f7")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        words = "\n".join(block.text for block in app.screen.query_one(Sheet).blocks)
        assert "F7                    show this help" in words
        assert "F1 " not in words


async def test_a_key_that_cannot_be_is_said_at_the_start_and_stays(settings: Settings) -> None:
    app = CodesteerApp(Settings(Config(screen=settings.config.screen, keys={"zoom": "ctrl+h", "help": "f7"})))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "Ctrl+H arrives as Backspace" in notices(app))
        assert app.key_table is not KEYS
        assert {row.id: row.keys for row in app.key_table}["zoom"] == "f5"


async def test_a_key_is_changed_in_the_settings_and_holds_at_once(desk: Desk) -> None:
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(110, 30)) as pilot:
        screen = await search(pilot, "keys.sessions")
        assert screen.row
        assert (screen.row.key, screen.row.value) == ("keys.sessions", "Ctrl+S or F4")
        await pilot.press("enter", *["backspace"] * 9, "f", "2")
        await until(pilot, lambda: "x F2 is settings already" in words_on(app))
        await pilot.press("backspace", "6", "enter")
        await until(pilot, lambda: "keys.sessions is now F6." in notices(app))
        assert desk.user.read_text() == '[keys]\nsessions = "f6"\n'
        assert screen.row
        assert (screen.row.value, screen.row.layer) == ("F6", "user file")
        await pilot.press("f6")
        await pilot.pause()
        assert not isinstance(app.screen, SettingsScreen)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("d")
        await until(pilot, lambda: app.settings.config.keys == {})
        assert app.key_table == KEYS


def test_the_doctor_names_keys_that_cannot_be() -> None:
    items = keys_of(Settings(Config(keys={"zoom": "ctrl+h", "help": "f7"})))
    assert [(item.ok, item.detail) for item in items] == [
        (True, "help = f7"),
        (False, "zoom = 'ctrl+h': Ctrl+H arrives as Backspace"),
    ]
    assert keys_of(Settings(Config())) == []

"""Every key in the table arrives on legacy terminals, in tmux and in screen."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from textual._xterm_parser import XTermParser
from textual.binding import Binding
from textual.events import Key as KeyEvent

from codesteer_tui import tui
from codesteer_tui.tui.keys import KEYS, name
from codesteer_tui.tui.keys.row import Key

NEVER = {
    "ctrl+h",
    "ctrl+i",
    "ctrl+m",
    "ctrl+[",
    "ctrl+left_square_bracket",
    "ctrl+a",
    "ctrl+b",
    "ctrl+tab",
    "alt+enter",
}
OPTIONAL = {"shift+enter", "shift+left", "shift+right"}
"""Keys that some terminals do not report; each has another way."""

SENT = {
    "escape": "\x1b", "enter": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "space": " ", "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~", "up": "\x1b[A", "down": "\x1b[B", "home": "\x1b[H", "end": "\x1b[F",
    "left": "\x1b[D", "right": "\x1b[C", "left_square_bracket": "[", "right_square_bracket": "]",
    "less_than_sign": "<", "greater_than_sign": ">", "left_parenthesis": "(", "right_parenthesis": ")",
    "left_curly_bracket": "{", "right_curly_bracket": "}", "minus": "-", "plus": "+", "equals_sign": "=",
    "slash": "/", "comma": ",", "full_stop": ".", "exclamation_mark": "!", "f1": "\x1bOP", "f2": "\x1bOQ",
    "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f12": "\x1b[24~",
    "delete": "\x1b[3~",
}  # fmt: skip
"""What a legacy terminal sends."""


def bytes_of(key: str) -> str:
    if key.startswith("ctrl+"):
        return chr(ord(key.removeprefix("ctrl+")) & 0x1F)
    return SENT.get(key, key)


ALL = [(row, key) for row in KEYS for key in row.keys.split(",")]


@pytest.mark.parametrize(("row", "key"), ALL, ids=lambda v: v if isinstance(v, str) else v.id)
def test_a_legacy_terminal_delivers_the_key(row: Key, key: str) -> None:
    assert key not in NEVER
    assert not key.startswith("alt+")
    if key in OPTIONAL:
        assert len(row.keys.split(",")) > 1 or any(
            r.does == row.does or "round" in r.id for r in KEYS if r is not row
        )
        return
    parser = XTermParser()
    arrived = [
        event.key for event in [*parser.feed(bytes_of(key)), *parser.feed("")] if isinstance(event, KeyEvent)
    ]
    assert arrived == [key]


ELSE_SENT = {
    "home": ("\x1b[1~", "\x1b[7~", "\x1bOH"), "end": ("\x1b[4~", "\x1b[8~", "\x1bOF"), "up": ("\x1bOA",),
    "down": ("\x1bOB",), "right": ("\x1bOC",), "left": ("\x1bOD",), "f1": ("\x1b[11~", "\x1b[[A"),
    "f2": ("\x1b[12~", "\x1b[[B"), "f3": ("\x1b[13~", "\x1b[[C"), "f4": ("\x1b[14~", "\x1b[[D"), "f5": ("\x1b[[E",),
}  # fmt: skip
"""What tmux, screen, rxvt and the Linux console send in its place."""


@pytest.mark.parametrize(("key", "sent"), [(key, one) for key, all in ELSE_SENT.items() for one in all])
def test_tmux_screen_and_the_console_deliver_the_key(key: str, sent: str) -> None:
    parser = XTermParser()
    arrived = [event.key for event in [*parser.feed(sent), *parser.feed("")] if isinstance(event, KeyEvent)]
    assert arrived == [key]


def bound_outside() -> set[str]:
    """The keys that screens and widgets of the app bind themselves, beside the table."""
    keys: set[str] = set()
    for found in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        module = importlib.import_module(found.name)
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == module.__name__ and "BINDINGS" in vars(kind):
                keys |= {one.key for one in Binding.make_bindings(kind.BINDINGS)}  # type: ignore[attr-defined]
    return keys


def test_the_keys_that_dialogs_bind_themselves_arrive_too() -> None:
    keys = bound_outside()
    assert {"escape", "f1"} <= keys
    for key in keys - OPTIONAL:
        assert key not in NEVER
        assert not key.startswith("alt+")
        parser = XTermParser()
        events = [*parser.feed(bytes_of(key)), *parser.feed("")]
        assert [event.key for event in events if isinstance(event, KeyEvent)] == [key]


def test_letters_and_digits_act_only_in_panes_replay_and_lists() -> None:
    plain = [row.id for row, key in ALL if len(key) == 1 and row.where in ("anywhere", "desk", "prompt")]
    assert plain == []


def test_no_key_has_two_meanings_in_one_place() -> None:
    for where in {row.where for row in KEYS}:
        keys = [key for row, key in ALL if row.where == where]
        assert len(keys) == len(set(keys)), where


def test_ids_are_unique_so_that_keys_can_be_remapped() -> None:
    assert len({row.id for row in KEYS}) == len(KEYS)


def test_names_read_as_people_write_them() -> None:
    named = {row.id: name(row) for row in KEYS}
    assert named["sessions"] == "Ctrl+S or F4"
    assert named["previous_round"] == "["
    assert named["bottom"] == "G"

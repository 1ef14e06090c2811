"""Keys of the person's own: what may be a key, what may take which, and the table with them in it.

A key that somebody chooses is held to the rules of the default ones: it arrives from every terminal, letters do
nothing where text is typed, and no key means two things in one place. What breaks a rule is named, and the key
stays as it was.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from textual.keys import _character_to_key

from codesteer_tui.tui.keys import KEYS, NAMES, OWN, name, one_name
from codesteer_tui.tui.keys.row import Key, Where

NOT_ARRIVING: dict[str, str] = {
    "ctrl+h": "arrives as Backspace",
    "ctrl+i": "arrives as Tab",
    "ctrl+m": "arrives as Enter",
    "ctrl+left_square_bracket": "arrives as Esc",
    "ctrl+a": "belongs to screen",
    "ctrl+b": "belongs to tmux",
    "ctrl+c": "stops and copies",
    "ctrl+z": "belongs to the shell",
}
"""Keys that some terminals or multiplexers do not hand on, or that mean the same everywhere."""

NAMED = (
    *("enter", "tab", "shift+tab", "escape", "space", "backspace", "insert", "delete"),
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *(f"f{number}" for number in range(1, 13)),
)
"""Keys with names that every terminal sends."""

FIXED = {*OWN, "palette", "quit", "copy"}
"""Keys that cannot be others: Textual or the field that has them acts on them itself."""

TYPING: frozenset[Where] = frozenset(
    ("anywhere", "desk", "prompt", "find", "models", "trying", "writing", "turning", "editing", "setting")
)
"""Places where text is typed: letters, digits and signs belong to the text."""

TYPED = {"space", "enter", "backspace", "delete", "insert", "up", "down", "left", "right", "home", "end"}
"""Keys that belong to the text as well."""

HEARD_TOGETHER: tuple[frozenset[Where], ...] = (
    frozenset(("desk", "prompt")),
    frozenset(("desk", "pane", "flags", "replay")),
    frozenset(("desk", "find")),
    frozenset(("desk", "decision")),
    frozenset(("dialog", "search", "inspector")),
    frozenset(("dialog", "difference")),
    frozenset(("dialog", "compare")),
    frozenset(("dialog", "search", "logs")),
    frozenset(("dialog", "search", "charts")),
    frozenset(("tasks", "knobs")),
    frozenset(("writing", "turning")),
)
"""Places whose keys act at the same time; those of "anywhere" act with all."""


class Remapped(NamedTuple):
    """The table in force, what Textual is told of it, and what could not be: the name of a key and why."""

    table: tuple[Key, ...]
    keymap: dict[str, str]
    refused: list[tuple[str, str]]


def read_key(word: str) -> str:
    """A key as Textual names it, from how people write it: "Ctrl+Y", "^Y", "F6", "[", "PageDown"; empty for none."""
    word = word.strip()
    if len(word) == 1:
        return word if word.isalnum() else _character_to_key(word)
    known = {said.lower(): key for key, said in NAMES.items()}
    word = f"ctrl+{word[1:]}" if word.startswith("^") and len(word) == 2 else word
    *held, last = word.split("+")
    last = last if len(last) == 1 and not held else last.lower()
    return "+".join([*(part.lower() for part in held), known.get(last, last)])


def read_keys(text: str) -> list[str]:
    """Several keys with commas between them; a lone comma is the key."""
    words = ["comma" if text.strip() == "," else word for word in text.split(",")]
    return list(dict.fromkeys(filter(None, map(read_key, words))))


def arrives(key: str) -> str:
    """Why a key cannot be one: it does not come from every terminal. Empty where it can."""
    if why := NOT_ARRIVING.get(key):
        return f"{one_name(key)} {why}"
    letter = key.removeprefix("ctrl+")
    is_control = key.startswith("ctrl+") and len(letter) == 1 and letter in string.ascii_lowercase
    signs = {_character_to_key(sign) for sign in string.punctuation}
    is_sign = key in signs or (len(key) == 1 and key in string.ascii_letters + string.digits)
    if is_control or is_sign or key in NAMED:
        return ""
    if key.startswith("alt+") or "+" in key:
        return f"{one_name(key)} does not come from every terminal"
    return f"there is no key {key!r}"


def remapped(wanted: Mapping[str, str]) -> Remapped:
    """The key table with the person's keys in it, as far as the rules allow."""
    refused: list[tuple[str, str]] = []
    chosen: dict[str, list[str]] = {}
    for id_, text in wanted.items():
        why = _refusal(id_, text)
        if why:
            refused.append((id_, why))
        else:
            chosen[id_] = read_keys(text)
    while clash := next(_clashes(chosen), None):
        id_, why = clash
        refused.append((id_, why))
        del chosen[id_]
    table = _with_family(tuple(_row(row, chosen) for row in KEYS), chosen)
    return Remapped(table, {id_: ",".join(keys) for id_, keys in chosen.items()}, refused)


def complaint(id_: str, text: str, wanted: Mapping[str, str]) -> str:
    """Why a key cannot be this one beside the other keys that are wanted; empty where it can."""
    others = {known: keys for known, keys in wanted.items() if known != id_}
    return dict(remapped({**others, id_: text}).refused).get(id_, "")


def _refusal(id_: str, text: str) -> str:
    row = next((row for row in KEYS if row.id == id_), None)
    if row is None:
        near = get_close_matches(id_, [row.id for row in KEYS], n=1)
        return f"no key is called so{f'; did you mean {near[0]}?' if near else ''}"
    if id_ in FIXED:
        return f"{name(row)} cannot be another key"
    keys = read_keys(text)
    if not keys:
        return "it needs a key"
    for key in keys:
        if why := arrives(key):
            return why
        if row.where in TYPING and (len(key) == 1 or key in TYPED or not _is_held(key)):
            return f"{one_name(key)} is typed there"
    return ""


def _is_held(key: str) -> bool:
    """Whether it is no sign: a key with Ctrl, or one with a name."""
    return key.startswith("ctrl+") or key in NAMED


def _clashes(chosen: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Chosen keys that mean something else already where they are heard, the last one first."""
    after = {row.id: chosen.get(row.id, row.keys.split(",")) for row in KEYS}
    rows = {row.id: row for row in KEYS}
    for id_ in reversed(list(chosen)):
        for other in KEYS:
            if other.id == id_ or not heard_together(rows[id_].where, other.where):
                continue
            for key in chosen[id_]:
                was = key in rows[id_].keys.split(",") and key in other.keys.split(",")
                if key in after[other.id] and not was:
                    yield id_, f"{one_name(key)} is {other.id} already: {other.does}"


def heard_together(one: Where, other: Where) -> bool:
    """Whether keys of the two places can act at the same time."""
    if "anywhere" in (one, other) or one == other:
        return True
    return any(one in places and other in places for places in HEARD_TOGETHER)


def _row(row: Key, chosen: Mapping[str, Sequence[str]]) -> Key:
    return row._replace(keys=",".join(chosen[row.id])) if row.id in chosen else row


def _with_family(table: tuple[Key, ...], chosen: Mapping[str, Sequence[str]]) -> tuple[Key, ...]:
    """The table with the short names of pairs such as `[ ]` made anew where one of a pair is another key."""
    shown = []
    for row in table:
        family = [one for one in table if _family(one) == _family(row)]
        if row.shown and any(one.id in chosen for one in family):
            first = [one_name(one.keys.split(",")[0]) for one in family]
            row = row._replace(shown=" ".join(first) if len(first) <= len("1234") else first[0])
        shown.append(row)
    return tuple(shown)


def _family(row: Key) -> tuple[str, str]:
    return row.where, row.action.partition("(")[0]

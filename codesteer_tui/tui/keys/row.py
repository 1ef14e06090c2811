"""One row of the key table, and the places where keys act."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Where: TypeAlias = Literal[
    "anywhere",
    "desk",
    "prompt",
    "pane",
    "replay",
    "sessions",
    "models",
    "weights",
    "flags",
    "find",
    "dialog",
    "search",
    "inspector",
    "difference",
    "tasks",
    "knobs",
    "trying",
    "puzzle",
    "decision",
    "writing",
    "turning",
    "editing",
    "modes",
    "compare",
    "settings",
    "setting",
    "logs",
    "charts",
]


class Key(NamedTuple):
    """One row: what the keys do, where. `hint` is the word in the key line, empty to leave it out."""

    id: str
    keys: str
    action: str
    does: str
    where: Where
    hint: str = ""
    shown: str = ""

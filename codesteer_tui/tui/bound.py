"""The keys as they are bound now, for what is said in words where no app is at hand: the drawings of the panes.

There is one app in a process; it says here which keys the person has.
"""

from __future__ import annotations

from collections.abc import Sequence

from codesteer_tui.tui.keys import KEYS, one_name
from codesteer_tui.tui.keys.row import Key

_now: dict[str, str] = {}


def use(table: Sequence[Key] = KEYS) -> None:
    """Name the keys of this table from now on."""
    _now.clear()
    _now.update((row.id, row.keys) for row in table)


def key(id: str) -> str:
    """The first key of a row as people write it."""
    return one_name(_now[id].split(",")[0])


use()

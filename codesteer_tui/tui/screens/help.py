"""Help, made from the key table."""

from __future__ import annotations

from collections.abc import Sequence

from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.keys import KEYS, Where, name
from codesteer_tui.tui.screens.dialog import BlocksDialog
from codesteer_tui.tui.words import OUTCOMES

HEADINGS: dict[Where, str] = {
    "anywhere": "Anywhere",
    "desk": "While solving or watching",
    "prompt": "In the prompt",
    "pane": "In a pane",
    "replay": "In a replay",
    "sessions": "In the list of sessions",
}


class HelpScreen(BlocksDialog):
    """Every key, by where it acts, and what the marks mean."""

    title_text = "Help"

    def blocks(self) -> Sequence[Block]:
        shown: list[Block] = []
        for where, heading in HEADINGS.items():
            shown.append(block("heading", (heading, "bold $text-primary")))
            rows = [(name(key), key.does) for key in KEYS if key.where == where]
            shown += [block("quote", (f"{keys:<22}", "bold"), does) for keys, does in rows]
        shown.append(block("heading", ("Marks", "bold $text-primary")))
        shown += [block("quote", (f"{mark.sign:<22}", mark.style), mark.word) for mark in OUTCOMES.values()]
        return [
            *shown,
            block("quote", (f"{'!':<22}", "bold $text-warning"), "a warning of the symbolic checker"),
        ]

"""Help, made from the key table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.commands import COMMANDS, ELSE_A_PROBLEM
from codesteer_tui.tui.course import CHANGED, STOPPED
from codesteer_tui.tui.drawing.stepping import OWN
from codesteer_tui.tui.keys import KEYS, name, table
from codesteer_tui.tui.keys.row import Where
from codesteer_tui.tui.screens.dialog import BlocksDialog, hint_line
from codesteer_tui.tui.widgets.code import GOES_ON
from codesteer_tui.tui.widgets.transport import LETTERS
from codesteer_tui.tui.words import OUTCOMES, RUNNING

HEADINGS: dict[Where, str] = {
    "anywhere": "Anywhere",
    "desk": "While solving or watching",
    "prompt": "In the prompt",
    "pane": "In a pane",
    "replay": "In a replay",
    "sessions": "In the list of sessions",
    "models": "In the list of models, where typing searches",
    "weights": "In the list of weights",
    "flags": "In FLAGS",
    "find": "While typing what to find",
    "dialog": "In a dialog like this one",
    "search": "In a dialog of text",
    "difference": "Comparing the code of two rounds",
    "inspector": "In evidence and prompts, which have parts",
    "tasks": "In the SymBench tasks",
    "knobs": "On the knobs of a task",
    "trying": "Answering a task by hand",
    "puzzle": "In the drawing of a puzzle",
    "decision": "Where a run waits for your decision",
    "writing": "Writing guidance or a hint",
    "turning": "Writing for the next round",
    "editing": "Editing a copy of a program",
    "modes": "Choosing how you step in",
    "compare": "Comparing sessions",
    "settings": "In the settings",
    "setting": "Changing a setting",
    "logs": "In the logs",
    "charts": "In the charts",
}


class HelpScreen(BlocksDialog):
    """Every key, by where it acts, and what the marks mean; first what acts in the places `here`."""

    title_text = "Help"

    def __init__(self, here: Sequence[Where] = ()) -> None:
        super().__init__()
        self.here = tuple(here)

    def keys_line(self, width: int) -> str:
        """The keys of the dialog; the help is here."""
        return hint_line(self.places, width, table(self.app))

    def blocks(self) -> Sequence[Block]:
        shown: list[Block] = []
        keys = table(self.app)
        if self.here:
            shown.append(block("note", "What acts where you are comes first."))
        for where in [*self.here, *(one for one in HEADINGS if one not in self.here)]:
            shown.append(block("heading", (HEADINGS[where], "bold $text-primary")))
            rows = [(name(key), key.does) for key in keys if key.where == where]
            shown += [block("quote", (f"{pressed:<22}", "bold"), does) for pressed, does in rows]
            if where == "prompt":
                shown += [block("quote", (f"{f'{c.word} {c.takes}':<22}", "bold"), c.does) for c in COMMANDS]
                shown.append(block("quote", f"{'':<22}", (ELSE_A_PROBLEM, "dim")))
        for heading, signs in (("Marks", marks()), ("Letters on the bar of a replay", letters())):
            shown.append(block("heading", (heading, "bold $text-primary")))
            shown += [block("quote", (f"{sign:<22}", style), does) for sign, style, does in signs]
        return shown


def places_of(screen: Screen[Any]) -> list[Where]:
    """The places of the key table that act on a screen as it is now, the nearest to the focus first."""
    rows = {row.id: row.where for row in KEYS}
    found: list[Where] = ["prompt"] if screen.focused is not None and screen.focused.id == "prompt" else []
    found += [rows[one.binding.id] for one in screen.active_bindings.values() if one.binding.id in rows]
    order = list(dict.fromkeys(where for where in found if where != "anywhere"))
    return [*order, "anywhere"]


def marks() -> list[tuple[str, str, str]]:
    """Every mark with its style and what it means."""
    return [
        *((mark.sign, mark.style, mark.word) for mark in OUTCOMES.values()),
        ("!", "bold $text-warning", "a warning of the symbolic checker, or less isolation than could be"),
        (RUNNING.sign, RUNNING.style, "running or being checked"),
        (CHANGED.sign, CHANGED.style, "behind a round: a role was given to another model with it"),
        (STOPPED.sign, STOPPED.style, "cut short: the run was stopped, or failed"),
        (OWN.sign, OWN.style, "yours: guidance that you wrote or edited, a hint, a program that you ran"),
        ("..", "dim", "the round goes on"),
        ("R0x!x", "bold", "a round where there is little room: its first marks in the order ground truth,"),
        ("", "", "symbolic checker, self-check, program; what is not known or not worth a word is left out"),
        (GOES_ON.strip(), "dim", "the line of code above goes on; the mark is not part of it"),
    ]


def letters() -> list[tuple[str, str, str]]:
    """Every letter on the bar of a replay and what it stands for."""
    return [(letter.sign, letter.style, letter.words) for letter in LETTERS]

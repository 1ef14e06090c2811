"""What every pane may have to say of the models behind the roles: another one from here on, a call that failed."""

from __future__ import annotations

from codesteer_tui.events import CallFailed, Noted
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Block, Bounds, block, bounded
from codesteer_tui.tui.course import CHANGED, changes
from codesteer_tui.tui.words import who
from codesteer_tui.values import Role


def change_blocks(transcript: Transcript, this: Round, role: Role) -> list[Block]:
    """A line where this role was given to another model with this round."""
    return [
        block(
            "note",
            (f"{CHANGED.sign} ", CHANGED.style),
            f"{who(c.after)} from here on; before: {who(c.before)}",
        )
        for c in changes(transcript, this, role)
    ]


def shortened_blocks(this: Round, role: Role) -> list[Block]:
    """What was left out of a role's conversation. It stands before what came of it."""
    return _notes([note for note in this.notes if note.role == role and note.kind == "shortened"])


def note_blocks(this: Round, role: Role) -> list[Block]:
    """What there is to know of the calls to this role's model: where it runs, its last speed, what is amiss."""
    return _notes([note for note in this.notes if note.role == role and note.kind != "shortened"])


def _notes(mine: list[Noted]) -> list[Block]:
    speeds = [note for note in mine if note.kind == "speed"]
    shown: list[Block] = []
    for note in mine:
        if note.kind == "speed" and note is not speeds[-1]:
            continue
        loud = note.kind in ("warning", "shortened")
        shown.append(block("note" if loud else "dim", f"! {note.text}" if loud else note.text))
        if note.remedy:
            shown.append(block("note", f"-> {note.remedy}"))
    return shown


def loading_words(this: Round, role: Role) -> str:
    """How far a role's model is before its first text, in a few words; empty where nothing is known."""
    known = this.loading.get(role)
    if known is None:
        return ""
    doing = "loading the weights" if known.what == "weights" else "reading the prompt"
    return f"{doing} ... {known.fraction:.0%}"


def failed_blocks(failed: CallFailed, bounds: Bounds, *, text: bool = True) -> list[Block]:
    """Why a call failed, what to do, and, with `text`, what had arrived of its reply, marked as broken off."""
    shown: list[Block] = []
    if text and failed.reasoning:
        shown += [block("dim", "reasoning, broken off"), *bounded("quote", failed.reasoning, bounds)]
    if text and failed.text:
        shown += [block("dim", "broken off; this had arrived"), *bounded("quote", failed.text, bounds)]
    shown.append(block("bad", f"x {failed.message}"))
    return shown + ([block("note", f"-> {failed.remedy}")] if failed.remedy else [])

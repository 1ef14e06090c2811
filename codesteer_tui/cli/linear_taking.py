"""The linear mode's ways to find and to take: words in what was said, and a part of it copied."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codesteer_tui.config import Config
    from codesteer_tui.events import Event
    from codesteer_tui.transcript import Transcript

MOST_FOUND = 20
"""Lines in which words were found that are said; of the rest only how many there are."""


def found(events: Iterable[tuple[Event, Iterable[str]]], words: str) -> Iterator[str]:
    """Where words stand in what was said: how often, then a line for each, with its round before it."""
    from codesteer_tui.events import RoundStarted

    at, hits = "Before the rounds", []
    for event, lines in events:
        if isinstance(event, RoundStarted):
            at = f"Round {event.round}"
        hits += [f"{at}: {line.strip()}" for line in lines if words.lower() in line.lower()]
    if not hits:
        yield f"{words} was not found."
        return
    yield "Found in 1 line." if len(hits) == 1 else f"Found in {len(hits):,} lines."
    yield from hits[:MOST_FOUND]
    if len(hits) > MOST_FOUND:
        yield f"And {len(hits) - MOST_FOUND:,} more. Look for more words, to have fewer."


def copied(transcript: Transcript | None, asked: str, config: Config) -> str:
    """Copy what was asked for, of the last round or of the one whose number follows; says where it went, or why not."""
    from codesteer_tui.tui import copying
    from codesteer_tui.tui.things import THINGS

    if transcript is None or not transcript.rounds:
        return "There is nothing to copy yet: send a problem, or read a session."
    name, _, number = asked.partition(" ")
    if name not in THINGS:
        names = ", ".join(THINGS)
        return f"Copy what? One of: {names}. A number behind it is the round, otherwise it is the last."
    rounds = {str(this.number): this for this in transcript.rounds}
    this = rounds.get(number.strip().removeprefix("R")) if number else transcript.rounds[-1]
    if this is None:
        return f"There is no round {number.strip()}. The last one is {transcript.rounds[-1].number}."
    text = THINGS[name].take(transcript, this)
    if not text:
        return f"Round {this.number} has no {name}."
    done = asyncio.run(copying.copy(text, config.screen.copy, _to_terminal if sys.stdout.isatty() else None))
    amount = f"{len(text):,} character{'' if len(text) == 1 else 's'}"
    of = "" if name in ("problem", "session") else f" of round {this.number}"
    return f"Copied the {name}{of}, {amount}, {done.words}." if done.ok else f"Not copied: {done.words}."


def _to_terminal(sequence: str) -> None:
    sys.stdout.write(sequence)
    sys.stdout.flush()

"""Finding words in what is shown: where they stand, and the same blocks with them marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

import msgspec
from msgspec import Struct

from codesteer_tui.tui.blocks import Block, Marked

FOUND = "bold underline $text-warning"
"""How a match looks; never by colour alone."""

CURRENT = "bold reverse $text-warning"
"""How the match looks that the person is at."""

MOST = 10_000
"""Matches that are counted; nobody goes through more."""


MOST_MARKED = 400
"""Matches that are marked in one block; more of them would be slow to paint."""


class Sought(Struct, frozen=True, dict=True):
    """What is looked for. Letter case counts only where a capital letter was typed."""

    text: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The words as a pattern; a run of blanks stands for any white space, so that line ends do not matter."""
        words = r"\s+".join(map(re.escape, self.text.split()))
        return re.compile(words, re.NOFLAG if self.text != self.text.lower() else re.IGNORECASE)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it stands in a text, each from and up to a character."""
        if not self.text.strip():
            return
        for found in self.pattern.finditer(text):
            yield found.span()


class Place(Struct, frozen=True):
    """A match in a list of blocks: which block, and from and up to which character of its text."""

    block: int
    start: int
    end: int


def places_in(blocks: Iterable[Block], sought: Sought, *, most: int = MOST) -> list[Place]:
    """Every match, in the order of reading; at most so many."""
    found: list[Place] = []
    for number, shown in enumerate(blocks):
        for start, end in sought.places(shown.text):
            if len(found) == most:
                return found
            found.append(Place(number, start, end))
    return found


def marked(blocks: Sequence[Block], sought: Sought, current: Place | None = None) -> list[Block]:
    """The blocks with their matches marked, and the current one so that it can be told from the others.

    In one block at most `MOST_MARKED` are: those around the current one where that is in it, else the first.
    """
    shown: list[Block] = []
    for number, block in enumerate(blocks):
        places = list(islice(sought.places(block.text), MOST))
        here = (current.start, current.end) if current and current.block == number else None
        first = max(0, places.index(here) - MOST_MARKED // 2) if here in places else 0
        marks: list[Marked] = [
            (*place, CURRENT if place == here else FOUND) for place in places[first : first + MOST_MARKED]
        ]
        shown.append(msgspec.structs.replace(block, marks=(*block.marks, *marks)) if marks else block)
    return shown


def next_of(places: Sequence[object], at: int | None, by: int) -> int | None:
    """The index of the next match, or of the one before, going round at the ends; None where there is none."""
    if not places:
        return None
    if at is None:
        return 0 if by > 0 else len(places) - 1
    return (at + by) % len(places)

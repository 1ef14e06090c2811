"""What changed between two programs, line by line and word by word; nothing here knows of a screen."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from codesteer_tui.transcript import Round, Transcript

CONTEXT = 3
"""Lines that stay the same and are shown before and behind a change."""

MOST_LINES = 4000
"""Programs with more lines are compared by their frequent lines first, which is quicker and less neat."""

ALIKE = 0.4
"""Two lines that have less in common than this share are not compared word by word."""


LONG = 4000
"""Characters of two lines together from which on they are not compared word by word."""


class Row(Struct, frozen=True):
    """One line of a comparison; `before` and `after` are line numbers from 1, 0 where a side has none."""

    kind: Literal["same", "removed", "added", "changed"]
    before: int
    after: int


class Difference(Struct, frozen=True):
    """Two programs side by side, and how many lines one has that the other has not."""

    rows: tuple[Row, ...]
    added: int
    removed: int

    @property
    def words(self) -> str:
        """How much changed: 22 lines added, 1 removed."""
        if not self.added and not self.removed:
            return "the same code"
        parts = [(self.added, "added"), (self.removed, "removed")]
        known = [(count, word) for count, word in parts if count]
        first = f"{known[0][0]} line{'' if known[0][0] == 1 else 's'} {known[0][1]}"
        return ", ".join([first, *(f"{count} {word}" for count, word in known[1:])])


@lru_cache(maxsize=64)
def difference(before: str, after: str) -> Difference:
    """Compare two programs by their lines. Blanks at the end of a line and of the program do not count."""
    old, new = lines_of(before), lines_of(after)
    quick = max(len(old), len(new)) > MOST_LINES
    matcher = difflib.SequenceMatcher(
        None, [line.rstrip() for line in old], [line.rstrip() for line in new], autojunk=quick
    )
    rows: list[Row] = []
    added = removed = 0
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what == "equal":
            rows += [Row("same", i + 1, j + 1) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)]
            continue
        removed, added = removed + i2 - i1, added + j2 - j1
        both = min(i2 - i1, j2 - j1)
        rows += [Row("changed", i1 + k + 1, j1 + k + 1) for k in range(both)]
        rows += [Row("removed", i + 1, 0) for i in range(i1 + both, i2)]
        rows += [Row("added", 0, j + 1) for j in range(j1 + both, j2)]
    return Difference(tuple(rows), added, removed)


def lines_of(source: str) -> list[str]:
    """The lines of a program, without empty ones at its end."""
    source = source.rstrip()
    return source.split("\n") if source else []


class Gap(Struct, frozen=True):
    """So many lines that are the same and not shown."""

    lines: int


def with_gaps(rows: Sequence[Row], context: int = CONTEXT) -> list[Row | Gap]:
    """The rows near a change; what lies between is a gap, where it is longer than a line that says so."""
    near: set[int] = set()
    for at, row in enumerate(rows):
        if row.kind != "same":
            near.update(range(at - context, at + context + 1))
    shown: list[Row | Gap] = []
    hidden: list[Row] = []
    for at, row in enumerate(rows):
        if at not in near:
            hidden.append(row)
            continue
        shown += _gap(hidden)
        hidden = []
        shown.append(row)
    return shown + _gap(hidden)


def _gap(hidden: list[Row]) -> list[Row | Gap]:
    return [Gap(len(hidden))] if len(hidden) > 1 else [*hidden]


def changed_words(before: str, after: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The ranges of characters in which two versions of a line differ.

    None where they have little in common, or are longer than anyone reads word by word.
    """
    if len(before) + len(after) > LONG:
        return [], []
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [], []
    ranges: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what == "equal":
            continue
        for side, words, a, b in ((ranges[0], old, i1, i2), (ranges[1], new, j1, j2)):
            start = len("".join(words[:a]))
            end = start + len("".join(words[a:b]))
            if end > start:
                side.append((start, end))
    return ranges


_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def as_patch(before: str, after: str, names: tuple[str, str]) -> str:
    """The difference as other programs read it: a unified diff."""
    old, new = (lines_of(source) for source in (before, after))
    return "\n".join(difflib.unified_diff(old, new, *names, lineterm=""))


def with_code(transcript: Transcript) -> list[Round]:
    """The rounds that have a program, oldest first."""
    return [this for this in transcript.rounds if this.code and this.code.source]


def code_before(transcript: Transcript, this: Round) -> Round | None:
    """The last round with a program before this one."""
    earlier = [other for other in with_code(transcript) if other.number < this.number]
    return earlier[-1] if earlier else None

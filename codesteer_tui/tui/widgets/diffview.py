"""Two programs and what changed between them: below one another, or side by side where there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from textual.content import Content

from codesteer_tui.tui.difference import Gap, Row, changed_words
from codesteer_tui.tui.widgets.code import folded, highlighted
from codesteer_tui.tui.widgets.laid import Laid

LEAST = 8
"""Columns that code has at least."""

BEHIND = {"removed": "on $error 20%", "added": "on $success 20%"}
SIGNS = {"same": (" ", "dim"), "removed": ("-", "bold $text-error"), "added": ("+", "bold $text-success")}
WORDS = "bold underline"
BAR = " | "


class DiffView(Laid):
    """The rows of a comparison. `starts` are the screen rows on which changes begin, once it was drawn."""

    def __init__(self, before: str, after: str, rows: Sequence[Row | Gap], *, side_by_side: bool) -> None:
        self.before = highlighted(before).split("\n", allow_blank=True)
        self.after = highlighted(after).split("\n", allow_blank=True)
        self.rows, self.side_by_side = rows, side_by_side
        self.starts: list[int] = []
        self._digits = max(3, len(str(max(len(self.before), len(self.after)))))

    def laid_out(self, width: int) -> Content:
        lines: list[Content] = []
        self.starts = []
        for is_change, group in groupby(self.rows, lambda row: isinstance(row, Row) and row.kind != "same"):
            if is_change:
                self.starts.append(len(lines))
            rows = list(group)
            lines += self._beside(rows, width) if self.side_by_side else self._below(rows, width)
        return Content("\n").join(lines)

    def _below(self, rows: Sequence[Row | Gap], width: int) -> Iterator[Content]:
        """What was removed, then what was added."""
        room = width - 2 * (self._digits + 1) - 2
        for row in rows:
            if isinstance(row, Gap):
                yield _said(row)
            elif row.kind == "same":
                yield from self._line("same", self._old(row), room, row.before, row.after)
            elif row.before:
                yield from self._line("removed", self._old(row), room, row.before, 0)
        for row in rows:
            if isinstance(row, Row) and row.kind != "same" and row.after:
                yield from self._line("added", self._new(row), room, 0, row.after)

    def _beside(self, rows: Sequence[Row | Gap], width: int) -> Iterator[Content]:
        """The older program on the left, the newer one on the right."""
        each = (width - len(BAR)) // 2
        room = each - self._digits - 3
        for row in rows:
            if isinstance(row, Gap):
                yield _said(row)
                continue
            same = row.kind == "same"
            left = (
                self._line("same" if same else "removed", self._old(row), room, row.before)
                if row.before
                else ()
            )
            right = (
                self._line("same" if same else "added", self._new(row), room, row.after) if row.after else ()
            )
            for first, second in zip_longest(left, right, fillvalue=Content("")):
                yield first.pad_right(max(0, each - first.cell_length)) + Content.styled(BAR, "dim") + second

    def _old(self, row: Row) -> Content:
        line = self.before[row.before - 1]
        return self._marked(line, row, 0) if row.kind == "changed" else line

    def _new(self, row: Row) -> Content:
        line = self.after[row.after - 1]
        return self._marked(line, row, 1) if row.kind == "changed" else line

    def _marked(self, line: Content, row: Row, side: int) -> Content:
        """The line with the words marked that differ from its other version."""
        ranges = changed_words(self.before[row.before - 1].plain, self.after[row.after - 1].plain)[side]
        for start, end in ranges:
            line = line.stylize(WORDS, start, end)
        return line

    def _line(self, kind: str, line: Content, room: int, *numbers: int) -> Iterator[Content]:
        """One line of code with its sign and numbers, on as many screen rows as it takes."""
        sign, style = SIGNS[kind]
        behind = BEHIND.get(kind)
        told = " ".join(f"{number or '':>{self._digits}}" for number in numbers)
        for part in folded(line, max(LEAST, room)).split("\n", allow_blank=True):
            code = part.stylize_before(behind) if behind and part.plain else part
            yield Content.assemble((f"{sign} ", style), (f"{told} ", "dim"), code)
            told = " " * len(told)


def _said(gap: Gap) -> Content:
    return Content.styled(f"  ... {gap.lines} lines that are the same ...", "dim italic")

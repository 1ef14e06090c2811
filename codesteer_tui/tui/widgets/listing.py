"""Code with line numbers, in which lines can be marked."""

from __future__ import annotations

from collections.abc import Collection

from textual.content import Content
from textual.css.styles import RulesMap
from textual.selection import Selection

from codesteer_tui.tui.widgets.code import folded, row_of, unfolded
from codesteer_tui.tui.widgets.laid import Laid

LEAST = 8
"""Columns that the code has at least, however narrow it is."""

MARKED = "bold $text-warning"


class Listing(Laid):
    """Code with its line numbers; a marked line has `>` before its number."""

    def __init__(self, code: Content, marked: Collection[int] = (), first: int = 1) -> None:
        self.code = code.plain
        self.lines = code.split("\n", allow_blank=True)
        self.first, self.marked = first, frozenset(marked)
        self._digits = max(3, len(str(first + len(self.lines) - 1)))

    @property
    def gutter(self) -> int:
        """Columns before the code."""
        return self._digits + 3  # the sign before the number, two blanks behind it

    def laid_out(self, width: int) -> Content:
        room = max(LEAST, width - self.gutter)
        return Content("\n").join(
            part
            for number, line in enumerate(self.lines, self.first)
            for part in self._rows(number, line, room)
        )

    def _rows(self, number: int, line: Content, room: int) -> list[Content]:
        marked = number in self.marked
        sign, style = (">", MARKED) if marked else (" ", "dim")
        code = folded(line, room)
        if marked and code.plain:
            code = code.stylize_before("on $warning 15%")
        rows = code.split("\n", allow_blank=True)
        gutters = [Content.styled(f"{sign}{number:>{self._digits}}  ", style)]
        gutters += [Content.styled(f"{sign}{'':>{self._digits}}  ", style)] * (len(rows) - 1)
        return [gutter + row for gutter, row in zip(gutters, rows, strict=True)]

    def extract(self, selection: Selection) -> str:
        """The selected code as it was written, without numbers and marks of folded lines."""
        code = "\n".join(row[self.gutter :] for row in self.shown.split("\n"))
        start, end = selection
        inside = [
            None if place is None else place._replace(x=max(0, place.x - self.gutter))
            for place in (start, end)
        ]
        return unfolded(Selection(*inside).extract(code))

    def row_of(self, at: int, width: int) -> int:
        """The row on which the character `at` of the code stands."""
        return row_of(self.code, at, max(LEAST, width - self.gutter))

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return max((line.cell_length for line in self.lines), default=0) + self.gutter

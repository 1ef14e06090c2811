"""Lines of styled text, and how they are put together: beside each other, below each other, as a grid.

What a line means never hangs on its colour: what breaks a rule is put between ``[`` and ``]``, and a legend says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from rich.cells import cell_len

from codesteer_tui.symbench import Look
from codesteer_tui.text import plain
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.words import cut

T = TypeVar("T")

Line: TypeAlias = tuple[Part, ...]

GAP = 4
"""Columns between two figures that stand beside each other."""


class Figure(Struct, frozen=True):
    """Some lines."""

    lines: tuple[Line, ...] = ()

    @property
    def width(self) -> int:
        """Columns of the longest line."""
        return max((line_width(line) for line in self.lines), default=0)

    @property
    def text(self) -> str:
        """The lines without styles."""
        return "\n".join("".join(_text(part) for part in line) for line in self.lines)

    @property
    def parts(self) -> list[Part]:
        """The lines as one text, neighbours of the same style as one part."""
        merged: list[Part] = []
        held: list[str] = []
        style = ""
        for at, line in enumerate(self.lines):
            for part in ("\n" if at else "", *line):
                its_text, its_style = (part, "") if isinstance(part, str) else part
                if its_style != style and ("reverse" in style or not its_text.isspace()):
                    merged.append(("".join(held), style))
                    held, style = [], its_style
                held.append(its_text)
        return [*merged, ("".join(held), style)]


def _text(part: Part) -> str:
    return part if isinstance(part, str) else part[0]


def line_width(line: Line) -> int:
    """Columns of a line."""
    return sum(cell_len(_text(part)) for part in line)


def figure(*lines: Line | str) -> Figure:
    """A figure of these lines."""
    return Figure(tuple((line,) if isinstance(line, str) else line for line in lines))


def below(*figures: Figure, gap: int = 1) -> Figure:
    """Figures below each other, with so many empty lines between them."""
    lines: list[Line] = []
    for one in figures:
        if one.lines:
            lines += [()] * gap if lines else []
            lines += one.lines
    return Figure(tuple(lines))


def beside(width: int, *figures: Figure) -> Figure:
    """Figures beside each other as far as they fit into `width` columns, the others below them."""
    rows: list[list[Figure]] = []
    for one in figures:
        if not one.lines:
            continue
        if rows and sum(f.width + GAP for f in rows[-1]) + one.width <= width:
            rows[-1].append(one)
        else:
            rows.append([one])
    return below(*(_joined(row) for row in rows))


def _joined(row: Sequence[Figure]) -> Figure:
    lines: list[Line] = []
    for at in range(max(len(one.lines) for one in row)):
        parts: list[Part] = []
        for one in row[:-1]:
            line = one.lines[at] if at < len(one.lines) else ()
            parts += [*line, " " * (one.width + GAP - line_width(line))]
        last = row[-1].lines
        lines.append((*parts, *(last[at] if at < len(last) else ())))
    return Figure(tuple(lines))


def hanging(head: Line, one: Figure, indent: int) -> Figure:
    """A figure behind a head, which takes the first `indent` columns."""
    first: Line = (*head, " " * max(0, indent - line_width(head)))
    lines = [(*(first if not at else (" " * indent,)), *line) for at, line in enumerate(one.lines)]
    return Figure(tuple(lines))


def titled(title: str, one: Figure) -> Figure:
    """A figure under a title."""
    return Figure((((title, "bold"),), *one.lines))


MOST_IN_A_CELL = 14
"""Characters; a longer text is cut."""


class Cell(Struct, frozen=True):
    """What stands in a cell of a grid, its style, and two signs, one on each side of it."""

    text: str
    style: str = ""
    around: str = "  "


WRONG, ODD = "[]", "()"
"""The signs around what breaks a rule, and around what a drawing points at otherwise."""

BAD, GOOD, NEW, GIVEN, FAINT = "bold $text-error", "bold $text-success", "$text-accent", "bold", "dim"
"""The styles that repeat what signs say."""


def wrong(text: str) -> Cell:
    """A cell that breaks a rule."""
    return Cell(text, BAD, WRONG)


def grid(
    rows: Sequence[Sequence[Cell]],
    *,
    first: int | None = 1,
    block: tuple[int, int] = (0, 0),
    names: tuple[Sequence[str], Sequence[str]] | None = None,
    most: int = MOST_IN_A_CELL,
) -> Figure:
    """A table of cells in a frame, all as wide as the widest; of a text at most `most` characters are shown.

    Rows and columns are numbered from `first`, or not with None; `names` are names of rows and of columns to put in the
    place of numbers. `block` are the rows and columns after which a line is drawn, 0 for none.
    """
    rows = [[Cell(inside(cell.text, most), cell.style, cell.around) for cell in row] for row in rows]
    width = max((cell_len(cell.text) for row in rows for cell in row), default=1)
    columns = max((len(row) for row in rows), default=0)
    if names is None and first is not None:
        names = ([str(first + k) for k in range(len(rows))], [str(first + k) for k in range(columns)])
    heads, tops = names or ([""] * len(rows), [])
    width = max([width, *(len(top) for top in tops)])
    margin = max((len(head) for head in heads), default=0)
    margin += 1 if margin else 0
    rule = _rule(columns, width, block[1], margin)
    lines: list[Line] = []
    if tops:
        pieces = [f" {top:>{width}} " for top in tops]
        lines.append(((" " * (margin + 1) + _bars(pieces, block[1], " "), FAINT),))
    lines.append(rule)
    for at, row in enumerate(rows):
        if block[0] and at and not at % block[0]:
            lines.append(rule)
        lines.append(_row(heads[at] if at < len(heads) else "", margin, row, columns, width, block[1]))
    return Figure((*lines, rule))


def inside(text: str, most: int = MOST_IN_A_CELL) -> str:
    """A text that fits into a cell, harmless and not too wide, whatever an answer has there."""
    return cut(plain(text[: 4 * most]), most)


def _bars(pieces: Sequence[str], every: int, bar: str) -> str:
    return "".join(
        (bar if every and at and not at % every else "") + piece for at, piece in enumerate(pieces)
    )


def _rule(columns: int, width: int, every: int, margin: int) -> Line:
    pieces = _bars(["-" * (width + 2)] * columns, every, "+")
    return ((f"{'':<{margin}}+{pieces}+", FAINT),)


def _row(head: str, margin: int, row: Sequence[Cell], columns: int, width: int, every: int) -> Line:
    parts: list[Part] = [(f"{head:>{max(0, margin - 1)}}{' ' if margin else ''}|", FAINT)]
    for at in range(columns):
        if every and at and not at % every:
            parts.append(("|", FAINT))
        cell = row[at] if at < len(row) else Cell("")
        space = " " * (width - cell_len(cell.text))
        parts.append((f"{space}{cell.around[0]}{cell.text}{cell.around[1]}", cell.style))
    return (*parts, ("|", FAINT))


def legend(*signs: tuple[str, str, str]) -> Figure:
    """What signs mean: each sign with its style and its words."""
    parts: list[Part] = []
    for sign, style, words in signs:
        parts += ["   "] if parts else []
        parts += [(sign, style), (f" {words}", FAINT)]
    return Figure((tuple(parts),)) if parts else Figure()


def wrapped(parts: Iterable[Line], width: int, gap: str = "   ") -> Figure:
    """Short pieces one after the other, in as many lines of `width` columns as they need."""
    lines: list[Line] = []
    used = 0
    for piece in parts:
        size = line_width(piece)
        if lines and used + len(gap) + size <= width:
            lines[-1] = (*lines[-1], gap, *piece)
            used += len(gap) + size
        else:
            lines.append(piece)
            used = size
    return Figure(tuple(lines))


def places(seen: Look) -> set[Any]:
    """All places that break a rule."""
    return {place for broken in seen.broken for place in broken.where}


def rows_of(cells: Sequence[T], width: int) -> list[list[T]]:
    """Cells that stand row by row, as rows."""
    return [list(cells[at : at + width]) for at in range(0, len(cells), width)]

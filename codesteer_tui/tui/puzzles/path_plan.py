"""The way through a room: a map with boxes and walls, the way of the answer, and the pieces that are not allowed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from string import ascii_uppercase
from typing import TypeAlias

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.path_plan import Parameters, Rectangle
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    GOOD,
    NEW,
    Figure,
    Line,
    below,
    legend,
    places,
    wrapped,
)

Point: TypeAlias = tuple[float, float]

MOST_COLUMNS, MOST_ROWS = 68, 26
"""The largest map."""

MOST_PIECES = 400
"""Pieces of a way that are drawn; a right one has a tenth of them."""

_WALL, _WAY, _BAD = "#", "*", "x"


class Map:
    """A raster of signs over a part of the plane."""

    def __init__(self, given: Parameters, width: int) -> None:
        xs = [x for box in self._all(given) for x in box[:2]] + [given.start[0], given.end[0]]
        ys = [y for box in self._all(given) for y in box[2:]] + [given.start[1], given.end[1]]
        self.left, self.low = min(xs), min(ys)
        self.across, self.up = max(max(xs) - self.left, 1e-9), max(max(ys) - self.low, 1e-9)
        self.columns = max(12, min(MOST_COLUMNS, width - 2))
        self.rows = max(6, min(MOST_ROWS, round(self.columns * self.up / self.across / 2.1)))
        self.cells: list[list[tuple[str, str]]] = [[(" ", "")] * self.columns for _ in range(self.rows)]

    @staticmethod
    def _all(given: Parameters) -> list[Rectangle]:
        return [*given.boxes.values(), *given.walls]

    def cell(self, at: Point) -> tuple[int, int]:
        """Row and column of a place, the nearest ones where it lies beyond the map."""
        x = max(-1.0, min(2.0, (at[0] - self.left) / self.across))
        y = max(-1.0, min(2.0, (at[1] - self.low) / self.up))
        return round((1 - y) * (self.rows - 1)), round(x * (self.columns - 1))

    def put(self, at: tuple[int, int], sign: str, style: str) -> None:
        """Put a sign into a cell; beyond the map nothing happens."""
        if 0 <= at[0] < self.rows and 0 <= at[1] < self.columns:
            self.cells[at[0]][at[1]] = (sign, style)

    def fill(self, box: Rectangle, sign: str, style: str) -> None:
        """Fill a rectangle; it takes one cell at least."""
        top, left = self.cell((min(box[:2]), max(box[2:])))
        bottom, right = self.cell((max(box[:2]), min(box[2:])))
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self.put((row, column), sign, style)

    def line(self, one: Point, other: Point, sign: str, style: str) -> None:
        """Draw a straight line."""
        (row, column), (to_row, to_column) = self.cell(one), self.cell(other)
        count = max(abs(to_row - row), abs(to_column - column), 1)
        for step in range(count + 1):
            at = row + (to_row - row) * step / count, column + (to_column - column) * step / count
            self.put((round(at[0]), round(at[1])), sign, style)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The map in a frame."""
        rule: Line = ((f"+{'-' * self.columns}+", FAINT),)
        return (rule, *((("|", FAINT), *_merged(row), ("|", FAINT)) for row in self.cells), rule)


def _merged(row: list[tuple[str, str]]) -> Iterator[Part]:
    """Neighbours of one style as one part."""
    text, style = "", ""
    for sign, its_style in row:
        if its_style != style:
            if text:
                yield text, style
            text, style = "", its_style
        text += sign
    yield text, style


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the room: capitals for boxes to visit, small letters for those to avoid, dots for others."""
    given = parameters_for(problem, Parameters)
    room = Map(given, width)
    letters = _letters(given)
    for colour, box in given.boxes.items():
        sign, style = _box(given, colour, letters[colour])
        room.fill(box, sign, style)
    for wall in given.walls:
        room.fill(wall, _WALL, FAINT)
    bad = places(seen) if seen else set()
    if seen and seen.value is not None:
        _draw_way(room, seen.value, bad)
    for name, sign, place in (("start", "S", given.start), ("end", "E", given.end)):
        row, column = room.cell(place)
        room.put((row, column), sign, "bold reverse")
        if name in bad:
            room.put((row, column - 1), "[", BAD)
            room.put((row, column + 1), "]", BAD)
    signs = [("S E", GIVEN, "start, end"), (_WALL, FAINT, "wall")]
    if seen and seen.value is not None:
        signs += [(_WAY, NEW, "the way"), ("o", NEW, "waypoint")]
    signs += [(_BAD, BAD, "a piece that is not allowed")] if any(isinstance(at, int) for at in bad) else []
    signs += [("[ ]", BAD, "the way misses it")] if not bad.isdisjoint(["start", "end", *given.visit]) else []
    boxes = wrapped((_named(given, colour, letters[colour], bad) for colour in given.boxes), width)
    return below(Figure(room.lines), boxes, legend(*signs))


def _draw_way(room: Map, way: list[tuple[Fraction, Fraction]], bad: set[object]) -> None:
    points = [(_bounded(x), _bounded(y)) for x, y in way[: MOST_PIECES + 1]]
    pieces = list(pairwise(points))
    for wrong in (False, True):
        for at, (one, other) in enumerate(pieces):
            if (at in bad) == wrong:
                room.line(one, other, _BAD if wrong else _WAY, BAD if wrong else NEW)
    for point in points:
        row, column = room.cell(point)
        room.put((row, column), "o", "bold $text-accent")


def _bounded(value: Fraction) -> float:
    return float(max(Fraction(-(10**9)), min(Fraction(10**9), value)))


def _letters(given: Parameters) -> dict[str, str]:
    """A letter for each box: its initial, or another one where that is taken."""
    found: dict[str, str] = {}
    for colour in given.boxes:
        wanted = [c for c in colour.upper() if c in ascii_uppercase and c not in "SEXO"] + list(
            ascii_uppercase
        )
        found[colour] = next((c for c in wanted if c not in found.values() and c not in "SEXO"), "Z")
    return found


def _box(given: Parameters, colour: str, letter: str) -> tuple[str, str]:
    if colour in given.visit:
        return letter, GOOD
    if colour in given.avoid:
        return letter.lower(), BAD
    return ".", FAINT


def _named(given: Parameters, colour: str, letter: str, bad: set[object]) -> Line:
    sign, style = _box(given, colour, letter)
    does = "visit" if colour in given.visit else "avoid" if colour in given.avoid else "either way"
    missed = (" [not visited]", BAD) if colour in bad else ""
    return ((sign, style), f" {colour[:20]}: {does}", missed)

"""2048: the grid with the tile that moves, its steps, and the grid of the answer."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.tile_2048 import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    NEW,
    ODD,
    Cell,
    Figure,
    below,
    beside,
    figure,
    grid,
    legend,
    places,
    rows_of,
    titled,
    wrong,
)

_ARROWS = {"u": "up", "d": "down", "l": "left", "r": "right"}
MOST_STEPS = 60
"""Steps that are listed."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the grid before the steps and the one of the answer; an empty cell is a dot."""
    given = parameters_for(problem, Parameters)
    start = tuple(given.start_pos)
    before = grid(
        [
            [_tile(value, moves=(at, column) == start) for column, value in enumerate(row)]
            for at, row in enumerate(given.grid)
        ]
    )
    steps = figure(f"steps: {' '.join(_ARROWS[step] for step in given.moves[:MOST_STEPS])}" + (
        " ..." if len(given.moves) > MOST_STEPS else ""
    ))  # fmt: skip
    mover = _text(given.grid[start[0]][start[1]])
    signs = [(f"({mover})", NEW, "the tile that moves"), (".", FAINT, "empty")]
    panels = [titled("before", before)]
    bad = places(seen) if seen else set()
    if seen and seen.value is not None:
        cells = [
            [wrong(_text(value)) if (at, column) in bad else _tile(value) for column, value in enumerate(row)]
            for at, row in enumerate(rows_of(seen.value, len(given.grid[0])))
        ]
        panels.append(titled("answer", grid(cells)))
    if bad:
        signs.append(("[2]", BAD, "wrong"))
    return below(beside(width, *panels), steps, legend(*signs))


def _text(value: int) -> str:
    if not value:
        return "."
    return str(value) if abs(value) < 10**12 else "huge"


def _tile(value: int, *, moves: bool = False) -> Cell:
    if moves:
        return Cell(_text(value), NEW, ODD)
    return Cell(_text(value), GIVEN if value else FAINT)

"""Rotating a matrix: the matrix before its rotation, and the one of the answer."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.matrix_transformation import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
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


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the matrix, and the rotated one with its wrong cells."""
    matrix = parameters_for(problem, Parameters).matrix
    before = titled("before", grid([[Cell(cell) for cell in row] for row in matrix]))
    if seen is None or seen.value is None:
        return below(before, figure("to be rotated by a quarter turn clockwise"))
    bad = places(seen)
    cells = [
        [wrong(cell) if (at, column) in bad else Cell(cell) for column, cell in enumerate(row)]
        for at, row in enumerate(rows_of(seen.value, len(matrix)))
    ]
    signs = legend(("[A]", BAD, "wrong")) if bad else Figure()
    return below(beside(width, before, titled("answer", grid(cells))), signs)

"""Pooling: the matrix, and the values of the answer, one for each place of the window."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.pooling import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    GIVEN,
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
    """Draw the matrix with the first window, and the values with those that are wrong."""
    given = parameters_for(problem, Parameters)
    side = given.window_size
    matrix = grid(
        [
            [
                Cell(str(value), GIVEN if at < side and column < side else "")
                for column, value in enumerate(row)
            ]
            for at, row in enumerate(given.matrix)
        ]
    )
    what = "the largest value" if given.pooling_type == "max" else "the average"
    wanted = figure(f"{what} of every window of {side} rows and {side} columns; bold: the first one")
    panels = [titled("matrix", matrix)]
    bad = places(seen) if seen else set()
    if seen and seen.value is not None:
        cells = [
            [wrong(value) if (at, column) in bad else Cell(value) for column, value in enumerate(row)]
            for at, row in enumerate(rows_of(seen.value, len(given.matrix[0]) - side + 1))
        ]
        panels.append(titled("answer", grid(cells)))
    return below(beside(width, *panels), wanted, legend(("[1]", BAD, "wrong")) if bad else Figure())

"""Sudoku: the given digits, and beside them the full grid with the cells that break a rule."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.standard_sudoku import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    NEW,
    Cell,
    Figure,
    below,
    beside,
    grid,
    legend,
    places,
    titled,
    wrong,
)


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the puzzle, and the answer with its digits."""
    puzzle = parameters_for(problem, Parameters).puzzle
    given = grid(
        [[Cell(str(digit), GIVEN) if digit else Cell(".", FAINT) for digit in row] for row in puzzle],
        block=(3, 3),
    )
    if seen is None or seen.value is None:
        return titled("puzzle", given)
    bad = places(seen)
    rows = [
        [
            wrong(text) if (at, column) in bad else Cell(text, GIVEN if puzzle[at][column] else NEW)
            for column, text in enumerate(row)
        ]
        for at, row in enumerate(seen.value)
    ]
    answer = titled("answer", grid(rows, block=(3, 3)))
    signs = [("bold", GIVEN, "given")]
    return below(
        beside(width, answer, titled("puzzle", given)),
        legend(*signs, *([("[1]", BAD, "breaks a rule")] if bad else [])),
    )

"""The letter square: the given letters, and the full square with the cells that break a rule."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.letter_logic_diagram import Parameters
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
    grid,
    legend,
    places,
    titled,
    wrong,
)


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the square; its minor diagonal, which holds one letter only, is between round brackets."""
    puzzle = parameters_for(problem, Parameters).grid
    size = len(puzzle)

    def around(row: int, column: int) -> str:
        return ODD if row + column == size - 1 else "  "

    given = grid(
        [
            [
                Cell(letter, GIVEN, around(at, column)) if letter else Cell(".", FAINT, around(at, column))
                for column, letter in enumerate(row)
            ]
            for at, row in enumerate(puzzle)
        ]
    )
    signs = [("( )", FAINT, "one letter only")]
    if seen is None or seen.value is None:
        return below(titled("puzzle", given), legend(*signs))
    bad = places(seen)
    cells = [
        [
            wrong(letter)
            if (at, column) in bad
            else Cell(letter, GIVEN if puzzle[at][column] else NEW, around(at, column))
            for column, letter in enumerate(row)
        ]
        for at, row in enumerate(seen.value)
    ]
    signs += [("bold", GIVEN, "given"), *([("[a]", BAD, "breaks a rule")] if bad else [])]
    return below(beside(width, titled("answer", grid(cells)), titled("puzzle", given)), legend(*signs))

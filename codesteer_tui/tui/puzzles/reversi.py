"""Reversi: the board with the moves that are made on it, and the board of the answer."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.reversi import Parameters
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
    rows_of,
    titled,
    wrapped,
    wrong,
)

_SIGNS = {"0": ("#", GIVEN), "1": ("o", GIVEN), "*": (".", FAINT)}


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw black as #, white as o; the moves are numbered on the board on which they are made."""
    given = parameters_for(problem, Parameters)
    numbers = {(row - 1, column - 1): number for number, (row, column) in enumerate(given.moves, 1)}
    before = grid(
        [
            [
                Cell(str(numbers[at, column]), NEW, ODD) if (at, column) in numbers else _piece(piece)
                for column, piece in enumerate(row)
            ]
            for at, row in enumerate(given.true_start_board)
        ]
    )
    first = given.first == "0"
    moves = wrapped(
        (
            (f"({number}) {'#' if (number % 2 == 1) == first else 'o'} to {row}, {column}",)
            for number, (row, column) in enumerate(given.moves, 1)
        ),
        width,
    )
    panels = [titled("before the moves", before)]
    bad = places(seen) if seen else set()
    if seen and seen.value is not None:
        cells = [
            [
                wrong(_SIGNS[piece][0]) if (at, column) in bad else _piece(piece)
                for column, piece in enumerate(row)
            ]
            for at, row in enumerate(rows_of(seen.value, given.board_size))
        ]
        panels.append(titled("answer", grid(cells)))
    signs = [("#", GIVEN, "black (0)"), ("o", GIVEN, "white (1)"), ("(1)", NEW, "a move")]
    signs += [("[o]", BAD, "wrong")] if bad else []
    return below(beside(width, *panels), moves, legend(*signs))


def _piece(piece: str) -> Cell:
    return Cell(*_SIGNS[piece])

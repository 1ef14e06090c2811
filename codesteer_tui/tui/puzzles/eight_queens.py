"""Queens: the board with its forbidden squares, the given queens and those of the answer, and which attack others."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.eight_queens import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    NEW,
    ODD,
    Cell,
    Figure,
    below,
    grid,
    legend,
    places,
    wrong,
)


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the board: Q for a given queen, q for one of the answer, X for a forbidden square."""
    parameters = parameters_for(problem, Parameters)
    given, size = set(parameters.squares("1")), len(parameters.initial_board)
    queens = set() if seen is None or seen.value is None else set(seen.value)
    bad = places(seen) if seen else set()
    attacked = set() if queens else _attacked(given, size)

    def cell(row: int, column: int) -> Cell:
        at = row, column
        here, forbidden = at in queens or at in given, parameters.initial_board[row][column] == "X"
        sign = ("Q" if at in given else "q") if here else "X" if forbidden else "."
        if at in bad:
            return wrong(sign)
        if here:
            return Cell(sign, GIVEN if at in given else NEW)
        return Cell(sign, FAINT, ODD if at in attacked and not forbidden else "  ")

    board = grid([[cell(row, column) for column in range(size)] for row in range(size)], first=0)
    signs = [("Q", GIVEN, "given"), ("X", FAINT, "forbidden")]
    signs += [("q", NEW, "placed")] if queens else [("(.)", FAINT, "attacked")] if attacked else []
    signs += [("[q]", BAD, "breaks a rule")] if bad else []
    off = sorted(at for at in queens if not (0 <= at[0] < size and 0 <= at[1] < size))
    note = [((f"[not on the board: {', '.join(f'{r} {c}' for r, c in off[:6])}]", BAD),)] if off else []
    return below(board, Figure(tuple(note)), legend(*signs))


def _attacked(queens: set[tuple[int, int]], size: int) -> set[tuple[int, int]]:
    """The squares that the queens attack."""
    return {
        (row, column)
        for row in range(size)
        for column in range(size)
        for at, over in queens
        if (row, column) != (at, over)
        and (row == at or column == over or abs(row - at) == abs(column - over))
    }

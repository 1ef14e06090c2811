"""Selecting numbers: the grid with the selected numbers, and those that break a rule."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.logic_puzzle import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    NEW,
    ODD,
    Cell,
    Figure,
    below,
    figure,
    grid,
    legend,
    places,
    wrong,
)

_CONDITIONS = {
    "sum_le_4": "each row and column: the selected numbers sum to at most 4",
    "product_gt_0": "each row and column: the product of the selected numbers is greater than 0",
}


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the grid; selected numbers are between round brackets, those at fault between square ones."""
    given = parameters_for(problem, Parameters)
    chosen = set() if seen is None or seen.value is None else set(seen.value)
    bad = places(seen) if seen else set()

    def cell(at: tuple[int, int], number: int) -> Cell:
        if at in bad:
            return wrong(str(number))
        return Cell(str(number), NEW, ODD) if at in chosen else Cell(str(number), FAINT if chosen else "")

    cells = [[cell((at, column), n) for column, n in enumerate(row)] for at, row in enumerate(given.grid)]
    wanted = figure(
        f"select {given.num_selections} different numbers, among them the one at the top right",
        _CONDITIONS[given.constraints.type],
    )
    signs = [("(1)", NEW, "selected")] if chosen else []
    signs += [("[1]", BAD, "breaks a rule")] if bad else []
    off = sorted(at for at in chosen if not (0 <= at[0] < len(given.grid) and 0 <= at[1] < len(given.grid)))
    beyond = (
        figure(((f"[not in the grid: {', '.join(f'{r} {c}' for r, c in off[:6])}]", BAD),))
        if off
        else Figure()
    )
    return below(grid(cells, first=0), wanted, beyond, legend(*signs))

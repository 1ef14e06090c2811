"""What the published judge of logic_puzzle accepts.

It counts the positions that it could read and holds every row and column against the condition, but asks neither for
the top right cell nor for different numbers, cells that differ, or cells within the grid.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.judges.eight_queens import leading_pairs
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.task import read_parameters
from codesteer_tui.symbench.tasks.logic_puzzle import Parameters
from codesteer_tui.values import Verdict

_MOST = 4


def accepts(problem: Problem, text: str) -> bool:
    """Say whether as many positions are read as are stored, and all rows and columns meet the condition."""
    parameters = read_parameters(problem, Parameters)
    if isinstance(parameters, Verdict):
        raise Crash(parameters.reason)
    cells = leading_pairs(text)
    if len(cells) != parameters.num_selections:
        return False
    lines = _selected_by_line(parameters.grid, set(cells))
    if parameters.constraints.type == "sum_le_4":
        return all(sum(line) <= _MOST for line in lines)
    return all(prod(line) > 0 for line in lines)


def _selected_by_line(grid: list[list[int]], cells: set[tuple[int, int]]) -> Iterator[list[int]]:
    size = range(len(grid))
    for row in size:
        yield [grid[row][column] for column in size if (row, column) in cells]
    for column in size:
        yield [grid[row][column] for row in size if (row, column) in cells]

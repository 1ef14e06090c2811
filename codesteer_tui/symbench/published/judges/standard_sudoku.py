"""What the published judge of standard_sudoku accepts.

It reads JSON and nothing else, looks at the first nine items of the first nine rows, and compares values: 5.0 is 5, and
true is 1. A box may hold what it likes between 1 and 9, as long as nothing repeats.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.task import read_parameters
from codesteer_tui.symbench.tasks.standard_sudoku import Parameters
from codesteer_tui.values import Verdict

_NINE = range(9)


def accepts(problem: Problem, text: str) -> bool:
    """Say whether the JSON value has the given digits, and nine different values in every row, column and box."""
    parameters = read_parameters(problem, Parameters)
    if isinstance(parameters, Verdict):
        raise Crash(parameters.reason)
    try:
        rows = json.loads(text.strip())
        return _solves(rows, parameters.puzzle)
    except (ValueError, TypeError, LookupError, RecursionError):
        return False


def _solves(rows: Any, puzzle: list[list[int]]) -> bool:
    cells = {(row, column): rows[row][column] for row in _NINE for column in _NINE}
    kept = all(puzzle[row][column] in (0, value) for (row, column), value in cells.items())
    in_range = not any(value < 1 or value > 9 for value in cells.values())
    return kept and in_range and all(_all_different(cells[place] for place in unit) for unit in _units())


def _units() -> list[list[tuple[int, int]]]:
    rows = [[(row, column) for column in _NINE] for row in _NINE]
    columns = [[(row, column) for row in _NINE] for column in _NINE]
    boxes = [[(3 * (box // 3) + at // 3, 3 * (box % 3) + at % 3) for at in _NINE] for box in _NINE]
    return rows + columns + boxes


def _all_different(values: Iterable[Any]) -> bool:
    return len(set(values)) == len(_NINE)

"""What the published judge of eight_queens accepts.

It wants exactly eight queens whatever the size of the board, and asks neither whether they stand on it nor whether the
given queens are among them. It reads pairs from the left and leaves the rest unread from the first that is none.
"""

from __future__ import annotations

from itertools import combinations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.task import read_parameters
from codesteer_tui.symbench.tasks.eight_queens import Parameters
from codesteer_tui.values import Verdict

_QUEENS = 8


def accepts(problem: Problem, text: str) -> bool:
    """Say whether eight pairs are read, none of which is forbidden or attacks another."""
    parameters = read_parameters(problem, Parameters)
    if isinstance(parameters, Verdict):
        raise Crash(parameters.reason)
    queens = leading_pairs(text)
    if len(queens) != _QUEENS or set(queens) & set(parameters.squares("X")):
        return False
    return not any(a == c or b == d or abs(a - c) == abs(b - d) for (a, b), (c, d) in combinations(queens, 2))


def leading_pairs(text: str) -> list[tuple[int, int]]:
    """Read "row column" between commas, up to the first part that is not two integers."""
    found: list[tuple[int, int]] = []
    for part in text.split(","):
        try:
            row, column = map(int, part.split())
        except ValueError:
            break
        found.append((row, column))
    return found

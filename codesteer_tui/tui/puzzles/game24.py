"""The Game of 24: the numbers with those that are used, and the expression worked out step by step."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.game24 import Parameters, solution_of
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    Figure,
    Line,
    below,
    figure,
    inside,
    legend,
    wrapped,
)
from codesteer_tui.tui.puzzles.working import steps_of

MOST_NUMBERS = 100
"""Numbers and steps that are shown."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the numbers, and how the value of the expression comes about."""
    given = parameters_for(problem, Parameters)
    target = figure((("make ", FAINT), (str(given.target), GIVEN)))
    if seen is None or seen.value is None:
        numbers: list[Line] = [((str(number), GIVEN),) for number in given.numbers[:MOST_NUMBERS]]
        return below(wrapped(numbers, width), target)
    solution = solution_of(seen.value)
    used = Counter(solution.numbers)
    shown: list[Line] = []
    for number in given.numbers[:MOST_NUMBERS]:
        there = used[number] > 0
        used[number] -= there
        shown.append(((str(number), GIVEN),) if there else ((f"[{number}]", BAD),))
    more = islice((+used).elements(), MOST_NUMBERS)
    extra: list[Line] = [((f"[+{inside(str(number))}]", BAD),) for number in more]
    off = Counter(given.numbers) != Counter(solution.numbers)
    signs = [("[1]", BAD, "not used"), ("[+1]", BAD, "not there, or used too often")] if off else []
    steps = Figure() if off else figure(*steps_of(solution, given.target))
    return below(wrapped([*shown, *extra], width), target, steps, legend(*signs))

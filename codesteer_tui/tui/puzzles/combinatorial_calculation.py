"""Combinatorial calculation: the numbers in their order, and the expression worked out step by step."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.combinatorial_calculation import Parameters
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
    places,
    wrapped,
)
from codesteer_tui.tui.puzzles.working import steps_of


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the numbers, those that the answer has in their place, and how its value comes about."""
    given = parameters_for(problem, Parameters)
    target = figure((("make ", FAINT), (str(given.target), GIVEN), (" of these, in this order", FAINT)))
    wanted = wrapped([((str(number), GIVEN),) for number in given.numbers], width)
    if seen is None or seen.value is None:
        return below(target, wanted)
    bad = places(seen)
    used: list[Line] = []
    for at, number in enumerate(seen.value.numbers[: 2 * len(given.numbers)]):
        text = inside(str(number))
        used.append(((f"[{text}]", BAD),) if at in bad or at >= len(given.numbers) else (text,))
    same = seen.value.numbers == tuple(given.numbers)
    answer = Figure() if same else below(figure((("the answer has", FAINT),)), wrapped(used, width), gap=0)
    short = len(seen.value.numbers) < len(given.numbers)
    missing = figure((("[numbers are missing]", BAD),)) if short else Figure()
    steps = figure(*steps_of(seen.value, given.target)) if same else Figure()
    return below(
        target, wanted, answer, missing, steps, legend(("[1]", BAD, "not as given")) if bad else Figure()
    )

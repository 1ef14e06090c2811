"""Scores of runs: the string, and, once there is an answer, the runs that score."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.statistical_counting import Parameters, scored
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    GOOD,
    Figure,
    Line,
    below,
    figure,
    inside,
    legend,
    wrapped,
)
from codesteer_tui.tui.puzzles.long_text import long_text


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the string; with an answer, the runs that score as well, which would give the answer away before."""
    given = parameters_for(problem, Parameters)
    points: list[Line] = [
        ((inside(rule.letter), GIVEN), f" {rule.score}", (f" from {rule.min_consecutive} on", FAINT))
        for rule in given.rules
    ]
    answered = seen is not None and seen.value is not None
    runs = scored(given) if answered else []
    marked = {at for start, end, _ in runs for at in range(start, end)}

    def marks(start: int, end: int) -> Line | None:
        signs = "".join("^" if at in marked else " " for at in range(start, end)).rstrip()
        return ((signs, GOOD),) if answered else None

    string = long_text(given.sequence, width, marks)
    if seen is None or seen.value is None:
        return below(wrapped(points, width), string)
    said = inside(str(seen.value)) if abs(seen.value) < 10**12 else "a long number"
    score = figure((("the answer  ", FAINT), (f"[{said}]", BAD) if seen.broken else (said, GIVEN)))
    signs = [("^", GOOD, "a run that scores"), *([("[ ]", BAD, "wrong")] if seen.broken else [])]
    return below(wrapped(points, width), string, score, legend(*signs))

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

MOST_LETTERS = 2_000
"""Letters that are drawn; the longest strings that are made have 500."""

HEAD = 6
"""Columns for the number of a line's first letter."""


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
    size = max(10, min(60, width - HEAD) // 10 * 10)
    shown = given.sequence[:MOST_LETTERS]
    lines: list[Line] = []
    for start in range(0, max(1, len(shown)), size):
        lines.append(((f"{start + 1:>{HEAD - 2}}  ", FAINT), shown[start : start + size]))
        if answered:
            marks = "".join("^" if at in marked else " " for at in range(start, start + size)).rstrip()
            lines.append((" " * HEAD, (marks, GOOD)))
    if len(given.sequence) > MOST_LETTERS:
        lines.append(((f"and {len(given.sequence) - MOST_LETTERS} letters more", FAINT),))
    if seen is None or seen.value is None:
        return below(wrapped(points, width), Figure(tuple(lines)))
    said = inside(str(seen.value)) if abs(seen.value) < 10**12 else "a long number"
    score = figure((("the answer  ", FAINT), (f"[{said}]", BAD) if seen.broken else (said, GIVEN)))
    signs = [("^", GOOD, "a run that scores"), *([("[ ]", BAD, "wrong")] if seen.broken else [])]
    return below(wrapped(points, width), Figure(tuple(lines)), score, legend(*signs))

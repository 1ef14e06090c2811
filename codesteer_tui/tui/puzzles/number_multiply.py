"""Multiplication: the factors below each other, and the product of the answer with its wrong digits."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.number_multiply import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    Figure,
    Line,
    below,
    figure,
    legend,
    places,
)

MOST_DIGITS = 400
"""Digits that are drawn."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the factors as on paper; below the product of the answer an x for each wrong digit."""
    values = parameters_for(problem, Parameters).values
    answer = None if seen is None or seen.value is None else str(seen.value)[:MOST_DIGITS]
    texts = [str(value)[:MOST_DIGITS] for value in values]
    room = max(len(text) for text in [*texts, answer or "?"])
    lines: list[Line] = []
    for at, text in enumerate(texts):
        lines.append((("x " if at else "  ", FAINT), (f"{text:>{room}}", GIVEN)))
    lines.append((("-" * (room + 2), FAINT),))
    lines.append((("= ", FAINT), f"{answer or '?':>{room}}"))
    bad = places(seen) if seen else set()
    if answer and bad:
        first = 1 if answer.startswith("-") else 0
        wrong = {0 if at == "sign" else at + first for at in bad}
        marks = "".join("x" if at in wrong else " " for at in range(len(answer)))
        lines.append((f"  {'':<{room - len(answer)}}", (marks.rstrip(), BAD)))
    signs = [("x", BAD, "[a wrong digit, or a wrong sign]")] if bad else []
    return below(figure(*lines), legend(*signs))

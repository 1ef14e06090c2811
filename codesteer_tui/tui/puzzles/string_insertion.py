"""Insertion into a string: the string, and the one of the answer with its first wrong letter."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.string_insertion import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    Figure,
    Line,
    below,
    legend,
    places,
    titled,
)

MOST_LETTERS = 2_000
"""Letters that are drawn; the longest right answers of the benchmark have half of them."""

HEAD = 6
"""Columns for the number of a line's first letter."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw both strings in lines that begin with the number of their first letter; an x marks where they go wrong."""
    given = parameters_for(problem, Parameters).original_string
    before = titled("before", _text(given, None, width))
    if seen is None or seen.value is None:
        return before
    bad = min(places(seen), default=None)
    signs = (
        legend(("x", BAD, "[the first wrong letter, or where one is missing]"))
        if bad is not None
        else Figure()
    )
    return below(before, titled("answer", _text(seen.value, bad, width)), signs)


def _text(text: str, bad: int | None, width: int) -> Figure:
    size = max(10, min(60, width - HEAD) // 10 * 10)
    lines: list[Line] = []
    shown = text[:MOST_LETTERS]
    for start in range(0, max(1, len(shown)), size):
        lines.append(((f"{start + 1:>{HEAD - 2}}  ", FAINT), shown[start : start + size]))
        if bad is not None and (start <= bad < start + size or bad == len(shown) == start + size):
            lines.append((" " * (HEAD + bad - start), ("x", BAD)))
    if len(text) > MOST_LETTERS:
        lines.append(((f"and {len(text) - MOST_LETTERS} letters more", FAINT),))
    return Figure(tuple(lines))

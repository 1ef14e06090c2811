"""Insertion into a string: the string, and the one of the answer with its first wrong letter."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.string_insertion import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    Figure,
    Line,
    below,
    legend,
    places,
    titled,
)
from codesteer_tui.tui.puzzles.long_text import MOST_LETTERS, long_text


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
    length = min(len(text), MOST_LETTERS)

    def mark(start: int, end: int) -> Line | None:
        if bad is None or not (start <= bad < end or bad == length == end):
            return None
        return (" " * (bad - start), ("x", BAD))

    return long_text(text, width, mark)

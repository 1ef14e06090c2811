"""Counting letters: the word with the listed positions below it, right, wrong or missing."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.letters import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    GOOD,
    Figure,
    Line,
    below,
    figure,
    legend,
    places,
)
from codesteer_tui.tui.puzzles.long_text import MOST_LETTERS, long_text


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the word in lines that begin with their position, and below them a sign for each position listed."""
    given = parameters_for(problem, Parameters)
    wanted = figure((("count ", FAINT), (given.letter, GIVEN), (", positions from 1", FAINT)))
    listed: set[int] = set()
    bad = places(seen) if seen else set()
    if seen and seen.value is not None:
        listed = set(seen.value[1])
        wanted = figure((("count of ", FAINT), (given.letter, GIVEN), f": {seen.value[0]}"))

    def marks(start: int, end: int) -> Line | None:
        if seen is None or seen.value is None:
            return None
        last = min(end, len(given.word), MOST_LETTERS)
        return tuple(_mark(at, listed, bad) for at in range(start + 1, last + 1))

    beyond = sorted(at for at in listed if not 1 <= at <= len(given.word))
    off = figure(((f"[not in the word: {', '.join(map(str, beyond[:8]))}]", BAD),)) if beyond else Figure()
    signs = [("^", GOOD, "listed")] if listed else []
    signs += [("x", BAD, "[wrongly listed]"), ("!", BAD, "[missing]")] if bad else []
    return below(wanted, long_text(given.word, width, marks), off, legend(*signs))


def _mark(at: int, listed: set[int], bad: set[int]) -> tuple[str, str]:
    if at in bad:
        return ("x" if at in listed else "!"), BAD
    return ("^", GOOD) if at in listed else (" ", "")

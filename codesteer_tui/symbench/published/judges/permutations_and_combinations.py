"""permutations_and_combinations: the stated conditions only; a list may lack books, and have others."""

from __future__ import annotations

import json

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.reading.answer import Unreadable
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.permutations_and_combinations import Condition, Parameters, conditions_of


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says of a JSON list, of an object's keys or a string's letters.

    Raises:
        Crash: the problem's conditions are not of the published kinds.
    """
    conditions = conditions_of(parameters_for(problem, Parameters))
    if isinstance(conditions, Unreadable):
        raise Crash(conditions.reason)
    if text.strip() in ("", "[]"):
        return False
    try:
        place = {book: at for at, book in enumerate(json.loads(text.strip()), 1)}
    except (ValueError, TypeError, RecursionError):
        return False
    return all(_holds(condition, place) for condition in conditions)


def _holds(condition: Condition, place: dict[object, int]) -> bool:
    """Whether a condition holds; a missing book is nowhere, which breaks all but that it is not at a position."""
    here, there = place.get(condition.book), place.get(condition.other)
    if condition.kind == "not at":
        return here != condition.position
    if condition.kind == "at":
        return here == condition.position
    if here is None or there is None:
        return False
    if condition.kind == "next to":
        return abs(here - there) == 1
    return here < there if condition.kind == "left of" else here > there

"""string_insertion as published: the text between the markers, stripped, has to be the stored string."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.task import gold_text


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says: equality, quotes and case included."""
    gold = gold_text(problem)
    if gold is None:
        raise Crash("the problem has no stored answer")
    return text.strip() == gold

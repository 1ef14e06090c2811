"""string_deletion_and_modification as published: the text has to be the stored string, without quotes and not empty."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.task import gold_text


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says: the quotes that the question asks for make an answer wrong."""
    gold = gold_text(problem)
    if gold is None:
        raise Crash("the problem has no stored answer")
    answer = text.strip()
    return answer not in ("", "[]") and answer == gold.strip('"')

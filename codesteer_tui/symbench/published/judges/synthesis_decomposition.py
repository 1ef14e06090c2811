"""synthesis_decomposition as published: parts between commas against the stored strings, without brackets.

What is stored has five counts always; a question of levels 1 and 2 asks for three of them, of 3 and 4 for four.
"""

from __future__ import annotations

import re

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.task import gold_text

_STORED = 5


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says: the brackets that the question asks for make an answer wrong."""
    gold = gold_text(problem)
    level = problem.parameters.get("complexity")
    if gold is None or not isinstance(level, int):
        raise Crash("the problem has no stored answer, or no level")
    stored = re.findall("[0-9]+", gold)
    if len(stored) == _STORED:
        stored = stored if level > 4 else stored[:4] if level > 2 else [*stored[:2], stored[3]]
    return [part.strip() for part in text.strip().split(",")] == stored

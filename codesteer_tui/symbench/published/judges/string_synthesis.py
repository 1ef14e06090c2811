"""string_synthesis as published: brackets, quotes, commas and blanks are dropped, and every digit is a count."""

from __future__ import annotations

import re

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.task import gold_text

_DROPPED = str.maketrans("", "", "[]', ")


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says; a count of two digits can never be right."""
    gold = gold_text(problem)
    if gold is None:
        raise Crash("the problem has no stored answer")
    digits = list(text.strip().translate(_DROPPED))
    try:
        counts = [int(digit) for digit in digits]
    except ValueError:
        return False
    return bool(counts) and counts == [int(count) for count in re.findall("[0-9]+", gold)]

"""cryptanalysis as published: the text has to be the stored symbols, glued together without anything between."""

from __future__ import annotations

import re

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.task import gold_text


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says: the list that the question asks for is rejected."""
    gold = gold_text(problem)
    if gold is None:
        raise Crash("the problem has no stored answer")
    return text.strip() == "".join(re.findall("[0-9A-Z]", gold))

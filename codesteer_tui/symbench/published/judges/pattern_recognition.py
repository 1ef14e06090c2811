"""What the published judge of pattern_recognition accepts: the stored row and column between commas, without brackets.

Whatever follows a second comma is not looked at.
"""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.reading.lists import integers
from codesteer_tui.symbench.task import gold_text


def accepts(problem: Problem, text: str) -> bool:
    """Say whether the first two parts between commas are the stored row and column."""
    stored = integers(gold_text(problem) or "")
    try:
        return [int(part) for part in text.split(",", 2)[:2]] == stored
    except ValueError:
        return False

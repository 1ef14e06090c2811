"""new_operator: the same floating-point number as the stored one, to the last digit; fractions are none."""

from __future__ import annotations

from fractions import Fraction

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.task import gold_text


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says. The fraction that is stored for a generated problem counts as its float."""
    try:
        return float(text.strip()) == float(Fraction(gold_text(problem) or ""))
    except (ValueError, ArithmeticError):
        return False

"""The published judge of pooling: integers between commas, equal to the stored values; so averages hardly ever pass."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.task import gold_text


def accepts(problem: Problem, text: str) -> bool:
    """Compare integer by integer; anything that is not an integer is rejected, "16.0" included."""
    try:
        return [int(part) for part in text.split(",")] == _stored(gold_text(problem) or "")
    except (ValueError, ArithmeticError, msgspec.MsgspecError):
        return False


def _stored(gold: str) -> list[float | Fraction]:
    """Read the stored rows, which are JSON, or the one list of a generated problem."""
    if gold.startswith("[["):
        return [value for row in msgspec.json.decode(gold, type=list[list[float]]) for value in row]
    return [Fraction(part.strip()) for part in gold.split(",")]

"""The published judge of 2048: the cells between commas are those of the stored grid; line breaks separate nothing."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.task import gold_text


def accepts(problem: Problem, text: str) -> bool:
    """Compare cell by cell as strings; only the stored grid is also split at its line breaks."""
    stored = (gold_text(problem) or "").replace("\n", ",")
    return [cell.strip() for cell in text.split(",")] == [cell.strip() for cell in stored.split(",")]

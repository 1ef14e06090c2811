"""The published judge of reversi: the cells between commas are those of the stored board."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.task import gold_text


def accepts(problem: Problem, text: str) -> bool:
    """Compare cell by cell, split at commas and at nothing else."""
    return [cell.strip() for cell in text.split(",")] == [
        cell.strip() for cell in (gold_text(problem) or "").split(",")
    ]

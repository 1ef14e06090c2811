"""What the published judge of light_puzzles accepts: the stored list, as integers between commas and nothing else."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.reading.lists import integers
from codesteer_tui.symbench.task import gold_text


def accepts(problem: Problem, text: str) -> bool:
    """Say whether the integers between the commas are the stored ones."""
    stored = integers(gold_text(problem) or "")
    try:
        return [int(part) for part in text.split(",")] == stored
    except ValueError:
        return False

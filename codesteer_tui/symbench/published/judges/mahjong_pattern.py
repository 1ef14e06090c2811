"""The published judge of mahjong_pattern: the stored result, and a crash where the answer is none."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.reading.answer import shorten
from codesteer_tui.symbench.task import gold_text


def accepts(problem: Problem, text: str) -> bool:
    """Compare integers as Python reads them; only an empty answer is rejected without a look.

    Raises:
        Crash: the answer is not an integer.
    """
    answer = text.strip()
    if not answer:
        return False
    try:
        value = int(answer)
    except ValueError:
        raise Crash(f'"{shorten(answer)}" is not an integer') from None
    return str(value) == gold_text(problem)

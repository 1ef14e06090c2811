"""What the published judge of letter_logic_diagram accepts: the stored square and no other solution.

It wants lists within a list, ``[[a,b],[c,d]]``, without quotes and without blanks between the rows.
"""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.reading.lists import table
from codesteer_tui.symbench.task import gold_text, read_parameters
from codesteer_tui.symbench.tasks.letter_logic_diagram import Parameters
from codesteer_tui.values import Verdict


def accepts(problem: Problem, text: str) -> bool:
    """Say whether the rows between the brackets are those of the stored square, letter by letter."""
    parameters = read_parameters(problem, Parameters)
    if isinstance(parameters, Verdict):
        raise Crash(parameters.reason)
    size = len(parameters.grid)
    rows = [
        [cell.strip() for cell in row.strip("[]").split(",")] for row in text.strip().strip("[]").split("],[")
    ]
    return rows == table(gold_text(problem) or "", size, size)

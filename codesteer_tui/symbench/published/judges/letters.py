"""letters: the first place that has the form; positions count as a set, and none at all is no form."""

from __future__ import annotations

import re

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.letters import Parameters

_FORM = re.compile(r"Count: (\d+), Positions: \[([\d, ]+)\]")


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says, which ignores that a position is listed twice.

    Raises:
        Crash: something between two commas of the list is no number, a comma at its end for instance.
    """
    parameters = parameters_for(problem, Parameters)
    match = _FORM.search(text)
    if match is None:
        return False
    try:
        count, positions = int(match[1]), {int(position) for position in match[2].split(",")}
    except ValueError as error:
        raise Crash("a position is not a number") from error
    right = {at for at, sign in enumerate(parameters.word, 1) if sign == parameters.letter}
    return count == parameters.word.count(parameters.letter) and positions == right

"""game24: digits anywhere in the text are the numbers, and what Python makes of it must be 24, in floating point."""

from __future__ import annotations

import re

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.python_values import NoValue, value_of
from codesteer_tui.symbench.published.scoring import NoJudge
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.game24 import Parameters

_TARGET = 24
_SIMPLE_FRACTION = re.compile(r"\\frac{(\d+)}{(\d+)}")


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says: any expression of Python's passes that has the digits and the value."""
    parameters = parameters_for(problem, Parameters)
    if parameters.target != _TARGET:
        raise NoJudge(f"The published judge knows no other target than {_TARGET}.")
    sides = text.split("=")
    if len(sides) > 1 and not _is_target(sides[-1]):
        return False
    numbers = re.findall(r"\d+", sides[0])
    given = parameters.numbers
    if len(numbers) != len(given) or sum(map(len, numbers)) > 20 * len(given):
        return False
    if sorted(map(int, numbers)) != sorted(given):
        return False
    left = sides[0].replace(r"\times", "*").replace(r"\div", "/")
    return _is_target(_SIMPLE_FRACTION.sub(r"(\1/\2)", left))


def _is_target(text: str) -> bool:
    try:
        return bool(value_of(text) == _TARGET)
    except NoValue:
        return False

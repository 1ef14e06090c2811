"""combinatorial_calculation: the numbers in any order, and what Python makes of all items written without a gap.

So neighbouring digits become one number, and two neighbouring signs ``**`` or ``//``.
"""

from __future__ import annotations

import math
import re

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.python_values import NoValue, value_of
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.combinatorial_calculation import Parameters

_TOLERANCE = 1e-9


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says, which takes nothing but a list in square brackets on one line."""
    parameters = parameters_for(problem, Parameters)
    match = re.fullmatch(r"\[(.*)\]", text)
    items = [item.strip().strip("\"'") for item in match[1].split(",")] if match else []
    numbers: list[int] = []
    depth = 0
    for item in items:
        try:
            numbers.append(int(item))
        except ValueError:
            if item.strip() not in ("+", "-", "*", "/", "(", ")"):
                return False
            depth += {"(": 1, ")": -1}.get(item.strip(), 0)
            if depth < 0:
                return False
    if sorted(numbers) != sorted(parameters.numbers) or depth:
        return False
    try:
        value = value_of("".join(items))
        return _is_close(value, parameters.target)
    except (NoValue, ArithmeticError, ValueError, TypeError):
        return False


def _is_close(value: object, target: int) -> bool:
    if not isinstance(value, int | float):
        return False
    near = round(value)
    return math.isclose(
        near if math.isclose(value, near, rel_tol=_TOLERANCE) else value, target, rel_tol=_TOLERANCE
    )

"""logical_equation: what Python makes of the text must satisfy the conditions, in floating point; values may repeat."""

from __future__ import annotations

from typing import Any

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.python_values import NoValue, value_of
from codesteer_tui.symbench.published.scoring import Crash
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.logical_equation import Parameters


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says, which counts on a list and takes one value for several letters.

    Raises:
        Crash: the text is one number, say, or the list holds something that cannot be reckoned with.
    """
    parameters = parameters_for(problem, Parameters)
    try:
        given = value_of(text)
    except NoValue:
        given = []
    try:
        return _satisfies(given, parameters)
    except (TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise Crash(str(error)) from error


def _satisfies(given: Any, parameters: Parameters) -> bool:
    if len(given) != parameters.num_letters or None in given:
        return False
    of = {chr(ord("A") + at): given[at] for at in range(len(given))}
    for condition in parameters.constraints:
        parts = condition.split()
        first, second = _term(parts[0], of), _term(parts[2], of)
        if parts[1] == "=":
            holds = first == second
        elif parts[1] == "<":
            holds = first < second
        elif parts[1] == ">":
            holds = first > second
        else:
            holds = (first + second if parts[1] == "+" else first - second) == float(parts[4])
        if not holds:
            return False
    return all(int(value) in parameters.values for value in given)


def _term(text: str, of: dict[str, Any]) -> Any:
    return of[text] if text[0].isalpha() else float(text[:-1]) * of[text[-1]]

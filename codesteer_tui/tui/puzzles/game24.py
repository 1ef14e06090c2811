"""The Game of 24: the numbers with those that are used, and the expression worked out step by step."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import islice

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.reading.expression import Expression
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.game24 import Parameters, solution_of
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    GOOD,
    Figure,
    Line,
    below,
    figure,
    inside,
    legend,
    wrapped,
)

MOST_NUMBERS = 100
"""Numbers and steps that are shown."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the numbers, and how the value of the expression comes about."""
    given = parameters_for(problem, Parameters)
    target = figure((("make ", FAINT), (str(given.target), GIVEN)))
    if seen is None or seen.value is None:
        numbers: list[Line] = [((str(number), GIVEN),) for number in given.numbers[:MOST_NUMBERS]]
        return below(wrapped(numbers, width), target)
    solution = solution_of(seen.value)
    used = Counter(solution.numbers)
    shown: list[Line] = []
    for number in given.numbers[:MOST_NUMBERS]:
        there = used[number] > 0
        used[number] -= there
        shown.append(((str(number), GIVEN),) if there else ((f"[{number}]", BAD),))
    more = islice((+used).elements(), MOST_NUMBERS)
    extra: list[Line] = [((f"[+{inside(str(number))}]", BAD),) for number in more]
    off = Counter(given.numbers) != Counter(solution.numbers)
    signs = [("[1]", BAD, "not used"), ("[+1]", BAD, "not there, or used too often")] if off else []
    steps = Figure() if off else figure(*_steps(solution, given.target))
    return below(wrapped([*shown, *extra], width), target, steps, legend(*signs))


def _steps(solution: Expression, target: int) -> list[Line]:
    """Each operation with its value, the last one with whether it is the target."""
    stack: list[Fraction] = []
    lines: list[Line] = []
    for item in solution.postfix:
        if isinstance(item, int):
            stack.append(Fraction(item))
        elif item == "neg":
            stack.append(-stack.pop())
        else:
            right, left = stack.pop(), stack.pop()
            if item == "/" and not right:
                return [*lines, ((f"[{_short(left)} / 0]", BAD),)]
            value = _applied(item, left, right)
            stack.append(value)
            lines.append((f"{_short(left)} {item} {_short(right)} = ", (_short(value), GIVEN)))
    last = lines[-1][:-1] if lines else ()
    reached = stack[-1] == target
    end = (_short(stack[-1]), GOOD) if reached else (f"[{_short(stack[-1])}]", BAD)
    return [*lines[:-1], (*last, end)]


def _applied(sign: str, left: Fraction, right: Fraction) -> Fraction:
    return {"+": left + right, "-": left - right, "*": left * right}[sign] if sign != "/" else left / right


def _short(value: Fraction) -> str:
    if max(abs(value.numerator), value.denominator) < 10**9:
        return f"({value})" if value.denominator > 1 or value < 0 else str(value)
    return "a long number"

"""How the value of an expression comes about, step by step."""

from __future__ import annotations

from fractions import Fraction

from codesteer_tui.symbench.reading.expression import Expression
from codesteer_tui.tui.puzzles.figure import BAD, GIVEN, GOOD, Line


def steps_of(solution: Expression, target: int) -> list[Line]:
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

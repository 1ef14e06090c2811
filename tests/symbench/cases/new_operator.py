from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "841ff22951bee097"
BROKEN: list[dict[str, Any]] = [
    {"operators": 4, "applications": 3},
    {"applications": 13},
    {"max_number": 1},
    {"max_coefficient": 0},
]
HARDEST: dict[str, Any] = {"operators": 6, "applications": 12, "max_number": 1_000, "max_coefficient": 100}


def knobs(rng: Random) -> dict[str, Any]:
    operators = rng.randint(1, 6)
    return {
        "operators": operators,
        "applications": rng.randint(operators, 12),
        "max_number": rng.choice([2, 10, 100, 1_000]),
        "max_coefficient": rng.choice([1, 5, 100]),
    }


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    value = Fraction(solved.strip("<>"))
    rounded = round(value, 2)
    whole, cents = divmod(rounded.numerator * 100 // rounded.denominator, 100)
    yield f"<<<{whole:,}.{cents:02}>>>"
    yield f"<<<{whole}.{cents:02}>>>"
    yield f"<<<[{value}]>>>"
    yield f"The value is {value}."
    yield f"So {problem.parameters['expression']} = $\\frac{{{value.numerator}}}{{{value.denominator}}}$"
    yield f"I get \\boxed{{\\frac{{{value.numerator * 6}}}{{{value.denominator * 6}}}}}"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    value = Fraction(solved.strip("<>"))
    yield f"<<<{value + max(Fraction(1), value / 1_000)}>>>"
    yield f"<<<{value - max(Fraction(1, 100), value / 1_000)}>>>"
    yield f"<<<{-value}>>>"
    yield f"<<<{value} or so>>>"
    yield f"<<<{problem.parameters['expression']}>>>"
    yield "<<<[]>>>"


def holds(problem: Problem, text: str) -> bool:
    """Whether some number in the text, or the ratio of two, is near the value, worked out step by step by hand."""
    value = _worked_out(problem.parameters["operator_definitions"], problem.parameters["expression"])
    bare = re.sub(r"[(){}\[\]$\s,_']|\\[a-z]*frac", "", text.replace("}{", "/").replace("−", "-"))
    near = max(Fraction("0.005"), value / 1_000_000)
    for start in range(len(bare)):
        found = re.match(
            r"(-?[0-9]*\.?[0-9]*(?:[eE][-+]?[0-9]{1,3})?)(?:/(-?[0-9]*\.?[0-9]*))?", bare[start:]
        )
        try:
            given = Fraction(found[1]) / Fraction(found[2] or 1) if found else None
        except (ValueError, ZeroDivisionError):
            continue
        if given is not None and abs(given - value) <= near:
            return True
    return False


def _worked_out(definitions: dict[str, str], text: str) -> Fraction:
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign in definitions and not depth:
            first = _worked_out(definitions, text[:at].strip())
            second = _worked_out(definitions, text[at + 1 :].strip())
            formula = definitions[sign]
            numbers = [int(number) for number in re.findall("[0-9]+", formula)]
            if "/" in formula:
                return first / second + 1
            if len(numbers) == 1:
                return numbers[0] * first * second
            return numbers[0] * first + numbers[1] * second
    return _worked_out(definitions, text[1:-1]) if text.startswith("(") else Fraction(text)

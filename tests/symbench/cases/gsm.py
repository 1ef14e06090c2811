from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, getcontext
from fractions import Fraction
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "03e7fd67f4d2a499"
BROKEN: list[dict[str, Any]] = [{"digits": 0}, {"digits": 10}, {"parts": 1}, {"parts": "all"}]
HARDEST: dict[str, Any] = {"digits": 9, "parts": 8}


def knobs(rng: Random) -> dict[str, Any]:
    return {"digits": rng.randint(1, 9), "parts": rng.randint(2, 8)}


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    value = Decimal(solved.strip("<>"))
    yield f"<<<{value:,}>>>"
    yield f"<<<${value}>>>"
    yield f"<<<{value} units.>>>"
    yield f"<<<2 * 3 + 4 = {value}>>>"
    yield f"So the answer is {value:.1f}00." if value == round(value, 1) else f"Answer: {value}"
    yield f"$\\boxed{{{value}\\text{{ pieces}}}}$"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    value = Decimal(solved.strip("<>"))
    yield f"<<<{value * Decimal('1.05') + 1}>>>"
    yield f"<<<{-value - 1}>>>"
    yield f"<<<{value} or {value + 1}>>>"
    yield f"<<<{value} = {value * 2 + 1}>>>"
    yield f"<<<not {value}>>>"
    yield "<<<No answer found>>>"


def holds(problem: Problem, text: str) -> bool:
    """Some number of the text is the one that arithmetic in decimals finds, to a thousandth."""
    assert problem.gold
    getcontext().prec = 60
    wanted = Fraction(problem.gold.strip("<>"))
    bare = re.sub(r"(?<=\d)[, _'](?=\d{3})", "", text.replace("−", "-"))
    found = re.findall(r"-?\s*[$€]?\s*-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?(?:\s*/\s*\d+)?", bare)
    values = []
    for one in found:
        above, _, below = re.sub(r"[$€\s]", "", one).removeprefix("--").partition("/")
        if float(below or 1):
            values.append(Fraction(above) / Fraction(below or 1))
    return any(abs(value - wanted) <= abs(wanted) / 1000 for value in values)

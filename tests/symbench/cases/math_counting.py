from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.crude import agrees

GOLDEN = "55564a664fb1a193"
BROKEN: list[dict[str, Any]] = [{"level": 0}, {"level": "hard"}, {"largest": 4}, {"largest": 61}]
HARDEST: dict[str, Any] = {"level": 5, "largest": 60}


def knobs(rng: Random) -> dict[str, Any]:
    return {"level": rng.randint(1, 5), "largest": rng.randint(5, 60)}


def _inside(solved: str) -> str:
    return solved.removeprefix("<<<").removesuffix(">>>")


def _exact(solved: str) -> Fraction:
    found = _inside(solved).replace("\\frac{", "").replace("}{", "/").rstrip("}")
    return Fraction(found)


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    number, text = _exact(solved), _inside(solved)
    yield f"<<<{number}>>>"
    yield f"<<<\\dfrac{{{number.numerator}}}{{{number.denominator}}}>>>"
    yield f"<<<{2 * number.numerator}/{2 * number.denominator}>>>"
    yield f"The answer is ${text}$."
    yield f"$P = \\boxed{{{text}}}$"
    if number.denominator == 1:
        yield f"<<<{number.numerator:,}>>>"
        yield f"<<<{number} ways>>>"
    elif number > Fraction(1, 100):
        yield f"<<<{float(number):.12f}>>>"
        yield f"<<<{100 * float(number):.12f}%>>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    number = _exact(solved)
    yield f"<<<{float(number) * 1.05 + 1}>>>" if abs(number + 20) > 1 else "<<<0>>>"
    yield f"<<<{-number}>>>" if number else "<<<1>>>"
    yield f"<<<{number + 1} or {number}>>>"
    yield "<<<No answer found>>>"
    yield f"<<<{number}, {number}>>>"


def holds(problem: Problem, text: str) -> bool:
    """Its value is that of the answer, which the tests compare with what is counted case by case."""
    assert problem.gold
    return agrees(text, _inside(problem.gold))

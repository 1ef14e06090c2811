from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "28f292450ab34790"
BROKEN: list[dict[str, Any]] = [
    {"letters": 2},
    {"letters": 3, "conditions": 7},
    {"letters": 21},
    {"max_value": 10},
    {"distinct": "perhaps"},
]
HARDEST: dict[str, Any] = {"letters": 20, "conditions": 60, "max_value": 1_000}

_LETTERS = "ABCDEFGHIJKLMNOPQRST"


def knobs(rng: Random) -> dict[str, Any]:
    letters = rng.randint(3, 20)
    return {
        "letters": letters,
        "conditions": rng.randint(1, min(60, letters * (letters - 1))),
        "max_value": rng.choice([20, 50, 150, 1_000]),
        "distinct": rng.random() < 0.8,
    }


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    values = [int(number) for number in re.findall("[0-9]+", solved)]
    named = [f"{letter} = {value}" for letter, value in zip(_LETTERS, values, strict=False)]
    yield f"<<<{' '.join(map(str, values))}>>>"
    yield f"<<<({'; '.join(map(str, values))})>>>"
    yield f"That leaves one solution:\n\n{values}"
    yield f"<<<{', '.join(named)}>>>"
    rng.shuffle(named)
    yield "<<<\n" + "\n".join(named) + "\n>>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    values = [int(number) for number in re.findall("[0-9]+", solved)]
    yield f"<<<{values[:-1]}>>>"
    yield f"<<<{[*values, values[0]]}>>>"
    yield f"<<<{[value + 2_000 for value in values]}>>>"
    yield f"<<<{[*values[:-1], 0]}>>>"
    for _ in range(10):
        rng.shuffle(values)
        if not _fits(problem, values):
            yield f"<<<{values}>>>"


def holds(problem: Problem, text: str) -> bool:
    inside = (re.findall(r"<<<(.+?)>>>", text, re.DOTALL) or [text])[-1]
    end = max(inside.rfind("]"), inside.rfind(")")) + 1
    parts = [
        inside,
        *inside.splitlines(),
        *(inside[sign.start() : end] for sign in re.finditer(r"[\[(]", inside)),
    ]
    parts += re.split(r"[=:]", inside)
    for part in parts:
        named = dict(re.findall(r"([A-T])\s*[=:]\s*(-?[0-9]+)", part))
        complete = sorted(named) == list(_LETTERS[: len(problem.parameters["values"])])
        if complete and _fits(problem, [int(named[letter]) for letter in sorted(named)]):
            return True
        if _fits(problem, [int(number) for number in re.findall(r"-?[0-9]+", re.sub(r"\.0+\b", "", part))]):
            return True
    return False


def _fits(problem: Problem, values: list[int]) -> bool:
    """Hold values against the conditions, read word by word."""
    given = problem.parameters["values"]
    if len(values) != len(given) or not set(values) <= set(given):
        return False
    if problem.parameters["distinct"] and len(set(values)) != len(values):
        return False
    for condition in problem.parameters["constraints"]:
        words = condition.split()
        first, second = (
            Fraction(word[:-1] or 1) * values[_LETTERS.index(word[-1])] for word in (words[0], words[2])
        )
        if words[1] in "+-":
            good = first + (second if words[1] == "+" else -second) == int(words[4])
        else:
            good = first == second if words[1] == "=" else first > second
        if not good:
            return False
    return True

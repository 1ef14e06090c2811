from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "c370f48c5d05c827"
BROKEN: list[dict[str, Any]] = [{"objects": 2}, {"objects": 10}, {"comparing": -0.1}]
HARDEST: dict[str, Any] = {"objects": 9, "comparing": 0.9}


def knobs(rng: Random) -> dict[str, Any]:
    return {
        "objects": rng.choice([3, 4, 5, 6, 7, 7, rng.randint(3, 9)]),
        "comparing": rng.choice([0, 1, rng.random()]),
    }


def _options(problem: Problem) -> dict[str, str]:
    return dict(re.findall(r"^\(([A-I])\) (.*)$", problem.question, re.MULTILINE))


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    letter = solved.strip("<>()")
    options = _options(problem)
    yield f"<<<{letter}>>>"
    yield f"<<<({letter.lower()})>>>"
    yield f"<<<({letter}) {options[letter]}>>>"
    yield f"<<<{options[letter]}.>>>"
    yield f"The answer is **({letter})**."


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    letter = solved.strip("<>()")
    options = _options(problem)
    other = rng.choice([name for name in options if name != letter])
    yield f"<<<({other})>>>"
    yield f"<<<({other}) {options[letter]}>>>"
    yield f"<<<{options[other]}>>>"
    yield f"<<<({letter}) or ({other})>>>"
    yield "<<<(Z)>>>"


def holds(problem: Problem, text: str) -> bool:
    objects, clues = problem.parameters["objects"], problem.parameters["clues"]
    orders = [
        order
        for order in permutations(objects)
        if all(
            order[other] == one if kind == "at" else order.index(one) < order.index(other)
            for kind, one, other in clues
        )
    ]
    assert len(orders) == 1, problem
    name = orders[0][problem.parameters["place"]]
    letter = "ABCDEFGHI"[objects.index(name)]
    named = re.search(rf"(?<![a-z]){letter}(?![a-z])", text, re.IGNORECASE)
    return bool(named) or _options(problem)[letter].lower() in text.lower()

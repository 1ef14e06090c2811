from __future__ import annotations

import math
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "75b8d26b838a393d"
BROKEN: list[dict[str, Any]] = [{"digits": "3"}, {"digits": [0, 3]}, {"negative": 2}]
HARDEST: dict[str, Any] = {"digits": (40,) * 8}


def knobs(rng: Random) -> dict[str, Any]:
    return {"digits": [rng.randint(1, 40) for _ in range(rng.randint(2, 8))], "negative": rng.random()}


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    product = math.prod(problem.parameters["values"])
    yield f"<<<{product:,}>>>"
    yield f"{' * '.join(map(str, problem.parameters['values']))} = {product}"
    yield f"The product is **{product}**."
    yield f"$\\boxed{{{product}}}$"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    product = math.prod(problem.parameters["values"])
    digits = str(product)
    at = rng.randrange(digits.startswith("-"), len(digits))
    yield f"<<<{digits[:at]}{(int(digits[at]) + rng.randint(1, 9)) % 10}{digits[at + 1 :]}>>>"
    yield f"<<<{-product}>>>"
    yield f"<<<{product}0>>>"
    yield f"<<<{product} or so>>>"


def holds(problem: Problem, text: str) -> bool:
    bare = re.sub(r"(?<=\d)[, _'](?=\d{3})", "", text)
    return str(math.prod(problem.parameters["values"])) in bare

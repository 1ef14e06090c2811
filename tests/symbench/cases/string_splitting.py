from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.cases._stocks import states

GOLDEN = "21860ac2551ac7f1"
BROKEN: list[dict[str, Any]] = [
    {"min_count": 5, "max_count": 4},
    {"max_count": 0, "min_count": 0},
    {"max_count": 201},
]
HARDEST: dict[str, Any] = {"min_count": 200, "max_count": 200}
MADE = {"A": "XXY", "BB": "X", "CC": "Y", "BC": "A", "XY": "Z"}


def knobs(rng: Random) -> dict[str, Any]:
    high = rng.choice([4, 10, 10, 20, 40, 200])
    low = rng.randint(0, high)
    return {"min_count": low, "max_count": rng.randint(max(1, low), high)}


def counts(problem: Problem) -> list[int]:
    """Everything in one dictionary, counted down step by step."""
    stock = dict(zip("ABC", problem.parameters["initial"], strict=True)) | {"X": 0, "Y": 0, "Z": 0}
    while any(all(stock[name] >= method.count(name) for name in method) for method in MADE):
        for method, made in MADE.items():
            if all(stock[name] >= method.count(name) for name in method):
                for name in method:
                    stock[name] -= 1
                for name in made:
                    stock[name] += 1
    return list(stock.values())


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    left = counts(problem)
    yield f"<<<{left}>>>"
    yield f"<<<{''.join(map(str, left))}>>>"
    yield f"The answer is {' '.join(map(str, left))}."
    yield f"<<<{', '.join(f'{name}: {n}' for name, n in zip('ABCXYZ', left, strict=True))}>>>"
    yield f"Answer: {', '.join(f'{n} {name}' for name, n in zip('ABCXYZ', left, strict=True))}"
    yield f"So this is left:\n\n{[str(n) for n in left]}"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    left = counts(problem)
    at = rng.randrange(6)
    yield f"<<<{[*left[:at], left[at] + 1, *left[at + 1 :]]}>>>"
    yield f"<<<{left[:-1]}>>>"
    yield f"<<<{[*left, 0]}>>>"
    yield f"<<<{''.join(map(str, left))}0>>>"
    yield f"<<<{[-n - 1 for n in left]}>>>"
    yield f"<<<A: {left[0]}, C: {left[1]}, B: {left[2]}, X: {left[3]}, Y: {left[4]}, Z: {left[5]}>>>"
    if left != left[::-1]:
        yield f"<<<{left[::-1]}>>>"


def holds(problem: Problem, text: str) -> bool:
    return states(text, counts(problem), glued=True)

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.cases._stocks import states

GOLDEN = "1c1613fa5b2be2aa"
BROKEN: list[dict[str, Any]] = [
    {"min_count": 9},
    {"methods": 5},
    {"methods": 1},
    {"max_count": 201},
]
HARDEST: dict[str, Any] = {"methods": 4, "min_count": 200, "max_count": 200}
MADE = {
    3: {"AB": "X", "AAA": "XX"},
    4: {"ABC": "X", "AB": "CC", "CC": "X"},
    5: {"AABC": "XXX", "AB": "CC", "CCX": "Y", "AXX": "Y"},
}


def knobs(rng: Random) -> dict[str, Any]:
    high = rng.choice([4, 8, 8, 20, 40, 200])
    low = rng.randint(0, high)
    return {"methods": rng.randint(2, 4), "min_count": low, "max_count": rng.randint(max(1, low), high)}


def counts(problem: Problem) -> dict[str, int]:
    level = problem.parameters["complexity"]
    made = MADE[3 if level < 3 else 4 if level < 5 else 5]
    names = "ABX" if level < 3 else "ABCX" if level < 5 else "ABCXY"
    stock = {name: problem.parameters["initial_state"].get(name, 0) for name in names}
    while any(all(stock[name] >= method.count(name) for name in method) for method in made):
        for method, gained in made.items():
            if all(stock[name] >= method.count(name) for name in method):
                for name in method:
                    stock[name] -= 1
                for name in gained:
                    stock[name] += 1
    return stock


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    left = counts(problem)
    yield f"<<<{', '.join(map(str, left.values()))}>>>"
    yield f"<<<{[str(count) for count in left.values()]}>>>"
    yield f"Answer: {' '.join(map(str, left.values()))}"
    yield f"<<<{left}>>>"
    yield f"Nothing works any more.\n\n{list(left.values())}"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    left = list(counts(problem).values())
    at = rng.randrange(len(left))
    yield f"<<<{[*left[:at], left[at] + 1, *left[at + 1 :]]}>>>"
    yield f"<<<{left[:-1]}>>>"
    yield f"<<<{[*left, 0]}>>>"
    yield f"<<<{''.join(map(str, left))}>>>"
    yield f"<<<{[-n - 1 for n in left]}>>>"
    if left != left[::-1]:
        yield f"<<<{left[::-1]}>>>"


def holds(problem: Problem, text: str) -> bool:
    return states(text, list(counts(problem).values()), glued=False)

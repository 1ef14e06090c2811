from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.cases._stocks import states

GOLDEN = "a31c1780baa42843"
BROKEN: list[dict[str, Any]] = [{"min_count": 9}, {"max_count": 201}, {"once": "perhaps"}]
HARDEST: dict[str, Any] = {"min_count": 200, "max_count": 200, "once": True}
MADE = {"ABC": "p", "AB": "r", "BC": "q", "CC": "r", "pr": "uv", "qq": "w"}
NAMES = ["[A]", "[B]", "[C]", "{A}", "{B}", "{C}", "(A)", "(B)", "(C)"]


def knobs(rng: Random) -> dict[str, Any]:
    high = rng.choice([4, 8, 8, 20, 40, 200])
    low = rng.randint(0, high)
    return {"min_count": low, "max_count": rng.randint(max(1, low), high), "once": rng.random() < 0.5}


def counts(problem: Problem) -> list[int]:
    stock = dict.fromkeys("ABCpqruvw", 0)
    for name in "ABC":
        stock[name] = problem.parameters[f"{name}_count"]

    def can(method: str) -> bool:
        return all(stock[name] >= method.count(name) for name in method)

    while any(map(can, MADE)):
        for method, gained in MADE.items():
            while can(method):
                for name in method:
                    stock[name] -= 1
                for name in gained:
                    stock[name] += 1
                if problem.parameters["visit"] == "once":
                    break
    return list(stock.values())


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    left = counts(problem)
    yield f"<<<{''.join(map(str, left))}>>>"
    yield f"<<<{left}>>>"
    yield f'<<<"{" ".join(map(str, left))}">>>'
    yield f"<<<{', '.join(f'{count} {name}' for count, name in zip(left, NAMES, strict=True))}>>>"
    yield f"The answer is {', '.join(f'{name}: {count}' for count, name in zip(left, NAMES, strict=True))}."


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    left = counts(problem)
    at = rng.randrange(9)
    yield f"<<<{[*left[:at], left[at] + 1, *left[at + 1 :]]}>>>"
    yield f"<<<{' '.join(map(str, left[:-1]))}>>>"
    yield f"<<<{' '.join(map(str, left))} 0>>>"
    yield f"<<<{''.join(map(str, left))}1>>>"
    yield f"<<<{' '.join(str(-n - 1) for n in left)}>>>"
    yield f"<<<{', '.join(f'{count} {name}' for count, name in zip(left, NAMES[::-1], strict=True))}>>>"


def holds(problem: Problem, text: str) -> bool:
    return states(text, counts(problem), glued=True)

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.marked import inside

GOLDEN = "51102a48dd286feb"
BROKEN: list[dict[str, Any]] = [{"cards": 3}, {"rounds": 0}, {"chi": "perhaps"}]
HARDEST: dict[str, Any] = {"cards": 40, "rounds": 40, "chi": True}
NAMES = ["pass", "peng", "chi"]


def knobs(rng: Random) -> dict[str, Any]:
    return {
        "cards": rng.choice([13, 13, rng.randint(4, 40)]),
        "rounds": rng.choice([1, 2, 3, 4, 5, rng.randint(1, 40)]),
        "chi": rng.random() < 0.6,
    }


def _result(problem: Problem) -> int:
    hand = sorted(problem.parameters["initial_cards"])
    for one in problem.parameters["rounds"][:-1]:
        hand.append(one["add"])
        hand.remove(one["remove"])
    last = problem.parameters["rounds"][-1]["add"]
    if len([card for card in hand if card == last]) >= 2:
        return 1
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    runs = [alphabet[at : at + 3] for at in range(24) if last in alphabet[at : at + 3]]
    made = any(set(run) <= {*hand, last} for run in runs)
    return 2 if made and problem.parameters["chi"] else 0


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    result = _result(problem)
    yield f"<<< {result} >>>"
    yield f"Hence the answer is {result}."
    yield f"<<<{NAMES[result].capitalize()}>>>"
    yield f"<<<{result} ({NAMES[result]})>>>"
    yield f"$\\boxed{{{result}}}$"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    result = _result(problem)
    for other in {0, 1, 2, 3, -1, 10} - {result}:
        yield f"<<<{other}>>>"
    yield f"<<<{NAMES[result - 1]}>>>"
    yield f"<<<{result} ({NAMES[result - 1]})>>>"
    yield f"<<<{result} or {result - 1}>>>"


def holds(problem: Problem, text: str) -> bool:
    answer = inside(text).lower()
    said = {int(number) for number in re.findall(r"-?\d+", re.sub(r"\.0+(?!\d)", "", answer))}
    said |= {at for at, name in enumerate(NAMES) if name in answer}
    return said == {_result(problem)}

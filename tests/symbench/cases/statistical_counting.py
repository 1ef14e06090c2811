from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.marked import inside

GOLDEN = "5d5a169887bb7640"
BROKEN: list[dict[str, Any]] = [{"length": 4}, {"letters": 27}, {"min_run": 1}, {"repeats": 1}]
HARDEST: dict[str, Any] = {"length": 500, "letters": 26, "min_run": 5, "repeats": 0.9}


def knobs(rng: Random) -> dict[str, Any]:
    return {
        "length": rng.choice([5, 15, 25, 65, rng.randint(5, 500)]),
        "letters": rng.randint(2, 26),
        "min_run": rng.randint(2, 5),
        "repeats": rng.choice([0.0, 0.0, 0.3, 0.6, 0.9]),
    }


def _total(problem: Problem) -> int:
    score = {rule["letter"]: (rule["score"], rule["min_consecutive"]) for rule in problem.parameters["rules"]}
    runs = [(letter, len(list(run))) for letter, run in groupby(problem.parameters["sequence"])]
    return sum(score[letter][0] for letter, length in runs if length >= score[letter][1])


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    total = _total(problem)
    yield f"<<< {total}\n>>>"
    yield f"<<<The total score is {total}.>>>"
    yield f"So the answer is **{total}**."
    yield f"$\\boxed{{{total}}}$"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    total = _total(problem)
    yield f"<<<{total + 1}>>>"
    yield f"<<<-{total + 1}>>>"
    yield f"<<<{total} or {total + 1}>>>"
    yield f"<<<{total}.5>>>"
    yield "<<<many>>>"
    yield "<<<0>>>"


def holds(problem: Problem, text: str) -> bool:
    bare = re.sub(r"\.0+(?!\d)|(?<=\d)[, ](?=\d{3})", "", inside(text))
    return [int(number) for number in re.findall(r"-?\d+", bare)] == [_total(problem)]

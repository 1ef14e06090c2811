from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "a6d42d108ac8594d"
BROKEN: list[dict[str, Any]] = [
    {"frequency": 11, "min_length": 10},
    {"min_length": 20, "max_length": 10},
    {"max_length": 801},
]
HARDEST: dict[str, Any] = {"min_length": 800, "max_length": 800, "frequency": 800}


def knobs(rng: Random) -> dict[str, Any]:
    low = rng.randint(1, 800)
    return {
        "min_length": low,
        "max_length": rng.randint(low, 800),
        "frequency": rng.randint(0, min(low, 200)),
    }


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word, letter = problem.parameters["word"], problem.parameters["letter"]
    at = [index + 1 for index, sign in enumerate(word) if sign == letter]
    rng.shuffle(at)
    yield f"So the final answer is <<< count: {len(at)}, positions: [{'; '.join(map(str, at))}] >>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word, letter = problem.parameters["word"], problem.parameters["letter"]
    at = [index + 1 for index, sign in enumerate(word) if sign == letter]
    other = [index + 1 for index, sign in enumerate(word) if sign != letter]
    yield f"<<<Count: {len(at) + 1}, Positions: {at}>>>"
    yield f"<<<Count: {len(at)}, Positions: {[0, *at[1:]]}>>>"
    yield f"<<<Count: {len(at) + 1}, Positions: {[*at, len(word) + 1]}>>>"
    yield f"<<<{len(at)}>>>"
    if at:
        yield f"<<<Count: {len(at)}, Positions: {at[:-1]}>>>"
        yield f"<<<Count: {len(at)}, Positions: {[*at, at[0]]}>>>"
    if at and other:
        yield f"<<<Count: {len(at)}, Positions: {[*at[:-1], rng.choice(other)]}>>>"


def holds(problem: Problem, text: str) -> bool:
    word, letter = problem.parameters["word"], problem.parameters["letter"]
    found = re.search(r"count\s*:\s*(\d+)\s*,\s*positions\s*:\s*\[([^\]]*)\]", text, re.IGNORECASE)
    assert found, text
    listed = {int(number) for number in re.findall(r"\d+", found[2])}
    return int(found[1]) == word.count(letter) and listed == {m.end() for m in re.finditer(letter, word)}

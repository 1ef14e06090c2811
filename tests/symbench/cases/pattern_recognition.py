from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "6ea57c29228da08c"
BROKEN: list[dict[str, Any]] = [
    {"min_size": 3},
    {"min_size": 9, "max_size": 8},
    {"side": 7, "min_size": 6},
    {"letters": 2},
]
HARDEST: dict[str, Any] = {"min_size": 40, "max_size": 40, "side": 3, "letters": 3, "decoys": 20}


def knobs(rng: Random) -> dict[str, Any]:
    low = rng.randint(4, 40 if rng.random() < 0.1 else 12)
    return {
        "min_size": low,
        "max_size": rng.randint(low, 40 if rng.random() < 0.1 else max(low, 16)),
        "side": rng.randint(3, min(low, 20)),
        "letters": rng.randint(3, 26),
        "decoys": rng.randint(0, 20),
    }


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    row, column = _pair(solved)
    yield f"<<<{row},{column}>>>"
    yield f"<<<({row}, {column})>>>"
    yield f"It ends there.\n\nAnswer: row {row}, column {column}."
    yield f"So it is $\\boxed{{[{row}, {column}]}}$."
    yield f"<<<\n  Row: {row}, Column: {column}\n>>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    row, column = _pair(solved)
    yield f"<<<[{row + 1}, {column + 1}]>>>"
    yield f"<<<[{row - 2}, {column - 2}]>>>"
    yield f"<<<[{row}, {column - 1}]>>>"
    yield f"<<<[{row}, {column + 100}]>>>"
    yield f"<<<[{row}, {column}], [{row}, {column}]>>>"
    yield f"<<<[{row}]>>>"
    yield f"<<<[{row}, {column}, 3]>>>"
    yield f"<<<[{row}, {column}.5]>>>"
    if row != column:
        yield f"<<<[{column}, {row}]>>>"


def holds(problem: Problem, text: str) -> bool:
    matrix = problem.parameters["matrix"]
    blocks = {
        (side, top + side - 1, left + side - 1)
        for top in range(len(matrix))
        for left in range(len(matrix[0]))
        for side in range(3, min(len(matrix) - top, len(matrix[0]) - left) + 1)
        if len({letter for row in matrix[top : top + side] for letter in row[left : left + side]}) == 1
    }
    largest = max(blocks)[0]
    (corner,) = {(row, column) for side, row, column in blocks if side == largest}
    inside = all(
        corner[0] - largest < row - side + 1 <= row <= corner[0]
        and corner[1] - largest < column - side + 1 <= column <= corner[1]
        for side, row, column in blocks
    )
    return inside and corner in _pairs(text)


def _pair(text: str) -> tuple[int, int]:
    (pair,) = _pairs(text)
    return pair


def _pairs(text: str) -> list[tuple[int, int]]:
    inside = re.findall(r"<<<(.*?)>>>", text, re.DOTALL)
    numbers = [
        int(number) for number in re.findall(r"-?\d+", re.sub(r"\.0*(?!\d)", "", (inside or [text])[-1]))
    ]
    assert len(numbers) == 2 or not inside, text
    return list(pairwise(numbers))

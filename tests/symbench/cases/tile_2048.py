from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.marked import inside

GOLDEN = "32efbcaf69b06505"
BROKEN: list[dict[str, Any]] = [{"size": 1}, {"moves": 0}, {"filled": 1.5}, {"highest": 0}]
HARDEST: dict[str, Any] = {"size": 12, "moves": 60, "filled": 1.0, "highest": 12}


def knobs(rng: Random) -> dict[str, Any]:
    return {
        "size": rng.choice([2, 2, 3, 3, 4, 4, 5, 5, 6, 8, 12]),
        "moves": rng.choice([1, 2, 3, 4, 5, 6, 10, 60]),
        "filled": rng.choice([0.0, 0.3, 0.5, 0.8, 1.0, rng.random()]),
        "highest": rng.randint(1, 12),
    }


def _played(problem: Problem) -> list[list[int]]:
    board = {(r, c): v for r, row in enumerate(problem.parameters["grid"]) for c, v in enumerate(row)}
    size = len(problem.parameters["grid"])
    r, c = problem.parameters["start_pos"]
    for step in problem.parameters["moves"]:
        to = (
            r + "u d".find(step) - 1 if step in "ud" else r,
            c + "l r".find(step) - 1 if step in "lr" else c,
        )
        if to in board and board[to] in (0, board[r, c]):
            board[to] += board.pop((r, c))
            board[r, c] = 0
            r, c = to
    return [[board[row, column] for column in range(size)] for row in range(size)]


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    rows = _played(problem)
    yield f"<<<{rows}>>>"
    yield "The steps lead to:\n\n<<<\n" + "\n".join(", ".join(map(str, row)) for row in rows) + "\n>>>"
    yield "The answer is:\n\n" + "\n".join(" ".join(map(str, row)) for row in rows)
    latex = " \\\\ ".join(" & ".join(map(str, row)) for row in rows)
    yield f"$\\boxed{{\\begin{{bmatrix}} {latex} \\end{{bmatrix}}}}$"
    yield "<<<" + "; ".join(f"{value}.0" for row in rows for value in row) + ">>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    flat = [value for row in _played(problem) for value in row]
    at = rng.randrange(len(flat))
    changed = [*flat[:at], 2 * flat[at] or 2, *flat[at + 1 :]]
    yield f"<<<{', '.join(map(str, changed))}>>>"
    yield f"<<<{', '.join(map(str, flat[:-1]))}>>>"
    yield f"<<<{', '.join(map(str, [*flat, 0]))}>>>"
    yield f"<<<{problem.parameters['grid']}>>>"
    yield f"<<<{', '.join(map(str, [*flat[:at], -1, *flat[at + 1 :]]))}>>>"


def holds(problem: Problem, text: str) -> bool:
    numbers = [int(number) for number in re.findall(r"-?\d+", re.sub(r"\.0+(?!\d)", "", inside(text)))]
    return numbers == [value for row in _played(problem) for value in row]

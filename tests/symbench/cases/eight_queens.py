from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "7a69657fd6b558e0"
BROKEN: list[dict[str, Any]] = [
    {"size": 3},
    {"size": 15},
    {"size": 6, "queens": 6},
    {"size": 4, "queens": 0, "blocked": 13},
]
HARDEST: dict[str, Any] = {"size": 14, "queens": 0, "blocked": 60}


def knobs(rng: Random) -> dict[str, Any]:
    size = rng.randint(4, 14)
    most = size * (size - 1) if rng.random() < 0.3 else size
    return {"size": size, "queens": rng.randint(0, size - 1), "blocked": rng.randint(0, most)}


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    queens = _queens(solved)
    rng.shuffle(queens)
    yield f"<<<{', '.join(f'{row} {column}' for row, column in queens)}>>>"
    yield f"<<<{queens}>>>"
    yield f"The positions:\n<<<{[list(queen) for queen in queens]}>>>"
    yield "Answer:\n" + "\n".join(f"{row} {column}" for row, column in queens)
    yield f"Answer: {'; '.join(f'{row}, {column}' for row, column in queens)}".replace(", ", " ")


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    queens, size = _queens(solved), len(problem.parameters["initial_board"])
    at = rng.randrange(size)
    other = (at + rng.randrange(1, size)) % size
    yield _text(queens[:at] + queens[at + 1 :])
    yield _text([*queens, queens[at]])
    yield _text([*queens[:at], queens[other], *queens[at + 1 :]])
    yield _text([*queens[:at], (queens[at][0], queens[other][1]), *queens[at + 1 :]])
    yield _text([(row + 1, column + 1) for row, column in queens])
    yield _text([*queens[:at], (queens[at][0] + 5 * size, queens[at][1] + 9 * size), *queens[at + 1 :]])
    yield f"<<<{' '.join(str(column) for _, column in queens)}>>>"


def holds(problem: Problem, text: str) -> bool:
    board = problem.parameters["initial_board"]
    queens = set(_queens(text))
    if any(board[row][column] == "X" for row, column in queens):
        return False
    given = {
        (row, column)
        for row in range(len(board))
        for column in range(len(board))
        if board[row][column] == "1"
    }
    lines = (
        [a for a, _ in queens],
        [b for _, b in queens],
        [a + b for a, b in queens],
        [a - b for a, b in queens],
    )
    return given <= queens and all(len(set(line)) == len(board) == len(line) for line in lines)


def _queens(text: str) -> list[tuple[int, int]]:
    inside = re.findall(r"<<<(.*?)>>>", text, re.DOTALL)
    values = [int(value) for value in re.findall(r"\d+", re.sub(r"\.0*(?!\d)", "", (inside or [text])[-1]))]
    return list(zip(values[::2], values[1::2], strict=True))


def _text(queens: list[tuple[int, int]]) -> str:
    return f"<<<{', '.join(f'{row} {column}' for row, column in queens)}>>>"

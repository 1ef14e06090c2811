from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "304a47816437ff37"
BROKEN: list[dict[str, Any]] = [
    {"size": 3},
    {"size": 11},
    {"size": 5, "empty": 26},
    {"size": 5, "empty": 16, "unique": True},
]
HARDEST: dict[str, Any] = {"size": 10, "empty": 60, "unique": True}


def knobs(rng: Random) -> dict[str, Any]:
    size = rng.randint(4, 10 if rng.random() < 0.2 else 7)
    unique = rng.random() < 0.5
    return {
        "size": size,
        "empty": rng.randint(1, size * size * 3 // 5 if unique else size * size),
        "unique": unique,
    }


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    rows = _rows(problem, solved)
    yield "<<<[" + ",".join(f"[{','.join(row)}]" for row in rows) + "]>>>"
    yield json.dumps(rows)
    yield f"Answer:\n{chr(10).join(' '.join(row) for row in rows)}"
    yield "The square is\n\n```\n" + "\n".join("".join(row) for row in rows) + "\n```"
    yield "<<<" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + ">>>"
    yield solved.upper()


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    rows, grid = _rows(problem, solved), problem.parameters["grid"]
    letters = sorted(rows[0])
    yield _text([rows[1], rows[0], *rows[2:]])
    yield _text(rows[:-1])
    yield _text([*rows, rows[0]])
    yield _text([row[:-1] for row in rows])
    at, column = rng.randrange(len(rows)), rng.randrange(len(rows))
    rows[at][column] = letters[(letters.index(rows[at][column]) + 1) % len(rows)]
    yield _text(rows)
    rows[at][column] = "z"
    yield _text(rows)
    if any(cell for row in grid for cell in row):  # a Latin square with the right diagonal, but other givens
        shift = {letter: letters[(at + 1) % len(letters)] for at, letter in enumerate(letters)}
        yield _text([[shift[letter] for letter in row] for row in _rows(problem, solved)])


def holds(problem: Problem, text: str) -> bool:
    grid = problem.parameters["grid"]
    size = len(grid)
    letters = "abcdefghij"[:size]
    inside = re.findall(r"<<<(.*?)>>>", text, re.DOTALL)
    found = "".join(re.findall(f"[{letters}]", (inside or [text])[-1].lower()))
    return any(
        _solves(grid, letters, found[at : at + size * size]) for at in range(len(found) - size * size + 1)
    )


def _solves(grid: list[list[str | None]], letters: str, found: str) -> bool:
    size = len(grid)
    kept = all(grid[at // size][at % size] in (None, letter) for at, letter in enumerate(found))
    lines = [found[at * size : at * size + size] for at in range(size)] + [
        found[at::size] for at in range(size)
    ]
    diagonal = {found[at * size + size - 1 - at] for at in range(size)}
    return kept and len(diagonal) == 1 and all("".join(sorted(line)) == letters for line in lines)


def _rows(problem: Problem, text: str) -> list[list[str]]:
    size = len(problem.parameters["grid"])
    letters = re.findall(r"[a-j]", text)
    return [letters[at : at + size] for at in range(0, size * size, size)]


def _text(rows: list[list[str]]) -> str:
    return "<<<\n" + "\n".join(",".join(row) for row in rows) + "\n>>>"

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "df8468d69580829e"
BROKEN: list[dict[str, Any]] = [
    {"size": 13},
    {"size": 3, "selections": 10},
    {"size": 12, "selections": 61},
    {"selections": 22, "max_value": 14},
    {"condition": "sum", "selections": 5},
    {"condition": "sum", "size": 2, "selections": 4},
]
HARDEST: dict[str, Any] = {"size": 12, "selections": 58, "max_value": 50}


def knobs(rng: Random) -> dict[str, Any]:
    if rng.random() < 0.2:
        size, most = rng.randint(2, 12), rng.randint(2, 9)
        count = rng.randint(2, min(4, most, size + 1))
        return {"size": size, "selections": count, "max_value": most, "condition": "sum"}
    size = rng.randint(2, 12 if rng.random() < 0.1 else 8)
    most = rng.randint(4, 60)
    return {
        "size": size,
        "selections": rng.randint(2, min(size * size, 60, 3 * most // 2)),
        "max_value": most,
    }


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    cells = _cells(solved)
    rng.shuffle(cells)
    yield _text(cells)
    yield f"<<<{cells}>>>"
    yield f"I select these:\n{[list(cell) for cell in cells]}"
    yield "Answer:\n" + "\n".join(f"{row} {column}" for row, column in cells)


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    cells, grid = _cells(solved), problem.parameters["grid"]
    size, at = len(grid), rng.randrange(len(cells))
    yield _text(cells[:at] + cells[at + 1 :])
    yield _text([*cells, cells[at]])
    yield _text([cells[0]] * len(cells))
    yield _text([(row + 1, column + 1) for row, column in cells])
    yield _text([*cells[:at], (cells[at][0] + size, cells[at][1]), *cells[at + 1 :]])
    others = [(row, column) for row in range(size) for column in range(size) if (row, column) not in cells]
    numbers = [grid[row][column] for row, column in cells]
    start = cells.index((0, size - 1))
    for row, column in rng.sample(others, min(5, len(others))):
        yield _text([*cells[:start], (row, column), *cells[start + 1 :]])
        if grid[row][column] in numbers and numbers.index(grid[row][column]) != start:
            yield _text([*cells[:start], *cells[start + 1 :], (row, column)])
        if grid[row][column] * grid[cells[at][0]][cells[at][1]] < 0:
            yield _text([*cells[:at], (row, column), *cells[at + 1 :]])


def holds(problem: Problem, text: str) -> bool:
    cells, grid = set(_cells(text)), problem.parameters["grid"]
    size = len(grid)
    lines = [[grid[r][c] for r, c in cells if r == line] for line in range(size)]
    lines += [[grid[r][c] for r, c in cells if c == line] for line in range(size)]
    small = problem.parameters["constraints"]["type"] == "sum_le_4"
    return (
        len({grid[row][column] for row, column in cells})
        == problem.parameters["num_selections"]
        == len(cells)
        and (0, size - 1) in cells
        and all(sum(line) <= 4 if small else prod(line) > 0 for line in lines)
    )


def _cells(text: str) -> list[tuple[int, int]]:
    inside = re.findall(r"<<<(.*?)>>>", text, re.DOTALL)
    values = [int(value) for value in re.findall(r"-?\d+", re.sub(r"\.0*(?!\d)", "", (inside or [text])[-1]))]
    return list(zip(values[::2], values[1::2], strict=True))


def _text(cells: list[tuple[int, int]]) -> str:
    return f"<<<{', '.join(f'{row} {column}' for row, column in cells)}>>>"

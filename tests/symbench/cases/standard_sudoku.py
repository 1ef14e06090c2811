from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "c86c3bf3906bd48c"
BROKEN: list[dict[str, Any]] = [{"empty": 9}, {"empty": 58}, {"empty": "most"}]
HARDEST: dict[str, Any] = {"empty": 57}


def knobs(rng: Random) -> dict[str, Any]:
    return {"empty": rng.randint(45, 57) if rng.random() < 0.05 else rng.randint(10, 42)}


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    rows = _rows(solved)
    yield "The grid is\n\n```\n" + "\n".join(" ".join(map(str, row)) for row in rows) + "\n```"
    yield "<<<\n" + "\n".join(",".join(map(str, row)) for row in rows) + "\n>>>"
    yield "<<<" + "\n".join("".join(map(str, row)) for row in rows) + ">>>"
    drawn = [" | ".join(" ".join(map(str, row[at : at + 3])) for at in (0, 3, 6)) for row in rows]
    yield "Answer:\n" + "\n------+-------+------\n".join("\n".join(drawn[at : at + 3]) for at in (0, 3, 6))
    yield json.dumps(rows).replace("]", "]\n")
    matrix = " \\\\ ".join(" & ".join(map(str, row)) for row in rows)
    yield f"\\boxed{{\\begin{{pmatrix}} {matrix} \\end{{pmatrix}}}}"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    rows, puzzle = _rows(solved), problem.parameters["puzzle"]
    yield f"<<<{puzzle}>>>"
    yield f"<<<{[rows[1], rows[0], *rows[2:]]}>>>"
    yield f"<<<{[*rows, rows[0]]}>>>"
    yield f"<<<{rows[:8]}>>>"
    yield f"<<<{[[digit % 9 + 1 for digit in row] for row in rows]}>>>"
    yield f"<<<{[*rows[:8], rows[8][:8]]}>>>"
    at, column = rng.choice(
        [(row, column) for row in range(9) for column in range(9) if not puzzle[row][column]]
    )
    rows[at][column] = rows[at][column] % 9 + 1
    yield f"<<<{rows}>>>"
    rows[at][column] = "x"  # type: ignore[call-overload]
    yield f"<<<{rows}>>>"


def holds(problem: Problem, text: str) -> bool:
    digits = [int(digit) for digit in re.findall(r"\d", text)]
    return any(_solves(problem.parameters["puzzle"], digits[at : at + 81]) for at in range(len(digits) - 80))


def _solves(puzzle: list[list[int]], digits: list[int]) -> bool:
    rows = [digits[at : at + 9] for at in range(0, 81, 9)]
    units = [*rows, *map(list, zip(*rows, strict=True))]
    units += [
        [rows[at + i][to + j] for i in range(3) for j in range(3)] for at in (0, 3, 6) for to in (0, 3, 6)
    ]
    kept = all(puzzle[i][j] in (0, rows[i][j]) for i in range(9) for j in range(9))
    return kept and all(sorted(unit) == list(range(1, 10)) for unit in units)


def _rows(text: str) -> list[list[int]]:
    digits = [int(digit) for digit in re.findall(r"\d", text)]
    return [digits[at : at + 9] for at in range(0, 81, 9)]

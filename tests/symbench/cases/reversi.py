from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.marked import inside

GOLDEN = "1e5f746b9ab4bb91"
BROKEN: list[dict[str, Any]] = [
    {"size": 5},
    {"size": 14},
    {"size": 4, "opening": 5, "moves": 2},
    {"moves": 0},
]
HARDEST: dict[str, Any] = {"size": 12, "opening": 10, "moves": 60}


def knobs(rng: Random) -> dict[str, Any]:
    size = rng.choice([4, 4, 4, 6, 6, 6, 6, 8, 8, 10, 12])
    moves = rng.randint(1, rng.choice([3, 3, 3, (size * size - 4) // 2]))
    return {"size": size, "moves": moves, "opening": rng.randint(0, min(69, (size * size - 4) // 2 - moves))}


def _played(problem: Problem) -> list[list[str]]:
    size = problem.parameters["board_size"]
    board = {
        complex(r, c): v
        for r, row in enumerate(problem.parameters["true_start_board"])
        for c, v in enumerate(row)
    }
    me, you = ("0", "1") if problem.parameters["first"] == "0" else ("1", "0")
    for row, column in problem.parameters["moves"]:
        placed = complex(row - 1, column - 1)
        assert board[placed] == "*"
        turned = []
        for way in (1, -1, 1j, -1j, 1 + 1j, 1 - 1j, -1 + 1j, -1 - 1j):
            line = [placed + way * far for far in range(1, size + 1)]
            seen = "".join(board.get(cell, " ") for cell in line)
            run = re.match(f"({you}+){me}", seen)
            turned += line[: len(run[1])] if run else []
        assert turned, "a move that turns nothing over is not legal"
        for cell in [placed, *turned]:
            board[cell] = me
        me, you = you, me
    return [[board[complex(row, column)] for column in range(size)] for row in range(size)]


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    rows = _played(problem)
    yield f"<<<{', '.join(cell for row in rows for cell in row)}>>>"
    yield f"<<<{json.dumps(rows)}>>>"
    yield "<<<\n" + "\n".join("".join(row) for row in rows) + "\n>>>"
    yield "The final board is <<<" + ",\n".join(",".join(row) for row in rows) + ">>>."
    yield "Answer: " + ",".join(cell for row in rows for cell in row)
    yield "The answer is:\n\n```\n" + "\n".join(" ".join(row) for row in rows) + "\n```"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    flat = [cell for row in _played(problem) for cell in row]
    at = rng.randrange(len(flat))
    for other in sorted({"*", "0", "1", "2"} - {flat[at]}):
        yield f"<<<{','.join([*flat[:at], other, *flat[at + 1 :]])}>>>"
    yield f"<<<{','.join(flat[:-1])}>>>"
    yield f"<<<{','.join([*flat, '*'])}>>>"
    yield f"<<<{','.join(''.join(problem.parameters['true_start_board']))}>>>"


def holds(problem: Problem, text: str) -> bool:
    flat = "".join(cell for row in _played(problem) for cell in row)
    return re.sub(r"[^*01]", "", inside(text)) == flat

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.marked import inside

GOLDEN = "dbc81ec36289b373"
BROKEN: list[dict[str, Any]] = [{"rows": 1}, {"columns": 21}, {"cells": "words"}]
HARDEST: dict[str, Any] = {"rows": 20, "columns": 20, "cells": "symbols"}


def knobs(rng: Random) -> dict[str, Any]:
    most = rng.choice([4, 4, 8, 20])
    return {
        "rows": rng.randint(2, most),
        "columns": rng.randint(2, most),
        "cells": rng.choice(["letters", "digits", "mixed", "symbols"]),
    }


def _rotated(problem: Problem) -> list[list[str]]:
    matrix = problem.parameters["matrix"]
    return [[row[column] for row in matrix[::-1]] for column in range(len(matrix[0]))]


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    rows = _rotated(problem)
    flat = [cell for row in rows for cell in row]
    yield f"<<<{', '.join(flat)}>>>"
    yield f"First [A, B].\n\nSo it is <<< {json.dumps(rows)} >>> then."
    yield "<<<\n" + "\n".join(",".join(row) for row in rows) + "\n>>>"
    yield "<<<[" + ",\n".join("'" + "', '".join(row) + "'" for row in rows) + "]>>>"
    yield "<<<" + "\n".join("".join(row) for row in rows) + ">>>"
    if "&" not in flat:
        latex = " \\\\ ".join(" & ".join(row) for row in rows)
        yield f"$\\boxed{{\\begin{{bmatrix}} {latex} \\end{{bmatrix}}}}$"
    yield "Answer: " + ",".join(flat)
    yield "The answer is:\n" + "\n".join(" ".join(row) for row in rows) + "\n\nDone."


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    flat = [cell for row in _rotated(problem) for cell in row]
    at = rng.randrange(len(flat))
    yield f"<<<{','.join(flat[:-1])}>>>"
    yield f"<<<{','.join([*flat, flat[0]])}>>>"
    yield f"<<<{','.join([*flat[:at], '?', *flat[at + 1 :]])}>>>"
    other = [cell for row in problem.parameters["matrix"] for cell in row]
    for cells in (other, flat[::-1], [cell.lower() for cell in flat]):
        if cells != flat:
            yield f"<<<{','.join(cells)}>>>"


def holds(problem: Problem, text: str) -> bool:
    flat = "".join(cell for row in _rotated(problem) for cell in row)
    return flat in re.sub(r"[^A-Z0-9!@#$%^&*]", "", inside(text).replace("Answer", ""))

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.marked import inside

GOLDEN = "31a39a2f702cc233"
BROKEN: list[dict[str, Any]] = [
    {"window": 6},
    {"size": 13},
    {"pooling": "min"},
    {"lowest": 5, "highest": 5},
]
HARDEST: dict[str, Any] = {
    "size": 12,
    "window": 5,
    "pooling": "average",
    "lowest": -1000,
    "highest": 1000,
}


def knobs(rng: Random) -> dict[str, Any]:
    size = rng.choice([2, 3, 4, 5, 6, 6, 8, 12])
    low = rng.choice([-1000, -10, -10, 0, rng.randint(-1000, 999)])
    return {
        "size": size,
        "window": rng.randint(2, size),
        "pooling": rng.choice(["any", "max", "average"]),
        "lowest": low,
        "highest": rng.choice([low + 1, min(1000, low + 30), 1000]),
    }


def _windows(problem: Problem) -> list[list[Fraction]]:
    matrix, side = problem.parameters["matrix"], problem.parameters["window_size"]
    count = len(matrix) - side + 1
    rows = []
    for top in range(count):
        row = []
        for left in range(count):
            window = [matrix[top + down][left + right] for down in range(side) for right in range(side)]
            is_max = problem.parameters["pooling_type"] == "max"
            row.append(Fraction(sorted(window)[-1]) if is_max else Fraction(sum(window), len(window)))
        rows.append(row)
    return rows


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    rows = _windows(problem)
    flat = [value for row in rows for value in row]
    yield f"<<<{', '.join(f'{float(value):.2f}' for value in flat)}>>>"
    yield f"<<<{[[float(value) for value in row] for row in rows]}>>>"
    yield "So:\n\n<<<\n" + "\n".join(" ".join(map(str, row)) for row in rows) + "\n>>>"
    latex = " \\\\ ".join(
        " & ".join(f"\\frac{{{value.numerator}}}{{{value.denominator}}}" for value in row) for row in rows
    )
    yield f"$\\boxed{{\\begin{{pmatrix}} {latex} \\end{{pmatrix}}}}$"
    yield "The result is:\n" + "\n".join(", ".join(map(str, row)) for row in rows)


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    rows = _windows(problem)
    flat = [value for row in rows for value in row]
    at = rng.randrange(len(flat))
    for off in (Fraction(1), Fraction(-1), Fraction(1, 90)):
        yield f"<<<{', '.join(map(str, [*flat[:at], flat[at] + off, *flat[at + 1 :]]))}>>>"
    yield f"<<<{', '.join(map(str, [*flat, 0]))}>>>"
    yield f"<<<{problem.parameters['matrix']}>>>"
    turned = [value for column in zip(*rows, strict=True) for value in column]
    if any(abs(value - other) > Fraction(1, 100) for value, other in zip(turned, flat, strict=True)):
        yield f"<<<{', '.join(map(str, turned))}>>>"


def holds(problem: Problem, text: str) -> bool:
    answer = re.sub(r"\\frac\{(-?\d+)\}\{(\d+)\}", r"\1/\2", inside(text))
    answer = re.sub(r"\.?\s*/\s*", "/", answer)
    numbers = re.findall(r"-?\s*(?:\d+\s*/\s*\d+|\d*\.?\d+(?:[eE][-+]?\d+)?)", answer)
    given = [Fraction(number.replace(" ", "")) for number in numbers]
    flat = [value for row in _windows(problem) for value in row]
    off = Fraction(51, 10_000)
    return len(given) == len(flat) and all(
        abs(one - other) <= off for one, other in zip(given, flat, strict=True)
    )

"""pooling: the maximum or the average of every window of a matrix of integers.

Rules: `symbench` specification 4.12. The window is square and moves by one row or column at a time, so that an N x N
matrix and a w x w window give N - w + 1 rows and columns. The published problems have 3x3 to 6x6 matrices of integers
from -10 to 20, and windows of 2 and 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial
from random import Random
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice, integer
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Misfit, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import cells, items, unframed
from codesteer_tui.symbench.reading.numbers import number, plain
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Pooling: TypeAlias = Literal["max", "average"]

_FRACTION = re.compile(
    r"(?P<sign>[-+]?)\\[dt]?frac\s*\{\s*(?P<above>[-+]?[0-9]{1,30})\s*\}\s*\{\s*(?P<below>[0-9]{1,30})\s*\}"
)


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The matrix and the window. Larger ones are harder, and averages are harder than maxima.

    `size`: rows and columns of the matrix. `window`: rows and columns of the window, at most `size`. `pooling`: what is
    asked of each window; "any" is drawn. `lowest` and `highest`: the range of the integers.
    """

    size: Annotated[int, Meta(ge=2, le=12)] = 5
    window: Annotated[int, Meta(ge=2, le=12)] = 3
    pooling: Literal["any", "max", "average"] = "any"
    lowest: Annotated[int, Meta(ge=-1000, le=1000)] = -10
    highest: Annotated[int, Meta(ge=-1000, le=1000)] = 20

    def __post_init__(self) -> None:
        """Refuse a window that is larger than the matrix, and an empty range of integers."""
        if self.window > self.size:
            raise ValueError(f"a window of {self.window} does not fit into a matrix of size {self.size}")
        if self.lowest >= self.highest:
            raise ValueError(f"lowest {self.lowest} is not below highest {self.highest}")


Value = Annotated[int, Meta(ge=-(2**60), le=2**60)]


class Parameters(Struct, frozen=True):
    """What is checked: the matrix by rows, the window's side, and what is asked of each window."""

    matrix: Annotated[
        list[Annotated[list[Value], Meta(min_length=1, max_length=50)]], Meta(min_length=1, max_length=50)
    ]
    window_size: Annotated[int, Meta(ge=1, le=50)]
    pooling_type: Pooling

    def __post_init__(self) -> None:
        """Refuse rows of different lengths, and a window that does not fit."""
        if len({len(row) for row in self.matrix}) > 1:
            raise ValueError("the rows of the matrix have different lengths")
        if self.window_size > min(len(self.matrix), len(self.matrix[0])):
            raise ValueError("the window is larger than the matrix")


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `tolerance`: how far an average may be off (0.0051 allows two decimals). `decimals`: a whole number may be written
    "16.0". `rows`: rows in brackets of their own or on lines of their own are as good as one list.
    """

    tolerance: Annotated[float, Meta(ge=0, le=1)] = 0.0051
    decimals: bool = True
    rows: bool = True


class PoolingTask:
    """Take the maximum or the average of every window."""

    id = "pooling"
    title = "Max and average pooling"
    category: Category = "mathematics"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a matrix, and where it is open whether maxima or averages are asked for."""
        kinds: tuple[Pooling, ...] = ("max", "average")
        kind = choice(rng, kinds) if difficulty.pooling == "any" else difficulty.pooling
        matrix = [
            [integer(rng, difficulty.lowest, difficulty.highest) for _ in range(difficulty.size)]
            for _ in range(difficulty.size)
        ]
        return Problem(
            question=_question(matrix, difficulty.window, kind),
            task=self.id,
            parameters={"matrix": matrix, "window_size": difficulty.window, "pooling_type": kind},
            gold=_form(solve(matrix, difficulty.window, kind)),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the value of every window in its place: exact for maxima, within the tolerance for averages."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge the values. They are read as strings row by row; `where` is a wrong one (row, column from 0)."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        choices = policy or Choices()
        read, rules = partial(_read, parameters, choices), partial(_broken_rules, parameters, choices)
        return look(answer, read, rules, "The value of every window is right.", most=most)

    def solve(self, problem: Problem) -> str | None:
        """Pool the columns first, then the rows of what that gives."""
        parameters = parameters_for(problem, Parameters)
        return _form(solve(parameters.matrix, parameters.window_size, parameters.pooling_type))


def _read(parameters: Parameters, policy: Choices, text: str) -> list[str] | Unreadable:
    height = len(parameters.matrix) - parameters.window_size + 1
    width = len(parameters.matrix[0]) - parameters.window_size + 1
    line = plain(unframed(_FRACTION.sub(r"\g<sign>\g<above>/\g<below>", text)))
    line = re.sub(r"\s*/\s*", "/", line) if "/" in line else line
    found = cells(line, height, width)
    if isinstance(found, Unreadable):
        return found
    if not policy.rows and (isinstance(items(line), Unreadable) or "\n" in line.strip()):
        return Misfit("The values are not one list")
    odd = next((value for value in map(number, found) if isinstance(value, Unreadable)), None)
    return odd or found


def _broken_rules(parameters: Parameters, policy: Choices, found: list[str]) -> Iterator[Broken]:
    right, side = _pooled(parameters), parameters.window_size
    average = parameters.pooling_type == "average"
    tolerance = Fraction(str(policy.tolerance)) if average else Fraction(0)
    for at, cell in enumerate(found):
        row, column = divmod(at, len(right[0]))
        value, expected = number(cell), right[row][column]
        if isinstance(value, Unreadable) or abs(value - expected) > tolerance:
            what = "average" if average else "maximum"
            window = f"rows {row + 1} to {row + side}, columns {column + 1} to {column + side}"
            wrong = f"is {_shown(expected)}, not {shorten(cell)}."
            yield Broken(f"The {what} of the window in {window} {wrong}", ((row, column),))
        elif not policy.decimals and value.denominator == 1 and "." in cell:
            yield Broken(f'The whole number "{shorten(cell)}" is written with decimals.', ((row, column),))


def _pooled(parameters: Parameters) -> list[list[Fraction]]:
    """Take every window by itself."""
    matrix, side = parameters.matrix, parameters.window_size
    result = []
    for top in range(len(matrix) - side + 1):
        row = []
        for left in range(len(matrix[0]) - side + 1):
            window = [value for line in matrix[top : top + side] for value in line[left : left + side]]
            pooled = max(window) if parameters.pooling_type == "max" else Fraction(sum(window), side * side)
            row.append(Fraction(pooled))
        result.append(row)
    return result


def _shown(value: Fraction) -> str:
    """Write a number exactly: as a decimal of up to four places where it is one, else as a fraction."""
    if value.denominator == 1 or 10_000 % value.denominator:
        return str(value)
    return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")


def _form(rows: list[list[Fraction]]) -> str:
    return f"<<<{', '.join(_shown(value) for row in rows for value in row)}>>>"


def _question(matrix: list[list[int]], side: int, kind: Pooling) -> str:
    shown = "\n".join(", ".join(map(str, row)) for row in matrix)
    count = len(matrix) - side + 1
    what, precision, example = "maximum", "", "<<<2001, 2002, 2003, 2004>>>"
    if kind == "average":
        what, example = "average", "<<<2001, 2002.25, -2003.67, 2004/9>>>"
        precision = " Write averages as exact fractions, or as decimals with at least two places (rounded)."
    return (
        f"A window of {side} rows and {side} columns moves over this matrix, one column or one row at a time, and "
        f"never reaches beyond its border:\n\n{shown}\n\n"
        f"For each of its {count} x {count} positions, find the {what} of the {side * side} numbers in the window. "
        f"Arrange the results as the windows lie in the matrix.{precision}\n"
        "Give the results row by row as your final answer, separated by commas, in the form <<<value, value, ...>>>. "
        f"For example, a result of 2 rows and 2 columns looks like {example}."
    )


def solve(matrix: list[list[int]], side: int, kind: Pooling) -> list[list[Fraction]]:
    """Pool along each row, then along the columns of the result; sums run along, nothing is taken window by window."""
    across = [_slide(row, side, kind) for row in matrix]
    down = [_slide(list(column), side, kind) for column in zip(*across, strict=True)]
    area = 1 if kind == "max" else side * side
    return [[Fraction(value, area) for value in row] for row in zip(*down, strict=True)]


def _slide(values: list[int], side: int, kind: Pooling) -> list[int]:
    """The maximum or the sum of `side` neighbours, for each place where they begin."""
    if kind == "max":
        return [max(values[at : at + side]) for at in range(len(values) - side + 1)]
    total = sum(values[:side])
    result = [total]
    for at in range(side, len(values)):
        total += values[at] - values[at - side]
        result.append(total)
    return result


TASK = PoolingTask()

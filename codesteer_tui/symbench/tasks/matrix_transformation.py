"""matrix_transformation: rotate a matrix of characters by a quarter turn clockwise.

Rules: `symbench` specification 4.10. The answer is the rotated matrix as one list, row by row. The published set has
2x2 and 3x3 letters, 2x3 digits, 3x4 letters with digits, and 4x4 symbols.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Misfit, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import cells, unframed
from codesteer_tui.symbench.task import Category, NoPolicy, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Kind: TypeAlias = Literal["letters", "digits", "mixed", "symbols"]

_LETTERS, _DIGITS, _SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "!@#$%^&*"
_CELLS: dict[Kind, str] = {
    "letters": _LETTERS,
    "digits": _DIGITS,
    "mixed": _LETTERS + _DIGITS,
    "symbols": _SYMBOLS,
}
_DRAWS = 20
_ESCAPED = re.compile(r"\\(?=[!@#$%^&*])")


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The matrix. Larger ones are harder, and symbols are harder than letters.

    `rows` and `columns`: its size before the rotation. `cells`: what is in it; "mixed" is letters and digits.
    """

    rows: Annotated[int, Meta(ge=2, le=20)] = 3
    columns: Annotated[int, Meta(ge=2, le=20)] = 4
    cells: Kind = "mixed"


Cell = Annotated[str, Meta(min_length=1, max_length=20)]


class Parameters(Struct, frozen=True):
    """What is checked: the matrix before its rotation, by rows."""

    matrix: Annotated[
        list[Annotated[list[Cell], Meta(min_length=1, max_length=100)]], Meta(min_length=1, max_length=100)
    ]

    def __post_init__(self) -> None:
        """Refuse rows of different lengths."""
        if len({len(row) for row in self.matrix}) > 1:
            raise ValueError("the rows of the matrix have different lengths")


class MatrixTransformation:
    """Rotate a matrix clockwise."""

    id = "matrix_transformation"
    title = "Rotating a matrix"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = NoPolicy

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a matrix that reads differently once it is rotated."""
        matrix = _draw(rng, difficulty)
        return Problem(
            question=_question(matrix),
            task=self.id,
            parameters={"matrix": matrix},
            gold=_form(solve(matrix)),
        )

    def verify(self, problem: Problem, answer: str, policy: NoPolicy | None = None) -> Verdict:
        """Accept the cells of the rotated matrix in their order, as one list or by rows; capitals matter."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: NoPolicy | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a matrix. It is read as its cells row by row; `where` is a wrong one (row, column from 0)."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        matrix = parameters.matrix
        right = "Every cell is where the rotation puts it."
        return look(answer, partial(_read, matrix), partial(_broken_rules, matrix), right, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Move every cell to its new place, one by one."""
        return _form(solve(parameters_for(problem, Parameters).matrix))


def _read(matrix: list[list[str]], text: str) -> list[str] | Unreadable:
    height, width = len(matrix[0]), len(matrix)
    single = all(len(cell) == 1 for row in matrix for cell in row)
    framed = not any(sign in cell for row in matrix for cell in row for sign in "&|{}")
    found = cells(_ESCAPED.sub("", unframed(text) if framed else text), height, width, glued=single)
    if isinstance(found, Unreadable):
        return found
    long = next((cell for cell in found if len(cell) != 1), None)
    return Misfit(f'"{shorten(long)}" is not the sign of one cell') if single and long is not None else found


def _broken_rules(matrix: list[list[str]], found: list[str]) -> Iterator[Broken]:
    right = [cell for row in zip(*reversed(matrix), strict=True) for cell in row]
    if found == right:
        return
    if found == [cell for row in matrix for cell in row]:
        yield Broken("The matrix is not rotated.")
    if found == right[::-1]:
        yield Broken("The matrix is rotated counter-clockwise.")
    for at, cell in enumerate(found):
        if cell != right[at]:
            row, column = divmod(at, len(matrix))
            yield Broken(
                f"Row {row + 1}, column {column + 1} of the rotated matrix (item {at + 1} of the list) is "
                f'"{right[at]}", not "{shorten(cell)}".',
                ((row, column),),
            )


def _form(rows: list[list[str]]) -> str:
    return f"<<<{','.join(cell for row in rows for cell in row)}>>>"


def _question(matrix: list[list[str]]) -> str:
    shown = "\n".join(" ".join(row) for row in matrix)
    return (
        f"Here is a matrix with {len(matrix)} rows and {len(matrix[0])} columns. The cells of a row are separated by "
        f"blanks:\n\n{shown}\n\n"
        "Turn it by 90 degrees clockwise, so that its first column, read from bottom to top, becomes its first row. "
        "Then list the cells of the new matrix row by row, from left to right.\n"
        "Give the list as your final answer, separated by commas, in the form <<<cell,cell,...>>>. For example, the "
        "matrix with the rows a b c and d e f gives <<<d,a,e,b,f,c>>>."
    )


def _draw(rng: Random, difficulty: Knobs) -> list[list[str]]:
    """Draw a matrix; drawn anew where copying it out would already be the answer."""
    matrix: list[list[str]] = []
    for _ in range(_DRAWS):
        matrix = [
            [choice(rng, _CELLS[difficulty.cells]) for _ in range(difficulty.columns)]
            for _ in range(difficulty.rows)
        ]
        if _form(solve(matrix)) != _form(matrix):
            break
    return matrix


def solve(matrix: list[list[str]]) -> list[list[str]]:
    """Rotate clockwise: the cell in row r, column c goes to row c, column (number of rows - 1 - r)."""
    height, width = len(matrix), len(matrix[0])
    turned = [[""] * height for _ in range(width)]
    for row in range(height):
        for column in range(width):
            turned[column][height - 1 - row] = matrix[row][column]
    return turned


TASK = MatrixTransformation()

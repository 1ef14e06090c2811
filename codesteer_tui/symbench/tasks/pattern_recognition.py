"""pattern_recognition: find the one square block of equal letters in a matrix of letters.

Rules: `symbench` specification 4.15. The published matrices have 6 to 15 rows and columns, and a square of three to
six rows; the answer is the bottom right cell of the largest square, counted from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from random import Random
from string import ascii_uppercase
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice, integer, sample
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look
from codesteer_tui.symbench.reading.lists import pairs
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_SMALLEST = 3
_REPAIRS = 100_000
_IN_WORDS = re.compile(
    r"\(?\s*row\s{0,9}[:=]?\s{0,9}([0-9]{1,9})\s{0,9},?\s{0,9}(?:and\s{1,9})?"
    r"col(?:umn)?\s{0,9}[:=]?\s{0,9}([0-9]{1,9})\s*\)?\.?",
    re.IGNORECASE,
)

Matrix = list[list[str]]


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The matrix. A larger one, fewer letters and more decoys make it harder; a larger square makes it easier.

    `min_size` and `max_size`: rows and columns, each drawn between them. `side`: rows of the square. `letters`: how
    many different letters there are. `decoys`: blocks of 3*3 that would be squares but for one cell.
    """

    min_size: Annotated[int, Meta(ge=4, le=40)] = 6
    max_size: Annotated[int, Meta(ge=4, le=40)] = 15
    side: Annotated[int, Meta(ge=3, le=20)] = 3
    letters: Annotated[int, Meta(ge=3, le=26)] = 26
    decoys: Annotated[int, Meta(ge=0, le=20)] = 0

    def __post_init__(self) -> None:
        """Refuse an empty range, and a square that has no room in the smallest matrix."""
        if self.min_size > self.max_size:
            raise ValueError(f"min_size {self.min_size} is greater than max_size {self.max_size}")
        if self.side > self.min_size:
            raise ValueError(
                f"a square of side {self.side} has no room in a matrix of min_size {self.min_size}"
            )


class Parameters(Struct, frozen=True):
    """What is checked: the matrix, a string for each row."""

    matrix: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=100)]], Meta(min_length=1, max_length=100)
    ]

    def __post_init__(self) -> None:
        """Refuse rows of different lengths."""
        if len(set(map(len, self.matrix))) != 1:
            raise ValueError("the rows of matrix differ in length")


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `bare_pairs`: "8, 9" and "row 8, column 9" count as "[8, 9]"."""

    bare_pairs: bool = True


class PatternRecognition:
    """Find a square of equal letters."""

    id = "pattern_recognition"
    title = "A square of equal letters"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Plant a square and decoys among random letters, and break up every other square that came about."""
        matrix, corner = _draw(rng, difficulty)
        return Problem(
            question=_question(matrix),
            task=self.id,
            parameters={"matrix": ["".join(row) for row in matrix]},
            gold=_form(corner),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the bottom right cell of the largest square."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a cell. It is read as a list of (row, column) from 0; `where` is the cell where it is the wrong one."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        read, rules = partial(_read, policy or Choices()), partial(_broken_rules, parameters)
        return look(answer, read, rules, "It is the bottom right cell of the square.", most=most)

    def solve(self, problem: Problem) -> str | None:
        """Grow a square from every cell downwards and to the right."""
        corner = solve(parameters_for(problem, Parameters).matrix)
        return _form(corner) if corner else None


def _read(policy: Choices, text: str) -> list[tuple[int, int]] | Unreadable:
    if not policy.bare_pairs and not text.lstrip().startswith(("[", "(")):
        return Unreadable("It is not a pair in brackets")
    words = _IN_WORDS.fullmatch(text.strip())
    return [(int(words[1]), int(words[2]))] if words else pairs(text)


def _broken_rules(parameters: Parameters, found: list[tuple[int, int]]) -> Iterator[Broken]:
    if len(found) != 1:
        yield Broken(f"It is {len(found)} positions, not one.", misfit=True)
        return
    row, column = found[0]
    sides = square_sides(parameters.matrix)
    if not (0 <= row < len(sides) and 0 <= column < len(sides[0])):
        size = f"the matrix has {len(sides)} rows and {len(sides[0])} columns"
        yield Broken(f"There is no row {row}, column {column}: {size}.")
        return
    side, largest = sides[row][column], max(map(max, sides))
    if side < _SMALLEST:
        none = f"No square of three or more equal letters a side ends at row {row}, column {column}."
        yield Broken(none, ((row, column),))
    elif side < largest:
        smaller = (
            f"The square that ends at row {row}, column {column} is not the largest: it has {side} rows."
        )
        yield Broken(smaller, ((row, column),))


def square_sides(matrix: list[str]) -> list[list[int]]:
    """For each cell the side of the largest square of one letter of which it is the bottom right cell."""
    sides: list[list[int]] = []
    above, sides_above = "", [0] * len(matrix[0])
    for letters in matrix:
        line: list[int] = []
        for column, letter in enumerate(letters):
            side = 1
            if column and letters[column - 1] == letter and above[column - 1 : column + 1] == letter * 2:
                side += min(sides_above[column], line[column - 1], sides_above[column - 1])
            line.append(side)
        sides.append(line)
        above, sides_above = letters, line
    return sides


def _form(corner: tuple[int, int]) -> str:
    return f"<<<[{corner[0]}, {corner[1]}]>>>"


def _question(matrix: Matrix) -> str:
    shown = "\n".join(" ".join(row) for row in matrix)
    return (
        f"Here is a matrix of {len(matrix)} rows and {len(matrix[0])} columns of letters:\n\n{shown}\n\n"
        "Somewhere in it is a square block, of three or more rows and as many columns, all of whose cells hold the "
        "same letter. There is only one, if the smaller squares within it are not counted. Where is the bottom right "
        "cell of this block?\n"
        "Rows are counted from 0 at the top, columns from 0 at the left. Give the cell as <<<[row, column]>>>. "
        "For example, <<<[1, 0]>>> would be the first cell of the second row."
    )


def _draw(rng: Random, difficulty: Knobs) -> tuple[Matrix, tuple[int, int]]:
    height, width = (integer(rng, difficulty.min_size, difficulty.max_size) for _ in range(2))
    side = difficulty.side
    alphabet = sorted(sample(rng, ascii_uppercase, difficulty.letters))
    matrix = [[choice(rng, alphabet) for _ in range(width)] for _ in range(height)]
    for _ in range(
        difficulty.decoys
    ):  # whole squares: the repair spoils every square but the last one planted
        _plant(rng, matrix, alphabet, _SMALLEST)
    top, left = _plant(rng, matrix, alphabet, side)
    kept = {(row, column) for row in range(top, top + side) for column in range(left, left + side)}
    _repair(rng, matrix, alphabet, kept)
    return matrix, (top + side - 1, left + side - 1)


def _plant(rng: Random, matrix: Matrix, alphabet: list[str], side: int) -> tuple[int, int]:
    """Write a square of one letter somewhere into the matrix; gives its top left cell."""
    top, left = integer(rng, 0, len(matrix) - side), integer(rng, 0, len(matrix[0]) - side)
    letter = choice(rng, alphabet)
    for row in range(top, top + side):
        matrix[row][left : left + side] = [letter] * side
    return top, left


def _repair(rng: Random, matrix: Matrix, alphabet: list[str], kept: set[tuple[int, int]]) -> None:
    """Change cells outside of `kept` until no square of 3*3 is left that is not within it."""
    blocks = [(top, left) for top in range(len(matrix) - 2) for left in range(len(matrix[0]) - 2)]
    waiting = list(blocks)
    for _ in range(_REPAIRS):
        if not waiting:
            return
        top, left = waiting.pop()
        cells = [(row, column) for row in range(top, top + 3) for column in range(left, left + 3)]
        free = [cell for cell in cells if cell not in kept]
        if not free or len({matrix[row][column] for row, column in cells}) > 1:
            continue
        row, column = choice(rng, free)
        matrix[row][column] = choice(rng, [letter for letter in alphabet if letter != matrix[row][column]])
        waiting += [
            (top, left)
            for top in range(max(0, row - 2), row + 1)
            for left in range(max(0, column - 2), column + 1)
            if top + 2 < len(matrix) and left + 2 < len(matrix[0])
        ]


def solve(matrix: list[str]) -> tuple[int, int] | None:
    """Find the bottom right cell of the largest square of one letter with three or more rows; None if there is none."""
    best, corner = _SMALLEST - 1, None
    for top in range(len(matrix)):
        for left in range(len(matrix[0])):
            line = matrix[top][left] * (best + 1)
            while top + len(line) <= len(matrix) and all(
                row[left : left + len(line)] == line for row in matrix[top : top + len(line)]
            ):
                best, corner = len(line), (top + len(line) - 1, left + len(line) - 1)
                line += matrix[top][left]
    return corner


TASK = PatternRecognition()

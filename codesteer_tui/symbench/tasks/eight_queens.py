"""eight_queens: complete a board to as many queens as it has rows, none of which attacks another.

Rules: `symbench` specification 4.3. The published boards have 8 rows with up to three queens and four
forbidden squares, and in the variants up to 14 rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import sample, shuffled
from codesteer_tui.symbench.reading.answer import (
    MOST_BROKEN,
    Broken,
    Look,
    Unreadable,
    look,
    shorten,
    there_are,
)
from codesteer_tui.symbench.reading.lists import pairs
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Square: TypeAlias = tuple[int, int]

_EMPTY, _QUEEN, _FORBIDDEN = "0", "1", "X"


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The board. A larger one is harder, and so is one with more forbidden squares, which leave fewer solutions.

    `size`: rows and columns. `queens`: how many already stand there; those that fix the rest make it easier.
    `blocked`: how many squares are forbidden.
    """

    size: Annotated[int, Meta(ge=4, le=14)] = 8
    queens: Annotated[int, Meta(ge=0, le=13)] = 2
    blocked: Annotated[int, Meta(ge=0, le=182)] = 3

    def __post_init__(self) -> None:
        """Refuse boards that are full, or that have no room for so many forbidden squares."""
        if self.queens >= self.size:
            raise ValueError(f"queens {self.queens} leaves none to place on a board of size {self.size}")
        if self.blocked > self.size * (self.size - 1):
            raise ValueError(f"blocked {self.blocked} leaves no room for {self.size} queens")


class Parameters(Struct, frozen=True):
    """What is checked: the board by rows, of "0" (empty), "1" (a queen) and "X" (forbidden)."""

    initial_board: Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(min_length=1, max_length=20)]

    def __post_init__(self) -> None:
        """Refuse what is no square board of the three signs."""
        for row in self.initial_board:
            if len(row) != len(self.initial_board) or set(row) - {_EMPTY, _QUEEN, _FORBIDDEN}:
                raise ValueError("the rows of initial_board are no square board of 0, 1 and X")

    def squares(self, sign: str) -> list[tuple[int, int]]:
        """List the squares (row, column, from 0) that bear a sign."""
        board = self.initial_board
        return [
            (at, column) for at, row in enumerate(board) for column, found in enumerate(row) if found == sign
        ]


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `brackets`: the pairs may also be written as a list of lists or tuples."""

    brackets: bool = True


class EightQueens:
    """Place queens that do not attack each other."""

    id = "eight_queens"
    title = "Queens on a board"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a solution, leave some of its queens on the board, and forbid squares that it does not use."""
        size = difficulty.size
        solution = solve([_EMPTY * size] * size, lambda columns: shuffled(rng, columns)) or []
        given = sorted(sample(rng, solution, difficulty.queens))
        free = [
            (row, column) for row in range(size) for column in range(size) if (row, column) not in solution
        ]
        blocked = sorted(sample(rng, free, difficulty.blocked))
        signs = dict.fromkeys(given, _QUEEN) | dict.fromkeys(blocked, _FORBIDDEN)
        board = ["".join(signs.get((row, column), _EMPTY) for column in range(size)) for row in range(size)]
        return Problem(
            question=_question(board),
            task=self.id,
            parameters={
                "board_size": size,
                "initial_board": board,
                "blocked_positions": [list(square) for square in blocked],
                "placed_queens": [list(square) for square in given],
            },
            gold=_form(solution),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any full placement that keeps the given queens and breaks no rule."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a placement. It is read as (row, column) from 0; `where` are the squares that break a rule."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        read = partial(_read, parameters, policy or Choices())
        right = "All queens are placed, and none attacks another."
        return look(answer, read, partial(_broken_rules, parameters), right, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Search row by row, the row with the fewest free squares first."""
        found = solve(parameters_for(problem, Parameters).initial_board)
        return _form(found) if found is not None else None


def _read(parameters: Parameters, policy: Choices, text: str) -> list[Square] | Unreadable:
    if not policy.brackets and any(sign in text for sign in "[]()"):
        return Unreadable("The positions are in brackets")
    if _is_no_list_of_pairs(text, len(parameters.initial_board)):
        return Unreadable(f'"{shorten(text)}" is not of the form "row column, row column, ..."')
    return pairs(text)


def _broken_rules(parameters: Parameters, queens: list[Square]) -> Iterator[Broken]:
    size = len(parameters.initial_board)
    if len(queens) != size:
        yield Broken(f"{there_are(len(queens), 'queens')}, not {size} (the given ones count).", misfit=True)
    there: list[Square] = []
    for row, column in queens:
        if not (0 <= row < size and 0 <= column < size):
            yield Broken(f"There is no square {row} {column} on the board.", ((row, column),))
            continue
        there.append((row, column))
        if parameters.initial_board[row][column] == _FORBIDDEN:
            yield Broken(f"The square {row} {column} is forbidden.", ((row, column),))
    for row, column in parameters.squares(_QUEEN):
        if (row, column) not in queens:
            yield Broken(f"The given queen at {row} {column} is missing.", ((row, column),))
    yield from _attacks(there)


def _is_no_list_of_pairs(text: str, size: int) -> bool:
    """Whether a text is a board of 0 and 1, or one number for each row, which would be read as half as many pairs."""
    parts = [part.split() for part in re.split(r"[,;\n]", text.strip().strip("[]()").strip()) if part.strip()]
    signs = "".join(re.findall(r"[0-9A-Za-z*.]", text[: 10 * size * size]))
    is_board = len(signs) == size * size > 2 * size and not set(signs) - set("01XQ.*")
    return is_board or (len(parts) in (1, size) and sum(map(len, parts)) == size and "(" not in text)


def _attacks(queens: list[Square]) -> Iterator[Broken]:
    for at, (row, column) in enumerate(queens):
        for other_row, other_column in queens[:at]:
            down, right = abs(row - other_row), abs(column - other_column)
            if down == right == 0:
                yield Broken(f"The queen at {row} {column} is listed more than once.", ((row, column),))
            elif down == 0 or right == 0 or down == right:
                yield Broken(
                    f"Queens at {other_row} {other_column} and {row} {column} attack each other.",
                    ((other_row, other_column), (row, column)),
                )


def _form(queens: Sequence[tuple[int, int]]) -> str:
    return f"<<<{', '.join(f'{row} {column}' for row, column in queens)}>>>"


def _question(board: list[str]) -> str:
    size = len(board)
    shown = "\n".join(board)
    return (
        f"Here is a chessboard of {size} rows and {size} columns. A 1 is a queen that already stands there, an X is "
        "a square that has to stay empty, and a 0 is any other empty square.\n\n"
        f"{shown}\n\n"
        f"Add queens until there are {size} on the board. The given ones stay where they are, no queen stands on an "
        "X, and no two queens share a row, a column or a diagonal, however far apart they are.\n"
        "Rows are counted from 0 at the top, columns from 0 at the left. Give the squares of all "
        f"{size} queens, the given ones included, in any order, each as its row and its column, in the form "
        "<<<row column, row column, ...>>>. For example, <<<2 0, 0 1>>> would be one queen in row 2, column 0 and "
        "another in row 0, column 1."
    )


def solve(
    board: Sequence[str], order: Callable[[list[int]], list[int]] = lambda columns: columns
) -> list[tuple[int, int]] | None:
    """Complete a board, given as rows of "0", "1" and "X"; None where that cannot be done.

    Backtracking over bit masks, the row with the fewest free columns first. `order` puts the columns of a row into the
    order in which they are tried. Returns (row, column) in the order of the rows.
    """
    size = len(board)
    allowed = [
        sum(1 << column for column in range(size) if signs[column] == (_QUEEN if _QUEEN in signs else _EMPTY))
        for signs in board
    ]
    if any(signs.count(_QUEEN) > 1 for signs in board):
        return None
    chosen: dict[int, int] = {}

    def extend(columns: int, falling: int, rising: int) -> bool:
        """Place the rest, given the columns and the diagonals (column - row + size, row + column) in use."""
        if len(chosen) == size:
            return True
        free = {
            row: allowed[row] & ~(columns | falling >> (size - row) | rising >> row)
            for row in range(size)
            if row not in chosen
        }
        row = min(free, key=lambda at: free[at].bit_count())
        for column in order([column for column in range(size) if free[row] >> column & 1]):
            chosen[row] = column
            if extend(
                columns | 1 << column,
                falling | 1 << (column - row + size),
                rising | 1 << (row + column),
            ):
                return True
            del chosen[row]
        return False

    return sorted(chosen.items()) if extend(0, 0, 0) else None


TASK = EightQueens()

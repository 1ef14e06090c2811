"""standard_sudoku: fill a 9*9 grid so that every row, column and 3*3 box holds the digits 1 to 9.

Rules: `symbench` specification 4.19. The published puzzles have 51 to 55 empty cells and one solution each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import shuffled
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Misfit, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import table, unframed
from codesteer_tui.symbench.solvers.filling import fillings
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_DIGITS = "123456789"
_ATTEMPTS = 60
_UNITS = [
    *([9 * row + column for column in range(9)] for row in range(9)),
    *([9 * row + column for row in range(9)] for column in range(9)),
    *([9 * (top + at // 3) + left + at % 3 for at in range(9)] for top in (0, 3, 6) for left in (0, 3, 6)),
]
_PEERS = [
    [other for other in range(81) if other != cell and any({cell, other} <= set(unit) for unit in _UNITS)]
    for cell in range(81)
]

Digit = Annotated[int, Meta(ge=0, le=9)]
Row = Annotated[list[Digit], Meta(min_length=9, max_length=9)]


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """How much is to fill in. `empty`: the number of empty cells; more of them are harder."""

    empty: Annotated[int, Meta(ge=10, le=57)] = 53


class Parameters(Struct, frozen=True):
    """What is checked: the grid by rows, with 0 for an empty cell."""

    puzzle: Annotated[list[Row], Meta(min_length=9, max_length=9)]


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `bare_rows`: the rows may also stand on lines of their own, without brackets."""

    bare_rows: bool = True


class StandardSudoku:
    """Solve a sudoku."""

    id = "standard_sudoku"
    title = "Sudoku"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a full grid and empty its cells in drawn order, as long as they can be filled in one way only."""
        puzzle, solution = _draw(rng, difficulty.empty)
        rows = [puzzle[at : at + 9] for at in range(0, 81, 9)]
        return Problem(
            question=_question(rows),
            task=self.id,
            parameters={"puzzle": rows},
            gold=_form(solution),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any full grid that keeps the given digits and repeats none in a row, column or box."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a grid. It is read as nine rows of strings; `where` are the cells (row, column from 0) at fault."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        read, rules = partial(_read, policy or Choices()), partial(_broken_rules, parameters)
        right = "Every row, column and box holds the digits 1 to 9, and the given ones are kept."
        return look(answer, read, rules, right, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Search, the cell or digit with the fewest possibilities first."""
        grid = list(chain.from_iterable(parameters_for(problem, Parameters).puzzle))
        found = next(fillings(grid, _UNITS, 9), None)
        return _form(found) if found else None


def _read(policy: Choices, text: str) -> list[list[str]] | Unreadable:
    if not policy.bare_rows and not text.lstrip().startswith("["):
        return Unreadable("It is not a list of lists in brackets")
    rows = table(unframed(text), 9, 9, glued=True)
    return Misfit(rows.removesuffix(".")) if isinstance(rows, str) else rows


def _broken_rules(parameters: Parameters, rows: list[list[str]]) -> Iterator[Broken]:
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = f"Row {at + 1}, column {column + 1}"
            given = parameters.puzzle[at][column]
            if cell not in _DIGITS or len(cell) != 1:
                odd = f'{place} holds "{shorten(cell)}", not a digit from 1 to 9.'
                yield Broken(odd, ((at, column),), misfit=True)
            elif given and cell != str(given):
                yield Broken(f"{place} is given as {given}, not {cell}.", ((at, column),))
    for kind, units in zip(("Row", "Column", "Box"), (_UNITS[:9], _UNITS[9:18], _UNITS[18:]), strict=True):
        for number, unit in enumerate(units, 1):
            cells = [divmod(cell, 9) for cell in unit]
            for digit in _DIGITS:
                where = tuple((at, column) for at, column in cells if rows[at][column] == digit)
                if len(where) > 1:
                    name = f"{kind} {number}{_box(number) if kind == 'Box' else ''}"
                    yield Broken(f"{name} holds {digit} more than once.", where)


def _box(number: int) -> str:
    return f" (rows {_span((number - 1) // 3)}, columns {_span((number - 1) % 3)})"


def _span(third: int) -> str:
    return f"{3 * third + 1} to {3 * third + 3}"


def _form(grid: Sequence[int]) -> str:
    return f"<<<{[list(grid[at : at + 9]) for at in range(0, 81, 9)]}>>>"


def _question(rows: list[list[int]]) -> str:
    shown = "\n".join(" ".join(str(digit or ".") for digit in row) for row in rows)
    return (
        "Solve this sudoku. A dot is an empty cell.\n\n"
        f"{shown}\n\n"
        "Put a digit from 1 to 9 into every empty cell, and leave the given digits as they are. In the end no digit "
        "may occur twice in a row, in a column, or in one of the nine 3*3 boxes into which the grid is divided. There "
        "is exactly one solution.\n"
        "Give the full grid as your final answer: a list of its nine rows from top to bottom, each of them a list of "
        "nine digits, in the form <<<[[row 1], [row 2], ..., [row 9]]>>>. For example, a row that reads 1 to 9 from "
        "left to right would be [1, 2, 3, 4, 5, 6, 7, 8, 9]."
    )


def _draw(rng: Random, empty: int) -> tuple[list[int], list[int]]:
    """Draw a puzzle and its only solution.

    A grid that cannot be emptied so far is given up for another one. Should all of them fail, which is less likely
    than one in a million, the puzzle has as many empty cells as was possible.
    """
    best: tuple[int, list[int], list[int]] = (-1, [], [])
    for _ in range(_ATTEMPTS):
        solution = next(fillings([0] * 81, _UNITS, 9, lambda digits: shuffled(rng, digits)))
        puzzle = list(solution)
        removed = 0
        for cell in shuffled(rng, range(81)):
            if removed == empty:
                break
            puzzle[cell] = 0
            if _other_digit_fits(puzzle, cell, solution[cell]):
                puzzle[cell] = solution[cell]
            else:
                removed += 1
        if removed == empty:
            return puzzle, solution
        best = max(best, (removed, puzzle, solution))
    return best[1], best[2]


def _other_digit_fits(puzzle: list[int], cell: int, digit: int) -> bool:
    """Whether a puzzle whose only solution had `digit` in this cell has a further one now that the cell is empty."""
    if len({puzzle[peer] for peer in _PEERS[cell]} - {0}) == 8:
        return False
    return next(fillings(puzzle, _UNITS, 9, banned=(cell, digit)), None) is not None


TASK = StandardSudoku()

"""logic_puzzle: select different numbers from a square grid under a condition on every row and column.

Rules: `symbench` specification 4.14. The published grids have 2 to 10 rows. In the two easiest levels the selected
numbers of a row or column may sum to at most 4, in the others their product has to be positive. The number at the top
right is always one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from random import Random
from typing import Annotated, Literal

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, choice, integer, sample, shuffled
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, there_are
from codesteer_tui.symbench.reading.lists import pairs
from codesteer_tui.symbench.solvers.logic_puzzle import select
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_MOST = 4
_POSITIVE = 0.7

Cells = list[tuple[int, int]]
Number = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
Row = Annotated[list[Number], Meta(max_length=20)]


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The grid and how much to select. A larger grid with more selections is harder, and "product" harder than "sum".

    `size`: rows and columns. `selections`: how many numbers to select. `max_value`: the largest number, apart from the
    sign; fewer different ones are harder. `condition`: "sum" (at most 4, all positive) or "product" (positive).
    """

    size: Annotated[int, Meta(ge=2, le=12)] = 7
    selections: Annotated[int, Meta(ge=2, le=60)] = 16
    max_value: Annotated[int, Meta(ge=2, le=60)] = 14
    condition: Literal["sum", "product"] = "product"

    def __post_init__(self) -> None:
        """Refuse more selections than there are cells, or different numbers that can meet the condition."""
        if self.selections > self.size * self.size:
            raise ValueError(
                f"a grid of size {self.size} has less than {self.selections} cells for selections"
            )
        most = min(_MOST, self.max_value, self.size + 1)
        if self.condition == "sum" and self.selections > most:
            raise ValueError(
                f"with the condition sum at most {most} selections are possible, not {self.selections}"
            )
        scarce = self.selections > self.max_value
        if (
            self.condition == "product"
            and scarce
            and (self.max_value < 4 or 2 * self.selections > 3 * self.max_value)
        ):
            raise ValueError(
                f"selections {self.selections} needs more different numbers than max_value {self.max_value} gives"
            )


class Condition(Struct, frozen=True):
    """What the selected numbers of every row and column have to meet."""

    type: Literal["sum_le_4", "product_gt_0"]


class Parameters(Struct, frozen=True):
    """What is checked: the grid by rows, the condition, and how many cells to select."""

    grid: Annotated[list[Row], Meta(min_length=1, max_length=20)]
    constraints: Condition
    num_selections: Annotated[int, Meta(ge=1, le=400)]

    def __post_init__(self) -> None:
        """Refuse what is no square."""
        if any(len(row) != len(self.grid) for row in self.grid):
            raise ValueError("grid is not a square")


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `brackets`: the positions may also be written as a list of lists or tuples. `equal_numbers`: the same number may be
    selected from different cells.
    """

    brackets: bool = True
    equal_numbers: bool = False


class LogicPuzzle:
    """Select numbers from a grid."""

    id = "logic_puzzle"
    title = "Selecting numbers"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Plant a selection that meets the condition, and fill the rest of the grid with drawn numbers."""
        planted = _plant(rng, difficulty)
        size, most, signed = difficulty.size, difficulty.max_value, difficulty.condition == "product"
        grid = [[_number(rng, most, signed) for _ in range(size)] for _ in range(size)]
        for (row, column), number in planted.items():
            grid[row][column] = number
        kind: Literal["sum_le_4", "product_gt_0"] = "product_gt_0" if signed else "sum_le_4"
        return Problem(
            question=_question(grid, kind, len(planted)),
            task=self.id,
            parameters={"grid": grid, "constraints": {"type": kind}, "num_selections": len(planted)},
            gold=_form(sorted(planted)),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any selection of the right size that has the top right cell and meets the condition."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a selection. It is read as cells (row, column from 0); `where` are the selected cells at fault."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        choices = policy or Choices()
        read, rules = partial(_read, choices), partial(_broken_rules, parameters, choices)
        right = "The selected numbers differ, and every row and column meets the condition."
        return look(answer, read, rules, right, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Search row by row for negative numbers that cancel out, or number by number for small sums."""
        parameters = parameters_for(problem, Parameters)
        limit = _MOST if parameters.constraints.type == "sum_le_4" else None
        found = select(parameters.grid, parameters.num_selections, limit)
        return _form(found) if found else None


def _read(policy: Choices, text: str) -> list[tuple[int, int]] | Unreadable:
    if not policy.brackets and any(sign in text for sign in "[]()"):
        return Unreadable("The positions are in brackets")
    return pairs(text)


def _broken_rules(parameters: Parameters, policy: Choices, cells: list[tuple[int, int]]) -> Iterator[Broken]:
    grid, size = parameters.grid, len(parameters.grid)
    if len(cells) != parameters.num_selections:
        count = there_are(len(cells), "positions")
        yield Broken(f"{count}, not {parameters.num_selections}.", misfit=True)
    seen: dict[int, tuple[int, int]] = {}
    there: set[tuple[int, int]] = set()
    for row, column in cells:
        if not (0 <= row < size and 0 <= column < size):
            yield Broken(f"There is no cell {row} {column} in the grid.", ((row, column),))
            continue
        if (row, column) in there:
            yield Broken(f"The cell {row} {column} is listed more than once.", ((row, column),))
            continue
        there.add((row, column))
        number = grid[row][column]
        if number in seen and not policy.equal_numbers:
            other = seen[number]
            places = f"{other[0]} {other[1]} and {row} {column}"
            yield Broken(f"The number {number} is selected twice, at {places}.", (other, (row, column)))
        seen[number] = (row, column)
    if (0, size - 1) not in there:
        yield Broken(f"The cell at the top right, 0 {size - 1}, is not selected.", ((0, size - 1),))
    yield from _broken_lines(parameters, sorted(there))


def _broken_lines(parameters: Parameters, cells: list[tuple[int, int]]) -> Iterator[Broken]:
    """The rows and columns whose selected numbers do not meet the condition."""
    for line in range(len(parameters.grid)):
        for name, axis in (("row", 0), ("column", 1)):
            where = tuple(cell for cell in cells if cell[axis] == line)
            selected = [parameters.grid[row][column] for row, column in where]
            if parameters.constraints.type == "sum_le_4":
                if sum(selected) > _MOST:
                    yield Broken(
                        f"The numbers selected in {name} {line} sum to {sum(selected)}, more than {_MOST}.",
                        where,
                    )
            elif 0 in selected or sum(number < 0 for number in selected) % 2:
                yield Broken(
                    f"The product of the numbers selected in {name} {line} is not greater than 0.", where
                )


def _form(cells: Cells) -> str:
    return f"<<<{', '.join(f'{row} {column}' for row, column in cells)}>>>"


def _question(grid: list[list[int]], kind: str, selections: int) -> str:
    size = len(grid)
    shown = "\n".join(", ".join(map(str, row)) for row in grid)
    condition = (
        f"The selected numbers of any one row sum to at most {_MOST}, and so do those of any one column."
        if kind == "sum_le_4"
        else "The product of the selected numbers of any one row is greater than 0, and so is the product of those of "
        "any one column; rows and columns without a selected number do not matter."
    )
    return (
        f"Here is a grid of {size} rows and {size} columns of numbers:\n\n{shown}\n\n"
        f"Select {selections} cells so that:\n"
        "- All selected numbers differ: of several cells with the same number at most one is selected.\n"
        f"- The cell at the top right, with the number {grid[0][-1]}, is selected.\n"
        f"- {condition}\n"
        "Rows are counted from 0 at the top, columns from 0 at the left. Give the selected cells in any order, each as "
        "its row and its column, in the form <<<row column, row column, ...>>>. For example, <<<2 0, 0 1>>> would be "
        "the cell in row 2, column 0 and the cell in row 0, column 1."
    )


def _number(rng: Random, most: int, signed: bool) -> int:
    size = integer(rng, 1, most)
    return size if not signed or chance(rng, _POSITIVE) else -size


def _plant(rng: Random, difficulty: Knobs) -> dict[tuple[int, int], int]:
    """Draw a selection, as cell → number: one that meets the condition, with rows and columns in drawn order.

    Of its cells a drawn one comes to lie at the top right.
    """
    planted = (
        _small_sums(rng, difficulty) if difficulty.condition == "sum" else _even_negatives(rng, difficulty)
    )
    size = difficulty.size
    first = choice(rng, sorted(planted))
    rows = shuffled(rng, range(size))
    columns = shuffled(rng, range(size))
    top, right = rows.index(0), columns.index(size - 1)
    rows[top], rows[first[0]] = rows[first[0]], rows[top]
    columns[right], columns[first[1]] = columns[first[1]], columns[right]
    return {(rows[row], columns[column]): number for (row, column), number in planted.items()}


def _small_sums(rng: Random, difficulty: Knobs) -> dict[tuple[int, int], int]:
    """Place up to four small numbers: each in a row and column of its own, or 2 and 3 in line with 1."""
    count = difficulty.selections
    if count >= 3 and (count > difficulty.size or chance(rng, 0.5)):
        corner = {(0, 0): 1, (0, 1): 2, (1, 0): 3}
        return corner if count == 3 else {**corner, (2, 2): 4}
    numbers = sample(rng, range(1, min(_MOST, difficulty.max_value) + 1), count)
    return {(at, at): number for at, number in enumerate(numbers)}


def _even_negatives(rng: Random, difficulty: Knobs) -> dict[tuple[int, int], int]:
    """Place negative numbers on the corners of rectangles without common cells, and positive ones anywhere else."""
    size, count, most = difficulty.size, difficulty.selections, difficulty.max_value
    blocks = [(top, left) for top in range(0, size - 1, 2) for left in range(0, size - 1, 2)]
    fewest = -(-max(0, count - most) // 4)
    rectangles = sample(rng, blocks, integer(rng, fewest, min(len(blocks), min(most, count - 1) // 4)))
    negative = list(
        chain.from_iterable(
            [(top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)] for top, left in rectangles
        )
    )
    others = [(row, column) for row in range(size) for column in range(size) if (row, column) not in negative]
    positive = sample(rng, others, count - len(negative))
    numbers = [-number for number in sample(rng, range(1, most + 1), len(negative))]
    numbers += sample(rng, range(1, most + 1), len(positive))
    return dict(zip(negative + positive, numbers, strict=True))


TASK = LogicPuzzle()

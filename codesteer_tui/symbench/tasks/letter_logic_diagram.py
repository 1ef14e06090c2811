"""letter_logic_diagram: complete a Latin square of letters whose minor diagonal holds one letter only.

Rules: `symbench` specification 4.17. The published squares have 7 rows and 15 to 30 empty cells; in the emptier ones
several solutions are right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from random import Random
from string import ascii_lowercase
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import shuffled
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Misfit, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import table, unframed
from codesteer_tui.symbench.solvers.filling import fillings
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_ATTEMPTS = 60

Cell = Annotated[str, Meta(min_length=1, max_length=1)] | None
Row = Annotated[list[Cell], Meta(max_length=20)]


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The square. A larger one with more empty cells is harder.

    `size`: rows, columns and letters. `empty`: how many cells are to be filled in. `unique`: there is only one
    solution; at most three in five cells, rounded up, can be empty then.
    """

    size: Annotated[int, Meta(ge=4, le=10)] = 7
    empty: Annotated[int, Meta(ge=1, le=100)] = 25
    unique: bool = True

    def __post_init__(self) -> None:
        """Refuse more empty cells than there are, or than a unique solution allows."""
        cells = self.size * self.size
        if self.empty > cells:
            raise ValueError(
                f"empty {self.empty} is more than the {cells} cells of a square of size {self.size}"
            )
        if self.unique and 5 * self.empty > 3 * cells + 4:
            most = (3 * cells + 4) // 5
            raise ValueError(
                f"with unique, empty can be at most {most} at size {self.size}, not {self.empty}"
            )


class Parameters(Struct, frozen=True):
    """What is checked: the square by rows, with None for an empty cell."""

    grid: Annotated[list[Row], Meta(min_length=2, max_length=20)]

    def __post_init__(self) -> None:
        """Refuse what is no square, and letters beyond the first ones of the alphabet."""
        size = len(self.grid)
        if any(len(row) != size for row in self.grid):
            raise ValueError("grid is not a square")
        if any(cell is not None and cell not in self.letters for row in self.grid for cell in row):
            raise ValueError(f"grid holds other letters than {self.letters[0]} to {self.letters[-1]}")

    @property
    def letters(self) -> str:
        """The letters that every row and every column has to hold."""
        return ascii_lowercase[: len(self.grid)]


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `lists`: the rows may also be lists within a list, with or without quotes."""

    lists: bool = True


class LetterLogicDiagram:
    """Complete a Latin square with a constant minor diagonal."""

    id = "letter_logic_diagram"
    title = "Letter square"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a full square and empty its cells, as long as that leaves one solution where only one is wanted."""
        puzzle, solution = _draw(rng, difficulty)
        size = difficulty.size
        grid = [
            [ascii_lowercase[value - 1] if value else None for value in row] for row in _rows(puzzle, size)
        ]
        return Problem(
            question=_question(grid),
            task=self.id,
            parameters={"grid": grid},
            gold=_form(solution, size),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any completion that keeps the given letters, repeats none in a row or column, and has one diagonal."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a square. It is read as rows of strings; `where` are the cells (row, column from 0) at fault."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        choices = policy or Choices()
        read = partial(_read, len(parameters.grid), choices)
        right = "Rows, columns and the diagonal are right, and the given letters are kept."
        keep = "" if choices.lists else "\"'"
        return look(answer, read, partial(_broken_rules, parameters), right, keep=keep, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Try each letter on the diagonal, and search with the fewest possibilities first."""
        parameters = parameters_for(problem, Parameters)
        size = len(parameters.grid)
        values = [
            parameters.letters.index(cell) + 1 if cell else 0 for row in parameters.grid for cell in row
        ]
        found = next(_completions(values, size), None)
        return _form(found, size) if found else None


def _read(size: int, policy: Choices, text: str) -> list[list[str]] | Unreadable:
    if not policy.lists and any(sign in text for sign in "[]()'\""):
        return Unreadable("It has brackets or quotes")
    cells = table(unframed(text), size, size, glued=True)
    if isinstance(cells, Unreadable):
        return cells
    if isinstance(cells, str):
        return Misfit(cells.removesuffix("."))
    return [[cell.lower() for cell in row] for row in cells]


def _broken_rules(parameters: Parameters, rows: list[list[str]]) -> Iterator[Broken]:
    letters, size = parameters.letters, len(rows)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = f"Row {at + 1}, column {column + 1}"
            given = parameters.grid[at][column]
            if len(cell) != 1 or cell not in letters:
                odd = f'{place} holds "{shorten(cell)}", not a letter from {letters[0]} to {letters[-1]}.'
                yield Broken(odd, ((at, column),), misfit=True)
            elif given and cell != given:
                yield Broken(f"{place} is given as {given}, not {cell}.", ((at, column),))
    across = [[(at, column) for column in range(size)] for at in range(size)]
    down = [[(at, column) for at in range(size)] for column in range(size)]
    for name, lines in (("Row", across), ("Column", down)):
        for number, line in enumerate(lines, 1):
            for letter in letters:
                where = tuple((at, column) for at, column in line if rows[at][column] == letter)
                if len(where) > 1:
                    yield Broken(f"{name} {number} holds {letter} more than once.", where)
    for at, row in enumerate(rows):
        if row[size - 1 - at] != rows[0][-1]:
            yield Broken(
                f"The minor diagonal has {rows[0][-1]} in row 1, column {size}, but {row[size - 1 - at]} in row "
                f"{at + 1}, column {size - at}.",
                ((0, size - 1), (at, size - 1 - at)),
            )


def _rows(values: list[int], size: int) -> list[list[int]]:
    return [values[at : at + size] for at in range(0, size * size, size)]


def _form(values: list[int], size: int) -> str:
    rows = [",".join(ascii_lowercase[value - 1] for value in row) for row in _rows(values, size)]
    return "<<<\n" + "\n".join(rows) + "\n>>>"


def _question(grid: list[list[str | None]]) -> str:
    size = len(grid)
    letters = ascii_lowercase[:size]
    shown = "\n".join(",".join(cell or "" for cell in row) for row in grid)
    return (
        f"Here is a square of {size} rows and {size} columns. Each line is a row, and commas separate its cells; where "
        f"nothing stands between the commas the cell is empty:\n\n{shown}\n\n"
        f"Fill in the empty cells with the letters {', '.join(letters)}. In the end each of these letters has to occur "
        "exactly once in every row and exactly once in every column, and all cells of the diagonal from the top right "
        "corner to the bottom left corner have to hold the same letter. The given letters stay where they are. If "
        "there are several solutions, any one will do.\n"
        "Give all rows of the full square from top to bottom, one a line and with commas between the letters, in the "
        "form\n<<<\nfirst row\nsecond row\n...\n>>>\nFor example, a square of three rows would be\n"
        "<<<\na,b,c\nb,c,a\nc,a,b\n>>>"
    )


def _draw(rng: Random, difficulty: Knobs) -> tuple[list[int], list[int]]:
    """Draw a puzzle and a solution; should no square allow so many empty cells, the puzzle has as many as possible."""
    size = difficulty.size
    best: tuple[int, list[int], list[int]] = (-1, [], [])
    for _ in range(_ATTEMPTS):
        solution = next(_completions([0] * size * size, size, lambda values: shuffled(rng, values)))
        puzzle = list(solution)
        removed = 0
        for cell in shuffled(rng, range(size * size)):
            if removed == difficulty.empty:
                break
            puzzle[cell] = 0
            if difficulty.unique and len(list(islice(_completions(puzzle, size), 2))) > 1:
                puzzle[cell] = solution[cell]
            else:
                removed += 1
        if removed == difficulty.empty:
            return puzzle, solution
        best = max(best, (removed, puzzle, solution))
    return best[1], best[2]


def _completions(
    values: list[int], size: int, order: Callable[[list[int]], list[int]] = lambda values: values
) -> Iterator[list[int]]:
    """Find the completions of a square (values from 1 by rows, 0: empty), letter by letter on the diagonal."""
    units = [[size * row + column for column in range(size)] for row in range(size)]
    units += [[size * row + column for row in range(size)] for column in range(size)]
    diagonal = [size * row + size - 1 - row for row in range(size)]
    given = {values[cell] for cell in diagonal} - {0}
    for value in order([value for value in range(1, size + 1) if given <= {value}]):
        grid = list(values)
        for cell in diagonal:
            grid[cell] = value
        yield from fillings(grid, units, size, order)


TASK = LetterLogicDiagram()

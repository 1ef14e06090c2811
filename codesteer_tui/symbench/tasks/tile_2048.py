"""2048: one tile steps through a grid of powers of two, and merges with its equals.

Rules: `symbench` specification 4.11. This is not the game of that name: only the tile at the given position moves, one
cell a step. Into an empty cell it moves; onto an equal tile it merges, and the doubled tile steps on from there; at
the border and before any other tile it stays. Where the given position is empty, nothing happens. The published
problems have 2x2 to 5x5 grids and two to six steps; in most of them nothing changes, in none of those made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, choice, integer
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import cells, unframed
from codesteer_tui.symbench.reading.numbers import integer as read_integer
from codesteer_tui.symbench.reading.numbers import plain
from codesteer_tui.symbench.task import Category, NoPolicy, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_STEPS = {"u": (-1, 0), "d": (1, 0), "l": (0, -1), "r": (0, 1)}
_DRAWS = 30


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The grid and the steps. More steps and more tiles in the way are harder, as are larger grids.

    `size`: rows and columns of the grid. `moves`: how many steps the tile is told to make. `filled`: how likely a cell
    holds a tile. `highest`: the tiles are 2 to the power of 1 up to this; fewer kinds merge more often.
    """

    size: Annotated[int, Meta(ge=2, le=12)] = 4
    moves: Annotated[int, Meta(ge=1, le=60)] = 4
    filled: Annotated[float, Meta(ge=0, le=1)] = 0.4
    highest: Annotated[int, Meta(ge=1, le=12)] = 5


Value = Annotated[int, Meta(ge=0, le=2**60)]


class Parameters(Struct, frozen=True):
    """What is checked: the grid (0 is an empty cell), the steps, and the moving tile's (row, column) from 0."""

    grid: Annotated[
        list[Annotated[list[Value], Meta(min_length=1, max_length=60)]], Meta(min_length=1, max_length=60)
    ]
    moves: Annotated[str, Meta(max_length=10_000, pattern="^[udlr]*$")]
    start_pos: tuple[int, int]

    def __post_init__(self) -> None:
        """Refuse rows of different lengths, and a position outside of the grid."""
        if len({len(row) for row in self.grid}) > 1:
            raise ValueError("the rows of the grid have different lengths")
        row, column = self.start_pos
        if not (0 <= row < len(self.grid) and 0 <= column < len(self.grid[0])):
            raise ValueError("the position is outside of the grid")


class Tile2048:
    """Let one tile step and merge."""

    id = "2048"
    title = "2048: one tile"
    category: Category = "games"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = NoPolicy

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a grid, a tile of it, and steps after which the grid is another one."""
        grid, moves, start = _draw(rng, difficulty)
        return Problem(
            question=_question(grid, moves, start),
            task=self.id,
            parameters={"grid": grid, "moves": moves, "start_pos": list(start)},
            gold=_form(solve(grid, moves, start)),
        )

    def verify(self, problem: Problem, answer: str, policy: NoPolicy | None = None) -> Verdict:
        """Accept the grid after the last step, as one list or by rows, in any layout."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: NoPolicy | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a grid. It is read as the values row by row; `where` is a wrong cell (row, column from 0)."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        read, rules = partial(_read, parameters), partial(_broken_rules, parameters)
        return look(answer, read, rules, "It is the grid after the last step.", most=most)

    def solve(self, problem: Problem) -> str | None:
        """Play the steps on a grid with a wall around it."""
        parameters = parameters_for(problem, Parameters)
        return _form(solve(parameters.grid, parameters.moves, parameters.start_pos))


def _read(parameters: Parameters, text: str) -> list[int] | Unreadable:
    found = cells(plain(unframed(text)), len(parameters.grid), len(parameters.grid[0]))
    if isinstance(found, Unreadable):
        return found
    values = []
    for cell in found:
        value = _value(cell)
        if isinstance(value, Unreadable):
            return value
        values.append(value)
    return values


def _broken_rules(parameters: Parameters, values: list[int]) -> Iterator[Broken]:
    right = [value for row in after(parameters) for value in row]
    if values == right:
        return
    if values == [value for row in parameters.grid for value in row]:
        yield Broken("The grid is as it was before the steps.")
    for at, value in enumerate(values):
        if value != right[at]:
            row, column = divmod(at, len(parameters.grid[0]))
            yield Broken(
                f"Row {row + 1}, column {column + 1} holds {right[at] or 'no tile'} after the last step, "
                f"not {shorten(str(value))}.",
                ((row, column),),
            )


def _value(cell: str) -> int | Unreadable:
    return int(cell) if len(cell) < 20 and cell.isascii() and cell.isdigit() else read_integer(cell)


def after(parameters: Parameters) -> list[list[int]]:
    """Play the steps by the rules; gives the grid after them."""
    return played(parameters)[0]


def played(parameters: Parameters) -> tuple[list[list[int]], list[tuple[int, int]]]:
    """Play the steps by the rules; gives the grid after them, and where the tile was before and after each."""
    grid = [list(row) for row in parameters.grid]
    row, column = parameters.start_pos
    way = [(row, column)]
    tile = grid[row][column]
    if not tile:
        return grid, way
    for step in parameters.moves:
        down, right = _STEPS[step]
        next_row, next_column = row + down, column + right
        way.append((row, column))
        if not (0 <= next_row < len(grid) and 0 <= next_column < len(grid[0])):
            continue
        other = grid[next_row][next_column]
        if other not in (0, tile):
            continue
        tile += other
        grid[row][column] = 0
        grid[next_row][next_column] = tile
        row, column = way[-1] = next_row, next_column
    return grid, way


def _form(grid: list[list[int]]) -> str:
    return f"<<<{', '.join(str(value) for row in grid for value in row)}>>>"


def _question(grid: list[list[int]], moves: str, start: tuple[int, int]) -> str:
    shown = "\n".join(", ".join(map(str, row)) for row in grid)
    row, column = start
    return (
        f"This grid of {len(grid)} rows and {len(grid[0])} columns holds tiles with powers of 2; 0 is an empty "
        f"cell:\n\n{shown}\n\n"
        "Rows and columns are counted from 1, from the top left. Only one tile moves: the "
        f"{grid[row][column]} in row {row + 1}, column {column + 1}. It makes these steps, one after the other: "
        f"{moves}\n"
        "u, d, l and r are a step of one cell up, down, to the left and to the right.\n"
        "- If the next cell is empty, the tile moves there.\n"
        "- If the next cell holds an equal tile, the two merge there into one of twice the value, which is the moving "
        "tile from then on.\n"
        "- If the next cell holds a different tile, or there is none because of the border, the tile stays, and goes "
        "on with its next step.\n"
        "What does the grid look like after the last step?\n"
        "Give all of its cells row by row as your final answer, separated by commas, in the form "
        "<<<value, value, ...>>>. For example, a grid with the rows 5, 0 and 7, 8 is <<<5, 0, 7, 8>>>."
    )


def _draw(rng: Random, difficulty: Knobs) -> tuple[list[list[int]], str, tuple[int, int]]:
    """Draw until the steps change the grid; after some attempts in vain, clear the tile's way."""
    size = difficulty.size
    for attempt in range(_DRAWS + 1):
        grid = [
            [
                2 ** integer(rng, 1, difficulty.highest) if chance(rng, difficulty.filled) else 0
                for _ in range(size)
            ]
            for _ in range(size)
        ]
        row, column = integer(rng, 0, size - 1), integer(rng, 0, size - 1)
        grid[row][column] = grid[row][column] or 2 ** integer(rng, 1, difficulty.highest)
        moves = "".join(choice(rng, "udlr") for _ in range(difficulty.moves))
        if attempt == _DRAWS:
            moves = ("d" if row == 0 else "u") * difficulty.moves
            grid[row + (1 if row == 0 else -1)][column] = 0
        if solve(grid, moves, (row, column)) != grid:
            break
    return grid, moves, (row, column)


def solve(grid: list[list[int]], moves: str, start: tuple[int, int]) -> list[list[int]]:
    """Play the steps on one list of cells, in which a wall of -1 stands around the grid."""
    width = len(grid[0]) + 2
    board = [-1] * width
    for row in grid:
        board += [-1, *row, -1]
    board += [-1] * width
    at = (start[0] + 1) * width + start[1] + 1
    if board[at]:
        by = {"u": -width, "d": width, "l": -1, "r": 1}
        for step in moves:
            to = at + by[step]
            if board[to] == 0 or board[to] == board[at]:
                board[at], board[to] = 0, board[at] + board[to]
                at = to
    return [board[row * width + 1 : (row + 1) * width - 1] for row in range(1, len(grid) + 1)]


TASK = Tile2048()

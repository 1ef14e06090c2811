"""reversi: the board after some moves.

Rules: `symbench` specification 4.9. Black is 0, white is 1, an empty cell is ``*``; coordinates count from 1. The
players take turns. A piece is placed on an empty cell, and every straight run of the opponent's pieces, in any of eight
directions, that lies between it and another piece of its own colour changes its colour. The published questions print
the board *after* the moves as the one before them; what is judged here is play from the true board before them, which
their parameters hold. The problems made here print that board, and begin in the middle of a game.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import shuffled
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Misfit, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import cells, items, unframed
from codesteer_tui.symbench.reading.numbers import plain
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_EMPTY, _BLACK, _WHITE = "*", "0", "1"
_NAMES = {_EMPTY: "empty", _BLACK: "black (0)", _WHITE: "white (1)"}
_WALL = "#"

Move: TypeAlias = tuple[int, int]


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The board and the moves. More moves are harder, on larger boards and later in the game.

    `size`: rows and columns of the board, an even number. `moves`: how many moves are asked about. `opening`: how many
    were made before them. Together they fill at most half of the cells that are empty at the start of a game.
    """

    size: Annotated[int, Meta(ge=4, le=12)] = 6
    moves: Annotated[int, Meta(ge=1, le=70)] = 3
    opening: Annotated[int, Meta(ge=0, le=69)] = 5

    def __post_init__(self) -> None:
        """Refuse odd sizes, and more moves than a game is certain to have."""
        if self.size % 2:
            raise ValueError(f"size {self.size} is not even")
        most = (self.size**2 - 4) // 2
        if self.moves + self.opening > most:
            raise ValueError(
                f"moves and opening together are {self.moves + self.opening}, "
                f"more than the {most} that a size of {self.size} allows"
            )


class Parameters(Struct, frozen=True):
    """What is checked: the board before the moves, the moves as (row, column) from 1, and whose move is first."""

    board_size: Annotated[int, Meta(ge=2, le=40)]
    moves: Annotated[list[Move], Meta(max_length=1_600)]
    true_start_board: Annotated[list[Annotated[str, Meta(pattern=r"^[*01]{2,40}$")]], Meta(max_length=40)]
    first: Literal["0", "1"] = "0"

    def __post_init__(self) -> None:
        """Refuse a board of another size, and moves to cells that are not there or not empty."""
        size, board = self.board_size, self.true_start_board
        if len(board) != size or any(len(row) != size for row in board):
            raise ValueError(f"the board is not one of {size} x {size} cells")
        if len(set(self.moves)) < len(self.moves):
            raise ValueError("two moves go to the same cell")
        for row, column in self.moves:
            if not (1 <= row <= size and 1 <= column <= size) or board[row - 1][column - 1] != _EMPTY:
                raise ValueError(f"the move to ({row}, {column}) goes to no empty cell")


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `rows`: rows on lines or in brackets of their own are as good as one list."""

    rows: bool = True


class Reversi:
    """Follow the moves of a game."""

    id = "reversi"
    title = "Reversi"
    category: Category = "games"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Play legal moves at random, none passed, and ask about the last ones."""
        start, moves, first = _draw(rng, difficulty)
        return Problem(
            question=_question(start, moves, first),
            task=self.id,
            parameters={
                "board_size": difficulty.size,
                "moves": [list(move) for move in moves],
                "true_start_board": start,
                "first": first,
            },
            gold=_form(_solve(start, moves, first)),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the board after the last move."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a board. It is read as its cells row by row; `where` is a wrong one (row, column from 0)."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        read = partial(_read, parameters.board_size, policy or Choices())
        rules = partial(_broken_rules, parameters)
        return look(answer, read, rules, "It is the board after the last move.", most=most)

    def solve(self, problem: Problem) -> str | None:
        """Play the moves on one list of cells with a wall around the board."""
        parameters = parameters_for(problem, Parameters)
        return _form(_solve(parameters.true_start_board, parameters.moves, parameters.first))


def _read(size: int, policy: Choices, text: str) -> list[str] | Unreadable:
    line = plain(unframed(text))
    found = cells(line, size, size, glued=True)
    if isinstance(found, Unreadable):
        return found
    if not policy.rows and ("\n" in line.strip() or isinstance(items(line), Unreadable)):
        return Misfit("The cells are not one list")
    strange = next((cell for cell in found if cell not in _NAMES), None)
    return found if strange is None else Unreadable(f'"{shorten(strange)}" is none of *, 0 and 1')


def _broken_rules(parameters: Parameters, found: list[str]) -> Iterator[Broken]:
    right = after(parameters)
    if found == right:
        return
    if found == list("".join(parameters.true_start_board)):
        yield Broken("The board is as it was before the moves.")
    for at, cell in enumerate(found):
        if cell != right[at]:
            row, column = divmod(at, parameters.board_size)
            yield Broken(
                f"Row {row + 1}, column {column + 1} is {_NAMES[right[at]]} after the last move, "
                f"not {_NAMES[cell]}.",
                ((row, column),),
            )


def after(parameters: Parameters) -> list[str]:
    """Play the moves by the rules; gives the cells row by row."""
    board = {
        (row, column): cell
        for row, line in enumerate(parameters.true_start_board, 1)
        for column, cell in enumerate(line, 1)
    }
    player, opponent = (_BLACK, _WHITE) if parameters.first == _BLACK else (_WHITE, _BLACK)
    for move in parameters.moves:
        board[move] = player
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                run = []
                row, column = move[0] + down, move[1] + right
                while board.get((row, column)) == opponent:
                    run.append((row, column))
                    row, column = row + down, column + right
                if board.get((row, column)) == player:
                    board.update(dict.fromkeys(run, player))
        player, opponent = opponent, player
    return list(board.values())


def _form(rows: list[str]) -> str:
    return f"<<<{','.join(cell for row in rows for cell in row)}>>>"


def _question(start: list[str], moves: list[Move], first: str) -> str:
    shown = "\n".join(" ".join(row) for row in start)
    names = ("Black", "White") if first == _BLACK else ("White", "Black")
    listed = "\n".join(
        f"{number}. {names[(number - 1) % 2]} places a piece on ({row}, {column})."
        for number, (row, column) in enumerate(moves, 1)
    )
    return (
        f"A game of Reversi on {len(start)} x {len(start)} cells has come to this position (0 is a black piece, 1 is a "
        f"white piece, * is an empty cell):\n\n{shown}\n\n"
        "(a, b) is the cell in row a, from the top, and column b, from the left; both are counted from 1. When a "
        "player places a piece, look from its cell in all eight directions (along the row, the column and both "
        "diagonals). If the nearest cells in a direction hold opponent's pieces, one or more without a gap, and the "
        "next cell after them holds a piece of the player, then those opponent's pieces change to the player's "
        "colour. Pieces that have changed colour do not change others.\n\n"
        f"Now these moves are made:\n{listed}\n\n"
        "What does the board look like after the last of them?\n"
        "Give all cells row by row as your final answer, separated by commas, in the form <<<cell,cell,...>>>. For "
        "example, a board of 2 x 2 cells could be <<<*,1,0,*>>>."
    )


def _draw(rng: Random, difficulty: Knobs) -> tuple[list[str], list[Move], str]:
    """Play a game at random; gives the board after its opening, the moves from there, and whose move is first."""
    size = difficulty.size
    half = size // 2
    rows = [[_EMPTY] * size for _ in range(size)]
    rows[half - 1][half - 1] = rows[half][half] = _WHITE
    rows[half - 1][half] = rows[half][half - 1] = _BLACK
    centre = ["".join(row) for row in rows]
    # A game of this length always exists: `Knobs` refuses longer ones.
    played = _game(rng, _walled(centre), size, _BLACK, difficulty.opening + difficulty.moves) or []
    start = _solve(centre, played[: difficulty.opening], _BLACK)
    first = _WHITE if difficulty.opening % 2 else _BLACK
    return start, played[difficulty.opening :], first


def _game(rng: Random, board: list[str], size: int, player: str, count: int) -> list[Move] | None:
    """Choose `count` legal moves, the players strictly in turn; goes back where a player has none."""
    if not count:
        return []
    width = size + 2
    places = [at for at in range(width, width * (size + 1)) if board[at] == _EMPTY]
    for at in shuffled(rng, [at for at in places if _flipped(board, width, at, player)]):
        after = _placed(board, width, at, player)
        rest = _game(rng, after, size, _other(player), count - 1)
        if rest is not None:
            return [divmod(at, width), *rest]
    return None


def _solve(start: list[str], moves: list[Move], first: str) -> list[str]:
    width = len(start) + 2
    board, player = _walled(start), first
    for row, column in moves:
        board, player = _placed(board, width, row * width + column, player), _other(player)
    return ["".join(board[row * width + 1 : (row + 1) * width - 1]) for row in range(1, len(start) + 1)]


def _walled(rows: list[str]) -> list[str]:
    wall = _WALL * (len(rows) + 2)
    return list(wall + "".join(_WALL + row + _WALL for row in rows) + wall)


def _placed(board: list[str], width: int, at: int, player: str) -> list[str]:
    after = list(board)
    for changed in [at, *_flipped(board, width, at, player)]:
        after[changed] = player
    return after


def _flipped(board: list[str], width: int, at: int, player: str) -> list[int]:
    """The places that a piece at `at` would turn over."""
    result: list[int] = []
    other = _other(player)
    for step in (-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1):
        end = at + step
        while board[end] == other:
            end += step
        if board[end] == player:
            result.extend(range(at + step, end, step))
    return result


def _other(player: str) -> str:
    return _WHITE if player == _BLACK else _BLACK


TASK = Reversi()

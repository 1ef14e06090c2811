"""N queens: complete a board so that no two queens attack each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from codesteer_tui.providers.demo_problems.base import (
    VERDICT,
    Declined,
    DemoProblem,
    Recognised,
    fill,
    one_line,
    phrase,
    says_none,
)

MAX_SIZE = 16
MAX_SIZE_OF_PROOF = 9
"""Largest board for which the test program shows by exhaustion that there is no solution."""
_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_WORDS += ["eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"]
_COUNT = rf"(?P<count>[0-9]{{1,4}}|{'|'.join(_WORDS)}|n)"
_NAMED = phrase(rf"\b{_COUNT}[\s-]{{0,2}}(?:non-attacking\s+|chess\s+)?queens?\b")
_SIZE = phrase(r"\b(?P<size>[0-9]{1,4})\s*(?:x|×|\*|by)\s*(?P=size)\b|\bn\s*=\s*(?P<n>[0-9]{1,4})\b")
_BOARD_LINE = re.compile(r"[01X.Q]{4,64}", re.IGNORECASE)

SOLVER = r'''N = @N@
BOARD = @BOARD@

queens = []
blocked = set()
for row, line in enumerate(BOARD):
    for column, mark in enumerate(line):
        if mark == "1":
            queens.append((row, column))
        elif mark == "X":
            blocked.add((row, column))


def attacked(a, b):
    return a[0] == b[0] or a[1] == b[1] or abs(a[0] - b[0]) == abs(a[1] - b[1])


def free_cells(row, placed):
    cells = [(row, column) for column in range(N) if (row, column) not in blocked]
    return [cell for cell in cells if not any(attacked(cell, queen) for queen in placed)]


def complete(placed):
    """The board with a queen in every row, by backtracking on the row with the fewest free cells."""
    rows = set(range(N)) - {row for row, _ in placed}
    if not rows:
        return placed
    choices = min((free_cells(row, placed) for row in rows), key=len)
    for cell in choices:
        found = complete([*placed, cell])
        if found:
            return found
    return None


clash = any(attacked(a, b) for i, a in enumerate(queens) for b in queens[:i])
solution = None if clash else complete(queens)
if solution is None:
    print("No solution: every placement was tried.")
    print("<<<no solution>>>")
else:
    print("<<<" + ", ".join(f"{row} {column}" for row, column in sorted(solution)) + ">>>")
'''

TEST = (
    r"""import re

N = @N@
BOARD = @BOARD@
CLAIM = @CLAIM@


def problem_with(claim):
    numbers = [int(text) for text in re.findall(r"[0-9]{1,6}", claim)]
    if len(numbers) != 2 * N:
        return f"{N} queens need {2 * N} coordinates, the answer has {len(numbers)}"
    queens = list(zip(numbers[::2], numbers[1::2]))
    for row, column in queens:
        if row >= N or column >= N:
            return f"({row}, {column}) is not on the board"
        if BOARD and BOARD[row][column] == "X":
            return f"({row}, {column}) is a forbidden cell"
    for row, line in enumerate(BOARD):
        for column, mark in enumerate(line):
            if mark == "1" and (row, column) not in queens:
                return f"the given queen at ({row}, {column}) is missing"
    lines = {
        "row": [row for row, column in queens],
        "column": [column for row, column in queens],
        "diagonal": [row - column for row, column in queens],
        "other diagonal": [row + column for row, column in queens],
    }
    for name, used in lines.items():
        if len(set(used)) != N:
            return f"two queens share a {name}"
    return ""
"""
    + VERDICT
)

TEST_NONE = r"""from itertools import permutations

N = @N@
BOARD = @BOARD@


def allowed(columns):
    for row, column in enumerate(columns):
        if BOARD and (BOARD[row][column] == "X" or ("1" in BOARD[row] and BOARD[row].index("1") != column)):
            return False
    sums = {row + column for row, column in enumerate(columns)}
    return len(sums) == N and len({row - column for row, column in enumerate(columns)}) == N


crowded = any(line.count("1") > 1 for line in BOARD)
if not crowded and any(allowed(columns) for columns in permutations(range(N))):
    print("VERDICT: FAIL: there is a solution")
else:
    print("VERDICT: PASS")
"""
"""Tries every permutation: another method than the solver's."""


@dataclass(frozen=True)
class Queens(DemoProblem):
    """The size of the board and its rows (`0` empty, `1` a given queen, `X` forbidden), or no rows."""

    size: int
    board: tuple[str, ...] = ()

    family = "N queens"
    approach = "It backtracks, always filling the row that has the fewest free cells."

    def guess(self, rng: Random) -> str:
        given = {row: line.index("1") for row, line in enumerate(self.board) if "1" in line}
        columns = [column for column in range(self.size) if column not in given.values()]
        rng.shuffle(columns)
        cells = [
            (row, given[row] if row in given else columns.pop() if columns else 0) for row in range(self.size)
        ]
        return ", ".join(f"{row} {column}" for row, column in cells)

    def explain(self, answer: str) -> str:
        return "I put one queen into each row and column and look at the diagonals. In `row column` pairs:"

    def solver(self) -> str:
        return fill(SOLVER, N=self.size, BOARD=self.board)

    def test(self, claim: str) -> str | Declined:
        if not says_none(claim):
            return fill(TEST, N=self.size, BOARD=self.board, CLAIM=claim)
        if self.size > MAX_SIZE_OF_PROOF:
            return Declined(f"Beyond {MAX_SIZE_OF_PROOF} queens I cannot test that there is no solution.")
        return fill(TEST_NONE, N=self.size, BOARD=self.board)


def recognise(question: str) -> Recognised:
    """Read a board with given queens and forbidden cells, or just the number of queens."""
    text = one_line(question)
    if not re.search(r"\bqueens?\b", text, re.IGNORECASE):
        return None
    board = _board(question)
    if board:
        return Queens(len(board), tuple(board))
    if re.search(r"how many|number of|all (?:the )?(?:ways|solutions)|count", text, re.IGNORECASE):
        return Declined("I place queens; I do not count in how many ways they can be placed.")
    size = _size(text)
    if size is None:
        return None
    if not 1 <= size <= MAX_SIZE:
        return Declined(f"I place up to {MAX_SIZE} queens.")
    return Queens(size)


def _size(text: str) -> int | None:
    named, size = _NAMED.search(text), _SIZE.search(text)
    count = named["count"].lower() if named else ""
    on_board = int(size["size"] or size["n"]) if size else None
    if count in _WORDS:
        number: int | None = _WORDS.index(count) + 1
    else:
        number = int(count) if count.isdigit() else on_board if named else None
    # Fewer queens than rows is another puzzle.
    return number if on_board in (None, number) else None


def _board(question: str) -> list[str]:
    """The last square block of lines made of 0, 1 and X (`.` and `Q` are read as 0 and 1)."""
    lines = [line.strip().replace(" ", "") for line in question.splitlines()]
    block: list[str] = []
    for line in [*lines, ""]:
        if _BOARD_LINE.fullmatch(line) and (not block or len(line) == len(block[0])):
            block.append(line.upper().replace(".", "0").replace("Q", "1"))
        elif 4 <= len(block) <= MAX_SIZE and len(block) == len(block[0]):
            return block
        else:
            block = []
    return []

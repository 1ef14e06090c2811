"""Sudoku, 9 by 9."""

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
    says_none,
)

_BLANKS = ".0_*?x-"
_PLAIN = re.compile(r"(?<![0-9.])([0-9.]{81})(?![0-9.])")

SOLVER = r'''GRID = @GRID@
LIMIT = 20000

PEERS = {}
for r in range(9):
    for c in range(9):
        box = {(r // 3 * 3 + i, c // 3 * 3 + j) for i in range(3) for j in range(3)}
        PEERS[r, c] = ({(r, k) for k in range(9)} | {(k, c) for k in range(9)} | box) - {(r, c)}


def candidates(grid, cell):
    return [digit for digit in range(1, 10) if all(grid[r][c] != digit for r, c in PEERS[cell])]


steps = 0


def fill_in(grid):
    """Fill the grid in place by backtracking on the cell with the fewest candidates."""
    global steps
    steps += 1
    if steps > LIMIT:
        raise OverflowError
    best, choices = None, range(10)
    for cell in PEERS:
        if grid[cell[0]][cell[1]] == 0:
            found = candidates(grid, cell)
            if len(found) < len(choices):
                best, choices = cell, found
            if len(found) <= 1:
                break
    if best is None:
        return True
    for digit in choices:
        grid[best[0]][best[1]] = digit
        if fill_in(grid):
            return True
    grid[best[0]][best[1]] = 0
    return False


grid = [list(row) for row in GRID]
givens = [(r, c) for r, c in PEERS if grid[r][c]]
clash = any(grid[r][c] == grid[i][j] for r, c in givens for i, j in PEERS[r, c])
try:
    if not clash and fill_in(grid):
        print(f"<<<{grid}>>>")
    else:
        print("No solution: the givens contradict each other.")
        print("<<<no solution>>>")
except OverflowError:
    print("Gave up: the search is too long for this grid.")
'''

TEST = (
    r"""import re

GRID = @GRID@
CLAIM = @CLAIM@


def problem_with(claim):
    digits = [int(text) for text in re.findall(r"[0-9]", claim)]
    if len(digits) != 81 or re.search(r"[0-9]{10}", claim):
        return f"a grid has 81 digits in 9 rows, the answer has {len(digits)}"
    rows = [digits[i : i + 9] for i in range(0, 81, 9)]
    for r in range(9):
        for c in range(9):
            if GRID[r][c] and rows[r][c] != GRID[r][c]:
                return f"the given {GRID[r][c]} in row {r + 1}, column {c + 1} was changed to {rows[r][c]}"
    units = [(f"row {i + 1}", rows[i]) for i in range(9)]
    units += [(f"column {i + 1}", [row[i] for row in rows]) for i in range(9)]
    for r in (0, 3, 6):
        for c in (0, 3, 6):
            box = [rows[r + i][c + j] for i in range(3) for j in range(3)]
            units.append((f"the box at row {r + 1}, column {c + 1}", box))
    for name, unit in units:
        missing = set(range(1, 10)) - set(unit)
        if missing:
            return f"{name} has no {min(missing)}"
    return ""
"""
    + VERDICT
)

TEST_NONE = r'''GRID = @GRID@
LIMIT = 20000

rows, columns, boxes = [0] * 9, [0] * 9, [0] * 9
empty = []
clash = False
for r in range(9):
    for c in range(9):
        bit = 1 << GRID[r][c]
        if bit == 1:
            empty.append((r, c))
            continue
        box = r // 3 * 3 + c // 3
        clash = clash or bool((rows[r] | columns[c] | boxes[box]) & bit)
        rows[r] |= bit
        columns[c] |= bit
        boxes[box] |= bit
steps = 0


def solvable(cells):
    """Whether the empty cells can be filled; digits in use are kept as bit sets."""
    global steps
    steps += 1
    if steps > LIMIT:
        raise OverflowError
    if not cells:
        return True
    used = [rows[r] | columns[c] | boxes[r // 3 * 3 + c // 3] for r, c in cells]
    at = max(range(len(cells)), key=lambda i: bin(used[i]).count("1"))
    r, c = cells[at]
    box = r // 3 * 3 + c // 3
    for digit in range(1, 10):
        bit = 1 << digit
        if not used[at] & bit:
            for unit, i in ((rows, r), (columns, c), (boxes, box)):
                unit[i] |= bit
            if solvable(cells[:at] + cells[at + 1 :]):
                return True
            for unit, i in ((rows, r), (columns, c), (boxes, box)):
                unit[i] ^= bit
    return False


try:
    if not clash and solvable(empty):
        print("VERDICT: FAIL: the grid has a solution")
    else:
        print("VERDICT: PASS")
except OverflowError:
    print("Gave up: the search is too long to show that there is no solution.")
'''
"""Keeps the digits in use as bit sets: another method than the solver's."""


@dataclass(frozen=True)
class Sudoku(DemoProblem):
    """Nine rows of nine digits; 0 is an empty cell."""

    grid: tuple[tuple[int, ...], ...]

    family = "Sudoku"
    approach = "It backtracks, always filling the cell that has the fewest candidates."

    def guess(self, rng: Random) -> str:
        # Rows come out right; columns and boxes are what a model loses sight of.
        rows = []
        for row in self.grid:
            missing = [digit for digit in range(1, 10) if digit not in row]
            rng.shuffle(missing)
            rows.append([digit or (missing.pop() if missing else 9) for digit in row])
        return str(rows)

    def explain(self, answer: str) -> str:
        return "I fill the grid row by row, so that every row holds 1 to 9:"

    def solver(self) -> str:
        return fill(SOLVER, GRID=self.grid)

    def test(self, claim: str) -> str | Declined:
        if says_none(claim):
            return fill(TEST_NONE, GRID=self.grid)
        return fill(TEST, GRID=self.grid, CLAIM=claim)


def recognise(question: str) -> Recognised:
    """Read a grid: nine lines of nine cells, divided by commas, blanks or nothing, or 81 characters."""
    lines = question.split("\n")
    for start in range(len(lines)):
        rows: list[tuple[int, ...]] = []
        for line in lines[start:]:
            if rows and not re.search(r"[0-9._*?]|,", line) and re.fullmatch(r"[-+=|\s]*", line):
                continue
            row = _row(line)
            if row is None:
                break
            rows.append(row)
            if len(rows) == 9:
                return Sudoku(tuple(rows))
    plain = _PLAIN.search(question)
    if plain and re.search("sudoku", question, re.IGNORECASE):
        digits = [int(mark) if mark.isdigit() else 0 for mark in plain.group(1)]
        return Sudoku(tuple(tuple(digits[i : i + 9]) for i in range(0, 81, 9)))
    return None


def _row(line: str) -> tuple[int, ...] | None:
    if line.count(",") in (8, 9):
        cells = [cell.strip(" []|\"'") for cell in line.strip().rstrip(",").split(",")]
        if not line.strip().startswith("[") and line.count(",") == 8:
            cells = [cell.strip() for cell in line.split(",")]
    else:
        bare = re.sub(r"[|\s\[\]]", "", line)
        cells = list(bare)
    if len(cells) != 9 or not all(
        len(cell) <= 1 and (cell in _BLANKS or cell in "123456789") for cell in cells
    ):
        return None
    return tuple(int(cell) if cell and cell in "123456789" else 0 for cell in cells)

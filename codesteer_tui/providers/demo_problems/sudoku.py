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
LIMIT = 1500

CELLS = [(r, c) for r in range(9) for c in range(9)]
UNITS = [[(r, c) for c in range(9)] for r in range(9)]
UNITS += [[(r, c) for r in range(9)] for c in range(9)]
UNITS += [[(r + i, c + j) for i in range(3) for j in range(3)] for r in (0, 3, 6) for c in (0, 3, 6)]
UNITS_OF = {cell: [unit for unit in UNITS if cell in unit] for cell in CELLS}
PEERS = {cell: {other for unit in UNITS_OF[cell] for other in unit} - {cell} for cell in CELLS}


def place(options, cell, digit):
    """Put a digit into a cell and follow what it forces; False when a cell or a digit has no place left."""
    if digit not in options[cell]:
        return False
    pending = [(cell, other) for other in options[cell] if other != digit]
    while pending:
        where, gone = pending.pop()
        if gone not in options[where]:
            continue
        options[where] = options[where] - {gone}
        if not options[where]:
            return False
        if len(options[where]) == 1:
            only = min(options[where])
            pending += [(peer, only) for peer in PEERS[where] if only in options[peer]]
        for unit in UNITS_OF[where]:
            places = [spot for spot in unit if gone in options[spot]]
            if not places:
                return False
            if len(places) == 1:
                pending += [(places[0], other) for other in options[places[0]] if other != gone]
    return True


steps = 0


def search(options):
    """A filled grid, by trying the digits of the cell that has the fewest; None when there is none."""
    global steps
    steps += 1
    if steps > LIMIT:
        raise OverflowError
    unsure = [cell for cell in CELLS if len(options[cell]) > 1]
    if not unsure:
        return options
    cell = min(unsure, key=lambda spot: len(options[spot]))
    for digit in sorted(options[cell]):
        trial = dict(options)
        if place(trial, cell, digit):
            found = search(trial)
            if found:
                return found
    return None


options = {cell: frozenset(range(1, 10)) for cell in CELLS}
consistent = all(place(options, (r, c), GRID[r][c]) for r, c in CELLS if GRID[r][c])
try:
    solved = search(options) if consistent else None
    if solved:
        print(f"<<<{[[min(solved[r, c]) for c in range(9)] for r in range(9)]}>>>")
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
    approach = "It follows what every digit forces, and backtracks on the cell that has the fewest left."

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

"""Light puzzles: buttons toggle sets of lights; what is lit after a series of presses?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from codesteer_tui.providers.demo_problems.base import VERDICT, Declined, DemoProblem, Recognised, fill

MAX_SIZE = 20
_CELL = re.compile(
    r"\[\s?\"?([0-9]{1,3})\"?\s?,\s?\"?([0-9]{1,3})\"?\s?\]|\(\s?([0-9]{1,3})\s?,\s?([0-9]{1,3})\s?\)"
)
_BUTTON = re.compile(
    r"^[ \t]{0,9}Button (\w{1,20})(?: controls| toggles|:)([^\n]*)$", re.IGNORECASE | re.MULTILINE
)
_PRESS = re.compile(
    r"^[ \t]{0,9}Round [0-9]{1,4}: ?(?:press )?Button (\w{1,20})", re.IGNORECASE | re.MULTILINE
)
_PRESSES = re.compile(r"pressed in this order: ?([\w, ]{1,5000})", re.IGNORECASE)
_ROW = re.compile(r"^[ \t]{0,9}([01]{1,64})[ \t]{0,9}$", re.MULTILINE)

SOLVER = r"""GRID = @GRID@
BUTTONS = @BUTTONS@
PRESSES = @PRESSES@

lights = [[int(mark) for mark in row] for row in GRID]
for button in PRESSES:
    for row, column in BUTTONS[button]:
        lights[row - 1][column - 1] = 1 - lights[row - 1][column - 1]
print("<<<" + ",".join(str(light) for row in lights for light in row) + ">>>")
"""

TEST = (
    r"""import re
from collections import Counter

GRID = @GRID@
BUTTONS = @BUTTONS@
PRESSES = @PRESSES@
CLAIM = @CLAIM@


def problem_with(claim):
    claimed = [int(mark) for mark in re.findall(r"[01]", claim)]
    size = len(GRID)
    if len(claimed) != size * size or re.search(r"[2-9A-Za-z]", claim):
        return f"the answer must be {size * size} lights, 0 or 1"
    presses = Counter(PRESSES)
    for row in range(size):
        for column in range(size):
            toggles = sum(count * BUTTONS[name].count([row + 1, column + 1]) for name, count in presses.items())
            expected = int(GRID[row][column]) ^ (toggles % 2)
            if claimed[row * size + column] != expected:
                light = f"the light in row {row + 1}, column {column + 1}"
                return f"{light} is toggled {toggles} times and ends as {expected}"
    return ""
"""
    + VERDICT
)
"""Counts the toggles of each light and takes the parity: another method than playing the rounds."""


@dataclass(frozen=True)
class Lights(DemoProblem):
    """The rows of the grid, each button's cells (row, column, from 1), and the presses in order."""

    grid: tuple[str, ...]
    buttons: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]
    presses: tuple[str, ...]

    family = "light puzzles"
    approach = "It plays the rounds one by one on the grid."

    def guess(self, rng: Random) -> str:
        lights = [[int(mark) for mark in row] for row in self.grid]
        # One press is lost on the way, as it happens when states are carried along in text.
        lost = rng.randrange(len(self.presses))
        for i, button in enumerate(self.presses):
            for row, column in dict(self.buttons)[button] if i != lost or len(self.presses) == 1 else ():
                lights[row - 1][column - 1] ^= 1
        return ",".join(str(light) for row in lights for light in row)

    def explain(self, answer: str) -> str:
        return f"I follow the {len(self.presses)} rounds and toggle the lights of each button in my head:"

    def solver(self) -> str:
        return fill(SOLVER, GRID=self.grid, BUTTONS=dict(self.buttons), PRESSES=self.presses)

    def test(self, claim: str) -> str | Declined:
        return fill(TEST, GRID=self.grid, BUTTONS=dict(self.buttons), PRESSES=self.presses, CLAIM=claim)


def recognise(question: str) -> Recognised:
    """Read the grid, the buttons and the presses as SymBench and the published benchmark write them."""
    if not re.search(r"\blights?\b", question, re.IGNORECASE):
        return None
    grid = _ROW.findall(question)
    buttons = {name: _cells(rest) for name, rest in _BUTTON.findall(question)}
    in_a_line = _PRESSES.search(question)
    presses = re.findall(r"\w+", in_a_line[1]) if in_a_line else _PRESS.findall(question)
    size = len(grid)
    if not grid or not buttons or not presses or any(len(row) != size for row in grid):
        return None
    if size > MAX_SIZE or len(presses) > 500:
        return Declined(f"I play light puzzles of up to {MAX_SIZE} by {MAX_SIZE} lights and 500 presses.")
    on_grid = all(1 <= r <= size and 1 <= c <= size for cells in buttons.values() for r, c in cells)
    if not on_grid or any(press not in buttons for press in presses):
        return Declined("That light puzzle names a button or a light that does not exist.")
    return Lights(tuple(grid), tuple(buttons.items()), tuple(presses))


def _cells(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((int(a or c), int(b or d)) for a, b, c, d in _CELL.findall(text))

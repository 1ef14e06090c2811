"""Navigation: do the instructions lead back to the starting point?"""

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
)

MAX_MOVES = 500
_ASKS = re.compile(
    r"\b(?:return|back|end up|get|be|arrive|finish|stand)\b.{0,40}\b(?:start|started|starting point|began|origin)\b",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"(?:take|walk|go|move) (\d{1,6}) steps?(?: to the)?(?: (forward|forwards|backward|backwards|back|left|right))?",
    re.IGNORECASE,
)
_TURN = re.compile(r"turn (?:to the )?(left|right|around|back)", re.IGNORECASE)
_FACE = re.compile(r"always face forwards?|(?:you )?(?:start|begin) (?:by )?facing \w+", re.IGNORECASE)
_SIDES = {"forward": 0, "forwards": 0, "": 0, "right": 1, "backward": 2, "backwards": 2, "back": 2, "left": 3}
_TURNS = {"right": 1, "around": 2, "back": 2, "left": 3}

SOLVER = r"""MOVES = @MOVES@

# Heading 0 is forward, 1 right, 2 back, 3 left.
STEPS = [(0, 1), (1, 0), (0, -1), (-1, 0)]
x = y = heading = 0
for kind, amount, side in MOVES:
    if kind == "turn":
        heading = (heading + side) % 4
    else:
        dx, dy = STEPS[(heading + side) % 4]
        x, y = x + amount * dx, y + amount * dy
    print(kind, amount, "->", (x, y))
if x == 0 and y == 0:
    print("<<<Yes>>>")
else:
    print("<<<No>>>")
"""

TEST = (
    r"""import re

MOVES = @MOVES@
CLAIM = @CLAIM@


def problem_with(claim):
    said = re.match(r"\W*(yes|no)\b", claim, re.IGNORECASE)
    if not said:
        return "the answer is not Yes or No"
    totals, turned = [0, 0, 0, 0], 0
    for kind, amount, side in MOVES:
        if kind == "turn":
            turned += side
        else:
            totals[(turned + side) % 4] += amount
    back = totals[0] == totals[2] and totals[1] == totals[3]
    if back == (said.group(1).lower() == "yes"):
        return ""
    forward, right, backward, left = totals
    return f"the steps are {forward} forward, {backward} back, {left} left and {right} right"
"""
    + VERDICT
)
"""Adds up the steps of each direction: opposite ones must balance."""


@dataclass(frozen=True)
class Navigate(DemoProblem):
    """Moves `(kind, steps, side)`; side is the quarter turns to the right, kind `step` or `turn`."""

    moves: tuple[tuple[str, int, int], ...]

    family = "navigation"
    approach = "It follows the instructions step by step on a grid."

    def guess(self, rng: Random) -> str:
        # Beyond a few turns the heading gets lost: turns other than the first are forgotten.
        turns = 0
        kept = []
        for move in self.moves:
            turns += move[0] == "turn"
            if move[0] != "turn" or turns <= 1:
                kept.append(move)
        return _ends(tuple(kept))

    def second_look(self) -> str | None:
        return _ends(self.moves) if len(self.moves) <= 6 else None

    def explain(self, answer: str) -> str:
        where = "at the starting point" if answer == "Yes" else "away from the starting point"
        return f"Following the {len(self.moves)} instructions in my head, I end up {where}."

    def solver(self) -> str:
        return fill(SOLVER, MOVES=self.moves)

    def test(self, claim: str) -> str | Declined:
        return fill(TEST, MOVES=self.moves, CLAIM=claim)


def recognise(question: str) -> Recognised:
    """Read a series of steps and turns; every sentence between the first and the last must be one of them."""
    text = one_line(question)
    if not _ASKS.search(text):
        return None
    sentences = [part.strip(" .,") for part in re.split(r"[.?:!] ?(?=[A-Z-]|$)|\n", text)]
    read = [_move(sentence) for sentence in sentences]
    at = [i for i, moves in enumerate(read) if moves]
    if not at:
        return None
    if any(moves is None for moves in read[at[0] : at[-1] + 1]):
        return Declined("I do not understand every instruction of that walk.")
    moves = tuple(move for found in read if found for move in found)
    if len(moves) > MAX_MOVES:
        return Declined(f"I follow up to {MAX_MOVES} instructions.")
    return Navigate(moves)


def _move(sentence: str) -> list[tuple[str, int, int]] | None:
    """The moves of one sentence (several joined by commas or "then"), or None when it is something else."""
    if _FACE.fullmatch(sentence):
        return []
    moves = []
    for part in re.split(r",? then |,? and then |, | and ", sentence):
        step, turn = _STEP.fullmatch(part), _TURN.fullmatch(part)
        if step:
            moves.append(("step", int(step.group(1)), _SIDES[(step.group(2) or "").lower()]))
        elif turn:
            moves.append(("turn", 0, _TURNS[turn.group(1).lower()]))
        else:
            return None
    return moves


def _ends(moves: tuple[tuple[str, int, int], ...]) -> str:
    place, heading = 0 + 0j, 1j
    for kind, amount, side in moves:
        direction = heading * (-1j) ** side
        if kind == "turn":
            heading = direction
        else:
            place += amount * direction
    return "Yes" if abs(place) < 0.5 else "No"

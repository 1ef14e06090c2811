"""navigate: does a walk told in instructions end where it began?

Rules: `symbench` specification 4.31 to 4.34. A walk either turns and goes on ahead, or keeps facing forward and
steps in four directions. The published walks have two to about eight instructions of 1 to 10 steps. The published
rows hold no data beside the question, so that their solver reads its text, and the verifier their stored answer.
"""

from __future__ import annotations

import re
from random import Random
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, choice, integer, shuffled
from codesteer_tui.symbench.judging.choosing import YesOrNo, look_yes_or_no
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Look
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Move: TypeAlias = "tuple[int, int]"
"""A compass point, 0 ahead of the start and then clockwise to 3, and the steps that are made towards it."""

_SIDES = ("forward", "right", "backward", "left")


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The walk. More and longer stretches are harder, and so are turns.

    `stretches`: how often some steps are made at once. `max_steps`: the most of them at once. `style`: "turning" turns
    and walks ahead, "facing" faces one way and steps to all sides, "either" draws one of the two. `returns`: how likely
    the walk ends at its start.
    """

    stretches: Annotated[int, Meta(ge=2, le=100)] = 5
    max_steps: Annotated[int, Meta(ge=3, le=1_000)] = 10
    style: Literal["either", "turning", "facing"] = "either"
    returns: Annotated[float, Meta(ge=0, le=1)] = 0.5


class Parameters(Struct, frozen=True):
    """The `instructions`, as "turn left" and "walk 3 steps" or "walk 3 steps to the left".

    Empty in published problems, where only the question holds them.
    """

    instructions: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=10_000)] = []


class Navigate:
    """Follow a walk and see whether it comes back."""

    id = "navigate"
    title = "Walking in a plane"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = YesOrNo

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a walk that returns; where it must not, change the length or the side of one stretch."""
        moves = _closed(rng, difficulty.stretches, difficulty.max_steps)
        returns = chance(rng, difficulty.returns)
        if not returns:
            moves = _opened(rng, moves, difficulty.max_steps)
        turning = difficulty.style == "turning" or (difficulty.style == "either" and chance(rng, 0.5))
        instructions = _turning(rng, moves) if turning else _facing(moves)
        return Problem(
            question=_question(instructions, turning),
            task=self.id,
            parameters={"instructions": instructions},
            gold=f"<<<{'Yes' if returns else 'No'}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: YesOrNo | None = None) -> Verdict:
        """Accept the stored answer, yes or no."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: YesOrNo | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge an answer. It is read as "Yes" or "No"; `where` is "answer" where it is the wrong one."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        return look_yes_or_no(problem, answer, policy or YesOrNo(), most)

    def solve(self, problem: Problem) -> str | None:
        """Walk the instructions step by step; a published problem is read from its text."""
        parameters = parameters_for(problem, Parameters)
        steps = read(". ".join(parameters.instructions) or problem.question)
        if not steps:
            raise ProblemError("There are no instructions to walk.", "Generate the problem, or import it.")
        return f"<<<{'Yes' if walk(steps) == (0, 0) else 'No'}>>>"


def _question(instructions: list[str], turning: bool) -> str:
    told = " ".join(f"{line[0].upper()}{line[1:]}." for line in instructions)
    stance = (
        "You always walk straight ahead, in the direction that you face. A turn changes only this direction: left "
        "and right by a quarter, around by a half."
        if turning
        else "You face in the same direction all the time, and step forward, backward or sideways without turning."
    )
    return (
        f"You stand on a flat field and follow instructions. {stance} All steps are equally long.\n"
        f"Instructions: {told}\n"
        "Do you stand at your starting point at the end?\n"
        "Give your final answer in the form <<<answer>>>, with Yes or No in the place of the word answer."
    )


def _closed(rng: Random, count: int, most: int) -> list[Move]:
    """Draw a walk of `count` moves that returns: all but two at will, never far out, and two that close it."""
    moves: list[Move] = []
    place = [0, 0]
    for _ in range(count - 2):
        point, steps = integer(rng, 0, 3), integer(rng, 1, most)
        axis, sign = point % 2, 1 if point < 2 else -1
        if abs(place[axis] + sign * steps) > most:
            point, sign = (point + 2) % 4, -sign
        place[axis] += sign * steps
        moves.append((point, steps))
    back = [(axis if size < 0 else axis + 2, abs(size)) for axis, size in enumerate(place) if size]
    return moves + (shuffled(rng, back) if len(back) == 2 else _in_two(rng, back, most))


def _in_two(rng: Random, back: list[Move], most: int) -> list[Move]:
    """Make two moves of one, or of none."""
    if not back:
        point, steps = integer(rng, 0, 3), integer(rng, 1, most)
        return [(point, steps), ((point + 2) % 4, steps)]
    point, steps = back[0]
    if steps == 1:
        more = integer(rng, 1, most - 1)
        return [((point + 2) % 4, more), (point, more + 1)]
    first = integer(rng, 1, steps - 1)
    return [(point, first), (point, steps - first)]


def _opened(rng: Random, moves: list[Move], most: int) -> list[Move]:
    """Change one move of a walk that returns, so that it does not."""
    at = integer(rng, 0, len(moves) - 1)
    point, steps = moves[at]
    if chance(rng, 0.5):
        changed = ((point + integer(rng, 1, 3)) % 4, steps)
    else:
        changed = (point, choice(rng, [other for other in range(1, most + 1) if other != steps]))
    return [*moves[:at], changed, *moves[at + 1 :]]


def _steps(count: int) -> str:
    return f"walk {count} step{'s' if count > 1 else ''}"


def _facing(moves: list[Move]) -> list[str]:
    sides = ("forward", "to the right", "backward", "to the left")
    return [f"{_steps(steps)} {sides[point]}" for point, steps in moves]


def _turning(rng: Random, moves: list[Move]) -> list[str]:
    """Tell the moves as turns and steps ahead. Turning around is at times told as two turns to one side."""
    told: list[str] = []
    faced = 0
    for point, steps in moves:
        turn = (point - faced) % 4
        if turn == 2:
            side = choice(rng, ("left", "right", "around", "around"))
            told += ["turn around"] if side == "around" else [f"turn {side}"] * 2
        elif turn:
            told.append("turn right" if turn == 1 else "turn left")
        told.append(_steps(steps))
        faced = point
    return told


_INSTRUCTION = re.compile(
    r"\bturn (?P<turn>left|right|around)\b"
    r"|\b(?:take|walk) (?P<count>[0-9]{1,9}) steps?(?: (?:to the )?(?P<side>forward|backward|left|right)\b)?",
    re.IGNORECASE,
)


def read(text: str) -> list[tuple[str, int]]:
    """Read instructions in order: ("left", 0) is a turn, ("left", 3) are three steps to that side."""
    found = _INSTRUCTION.finditer(text[:700_000])
    return [
        (match["turn"].lower(), 0)
        if match["turn"]
        else ((match["side"] or "forward").lower(), int(match["count"]))
        for match in found
    ]


def walk(steps: list[tuple[str, int]]) -> tuple[int, int]:
    """Go the way and tell where it ends: how far to the right of the start, and how far ahead of it."""
    right, ahead = 0, 0
    to_right, to_ahead = 0, 1
    for side, count in steps:
        if count:
            quarters = _SIDES.index(side)
            x, y = to_right, to_ahead
            for _ in range(quarters):
                x, y = y, -x
            right, ahead = right + count * x, ahead + count * y
        else:
            for _ in range({"right": 1, "around": 2, "left": 3}.get(side, 0)):
                to_right, to_ahead = to_ahead, -to_right
    return right, ahead


TASK = Navigate()

"""BoxNet1: agents on a grid, one a square, pass coloured boxes on until each is on a target of its colour.

Rules: `symbench` specification 4.28. Squares are named by their centres, so that the first is ``[0.5, 0.5]``. All
actions of a step happen at once. The published grids have 2 to 32 squares and 3 to 13 boxes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import integer
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.wrapping import takes_back
from codesteer_tui.symbench.solvers.boxnet1 import Steps, plan
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Square: TypeAlias = tuple[float, float]
Held: TypeAlias = dict[Square, Counter[str]]
Items = Annotated[list[Annotated[str, Meta(max_length=40, pattern="^(box|target)_")]], Meta(max_length=100)]

_COLOURS = ("blue", "red", "green", "purple", "orange", "yellow", "pink", "cyan")
_PLACE = (
    r"\[\s{0,9}(?P<x>[0-9]{1,4}(?:\.[0-9]{1,4})?)\s{0,9},\s{0,9}(?P<y>[0-9]{1,4}(?:\.[0-9]{1,4})?)\s{0,9}\]"
)
_KEY = re.compile(r"[0-9]{1,4}(?:\.[0-9])?_[0-9]{1,4}(?:\.[0-9])?")
_OBJECT = re.compile(r"\s*\{.*\}\s*,?\s*")
_AGENT = re.compile(rf"\s{{0,9}}agent\s{{0,9}}{_PLACE}\s{{0,9}}", re.IGNORECASE)
_ACTION = re.compile(
    rf"\s{{0,9}}move\s{{0,9}}\(\s{{0,9}}(?P<box>box_[^\s,()]{{1,40}})\s{{0,9}},\s{{0,9}}"
    rf"(?:square\s{{0,9}}{_PLACE}|(?P<target>target_[^\s,()]{{1,40}}))\s{{0,9}}\)\s{{0,9}}",
    re.IGNORECASE,
)


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The grid and what lies on it. More squares, more colours and more boxes are harder.

    `rows` and `cols`: of squares, each with an agent. `colours`: of the boxes. `min_boxes` and `max_boxes`: boxes of
    each colour, drawn between them, with as many targets.
    """

    rows: Annotated[int, Meta(ge=1, le=8)] = 2
    cols: Annotated[int, Meta(ge=1, le=8)] = 4
    colours: Annotated[int, Meta(ge=1, le=8)] = 5
    min_boxes: Annotated[int, Meta(ge=1, le=5)] = 1
    max_boxes: Annotated[int, Meta(ge=1, le=5)] = 3

    def __post_init__(self) -> None:
        """Refuse a single square, and an empty range."""
        if self.rows * self.cols < 2:
            raise ValueError("rows 1 and cols 1 leave no square to move a box to")
        if self.min_boxes > self.max_boxes:
            raise ValueError(f"min_boxes {self.min_boxes} is greater than max_boxes {self.max_boxes}")


class Parameters(Struct, frozen=True):
    """What is checked: what lies on each square, by the square's centre as in "0.5_1.5"."""

    state: Annotated[dict[str, Items], Meta(min_length=1, max_length=400)]

    def __post_init__(self) -> None:
        """Refuse squares that are not named by two numbers."""
        for square in self.state:
            if not _KEY.fullmatch(square):
                raise ValueError(f'"{shorten(square)}" is no square')


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `simultaneous`: each action of a step has to be possible before the step; otherwise they follow one another as they
    are written, and a box can be passed on several times within a step. `skip_impossible`: an order for a box or a
    target that is not on the agent's square is left out instead of spoiling the plan. `single_quotes`: the JSON may be
    written with single quotes.
    """

    simultaneous: bool = True
    skip_impossible: bool = False
    single_quotes: bool = False


class Action(Struct, frozen=True):
    """What one agent does in a step: it moves a box to a square, or onto a target."""

    agent: Square
    box: str
    square: Square | None
    target: str


class BoxNet1:
    """Plan how agents pass boxes on to their targets."""

    id = "BoxNet1"
    title = "Passing on boxes"
    category: Category = "planning"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Scatter boxes and as many targets of each colour over the grid."""
        rows, cols = difficulty.rows, difficulty.cols
        state: dict[str, list[str]] = {f"{row}.5_{col}.5": [] for row in range(rows) for col in range(cols)}
        for colour in _COLOURS[: difficulty.colours]:
            for _ in range(integer(rng, difficulty.min_boxes, difficulty.max_boxes)):
                for item in (f"box_{colour}", f"target_{colour}"):
                    state[f"{integer(rng, 0, rows - 1)}.5_{integer(rng, 0, cols - 1)}.5"].append(item)
        return Problem(
            question=_question(state),
            task=self.id,
            parameters={"rows": rows, "cols": cols, "state": state},
            gold=_form(plan(state) or []),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any plan of possible actions after which no box is left.

        The reason for a plan that leaves boxes behind says how many of them it brings to their targets.
        """
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a plan. It is read as steps, each a list of `Action`.

        `where` is the place, from 0, of the step with an action that is not possible, or the squares with boxes left.
        """
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        choices = policy or Choices()
        read = partial(_read, policy=choices)
        rules = partial(_broken_rules, parameters, choices)
        return look(answer, read, rules, "Every box is on its target.", most=most)

    def solve(self, problem: Problem) -> str | None:
        """Give every box a target near it, and move all boxes towards theirs at once, as far as there are agents."""
        steps = plan(parameters_for(problem, Parameters).state)
        return None if steps is None else _form(steps)


def held_at_first(parameters: Parameters) -> Held:
    """What lies on each square before the first step."""
    return {square_of(*name.split("_")): Counter(items) for name, items in parameters.state.items()}


def _broken_rules(parameters: Parameters, policy: Choices, steps: list[list[Action]]) -> Iterator[Broken]:
    held = held_at_first(parameters)
    for number, actions in enumerate(steps, 1):
        if broken := do_step(held, actions, policy):
            yield Broken(f"In step {number} {broken}.", (number - 1,))
            return
    total = sum(item.startswith("box_") for items in parameters.state.values() for item in items)
    left = [
        (box, square) for square, items in held.items() for box in items.elements() if box.startswith("box_")
    ]
    if left:
        named = [f"{box} on {_named('square', square)}" for box, square in left]
        shown = ", ".join(named[:3]) + (", …" if len(left) > 3 else "")
        reason = f"{total - len(left)} of {total} boxes are brought to their targets; left are {shown}."
        yield Broken(reason, tuple(dict.fromkeys(square for _, square in left)))


def do_step(held: Held, actions: list[Action], policy: Choices) -> str | None:
    """Do the actions of a step; give the first thing that is wrong, as a clause, and leave the rest undone."""
    acting: set[Square] = set()
    possible: list[Action] = []
    for action in actions:
        if action.agent not in held:
            return f"there is an order for {_named('Agent', action.agent)}, which does not exist"
        if action.agent in acting:
            return f"{_named('Agent', action.agent)} has more than one order"
        acting.add(action.agent)
        if broken := _wrong_goal(held, action):
            return broken
        missing = next(
            (item for item in (action.box, action.target) if item and not held[action.agent][item]), None
        )
        if missing is None:
            possible.append(action)
        elif not policy.skip_impossible:
            return f"{_named('Agent', action.agent)} has no {shorten(missing)} on its square"
        if not policy.simultaneous:
            _do(held, possible)
            possible = []
    _do(held, possible)
    return None


def _wrong_goal(held: Held, action: Action) -> str | None:
    """Say what is wrong with where a box shall go, whatever lies there."""
    who = _named("Agent", action.agent)
    if action.square is None:
        if action.box.removeprefix("box_") != action.target.removeprefix("target_"):
            return (
                f"{who} moves {shorten(action.box)} onto {shorten(action.target)}, which has another colour"
            )
        return None
    if action.square not in held:
        return f"{who} moves a box to {_named('square', action.square)}, which does not exist"
    if abs(action.square[0] - action.agent[0]) + abs(action.square[1] - action.agent[1]) != 1:
        return f"{who} moves a box to {_named('square', action.square)}, which is not next to its own"
    return None


def _do(held: Held, actions: list[Action]) -> None:
    for action in actions:
        held[action.agent][action.box] -= 1
        if action.square is None:
            held[action.agent][action.target] -= 1
        else:
            held[action.square][action.box] += 1


def _read(text: str, policy: Choices) -> list[list[Action]] | Unreadable:
    start, end = text.find("["), text.rfind("]") + 1
    inside = text[start:end]
    if takes_back(text[: max(start, 0)], text[end:]):
        return Unreadable("The text says that the plan is no answer")
    if (lines := text.strip().splitlines()) and all(_OBJECT.fullmatch(line) for line in lines):
        inside = f"[{','.join(line.strip().rstrip(',') for line in lines)}]"
    try:
        steps = json.loads(
            inside.replace("'", '"') if policy.single_quotes else inside, object_pairs_hook=tuple
        )
    except (ValueError, RecursionError):
        return Unreadable(f'"{shorten(text)}" is not valid JSON')
    if not isinstance(steps, list) or not all(isinstance(step, tuple) for step in steps):
        return Unreadable("It is not a list of steps, each with actions by agent")
    read = []
    for step in steps:
        actions = [_action(agent, action) for agent, action in step]
        for action in actions:
            if isinstance(action, Unreadable):
                return action
        read.append([action for action in actions if not isinstance(action, Unreadable)])
    return read


def _action(agent: str, action: Any) -> Action | Unreadable:
    who = _AGENT.fullmatch(agent)
    if who is None:
        return Unreadable(f'"{shorten(agent)}" is not of the form "Agent[0.5, 0.5]"')
    what = _ACTION.fullmatch(action) if isinstance(action, str) else None
    if what is None:
        forms = '"move(box_red, square[0.5, 1.5])" or "move(box_red, target_red)"'
        return Unreadable(f'"{shorten(str(action)[:200])}" is not of the form {forms}')
    square = square_of(what["x"], what["y"]) if what["x"] else None
    return Action(square_of(who["x"], who["y"]), what["box"], square, what["target"] or "")


def square_of(x: str, y: str) -> Square:
    return float(x), float(y)


def _named(what: str, square: Square) -> str:
    return f"{what}[{square[0]:g}, {square[1]:g}]"


def _question(state: dict[str, list[str]]) -> str:
    squares = "\n".join(
        f"square[{name.replace('_', ', ')}]: {', '.join(items) or 'nothing'}" for name, items in state.items()
    )
    return (
        "Coloured boxes and targets lie on the squares of a grid. A square is named by its centre as in "
        "square[0.5, 1.5], where the first number counts the rows and the second the columns, and there can be "
        f"several boxes and targets on it:\n{squares}\n\n"
        "On every square stands an agent, named like it: Agent[0.5, 1.5]. In a step each agent can do one thing with "
        'one box of its own square: "move(box_red, square[0.5, 2.5])" moves it to a square of the grid that is '
        'directly above, below, left or right of its own, and "move(box_red, target_red)" moves it onto a target of '
        "the same colour on its own square, whereupon both vanish. All actions of a step happen at once, so that a box "
        "can be moved only once in a step, and only by the agent on whose square it was before the step. A plan with "
        "an action that is not possible is worth nothing. Bring every box onto a target; there may be more steps than "
        "necessary.\n\n"
        "Give the plan as your final answer in the form <<<plan>>>, as a JSON list of the steps, each of them an "
        "object with the actions by agent, at most one for each. For example:\n"
        '<<<[{"Agent[0.5, 1.5]": "move(box_white, square[1.5, 1.5])"}, '
        '{"Agent[1.5, 1.5]": "move(box_white, target_white)", "Agent[0.5, 0.5]": "move(box_black, target_black)"}]>>>'
    )


def _form(steps: Steps) -> str:
    return f"<<<{json.dumps(steps)}>>>"


TASK = BoxNet1()

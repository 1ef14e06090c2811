"""BoxLift: lift all boxes in a limited number of steps, several lifters together where one is too weak.

Rules: `symbench` specification 4.26. Lifters are numbered from 0. The published problems have 10 to 25 boxes and 3 to 7
lifters, and allow as many steps as a greedy plan takes: the heaviest boxes first, each with the first free lifters that
are strong enough together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import integer
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import Tree, nested
from codesteer_tui.symbench.reading.wrapping import takes_back
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Lift: TypeAlias = tuple[int, list[int]]
"""The weight of a box, and the lifters that lift it."""

Weight = Annotated[int, Meta(ge=1, le=1_000_000_000)]

_STEP = re.compile(r"\bstep\s{0,4}[0-9]{1,6}[\s\"'*`]{0,4}[:.]", re.IGNORECASE)
_LIFT = re.compile(r"[(\[]\s{0,9}[0-9]{1,9}\s{0,9},\s{0,9}[\[(]\s{0,9}[0-9]")
_NUMBER = re.compile(r"([-+−]?[0-9]{1,18})(?:\.0{0,9})?")
_AS_ASKED = re.compile(r"\[(?:\([0-9]+,\[[0-9]+(?:,[0-9]+)*\]\)(?:,(?!\])|(?=\])))*\]")
_FORM = "Step 1: [(weight, [lifters]), …]"


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """How many boxes and lifters there are. More of both, and heavier boxes for the same lifters, are harder.

    `boxes` and `lifters`: their numbers. `min_weight` and `max_weight`: of a box, drawn between them, but never more
    than all lifters can lift together. `min_capacity` and `max_capacity`: of a lifter. `slack`: steps that are
    allowed beyond those of the greedy plan; more of them are easier.
    """

    boxes: Annotated[int, Meta(ge=1, le=100)] = 15
    lifters: Annotated[int, Meta(ge=1, le=20)] = 4
    min_weight: Annotated[int, Meta(ge=1, le=10_000)] = 20
    max_weight: Annotated[int, Meta(ge=1, le=10_000)] = 200
    min_capacity: Annotated[int, Meta(ge=1, le=10_000)] = 30
    max_capacity: Annotated[int, Meta(ge=1, le=10_000)] = 120
    slack: Annotated[int, Meta(ge=0, le=20)] = 0

    def __post_init__(self) -> None:
        """Refuse empty ranges, and boxes that the lifters might be too weak for."""
        if self.min_weight > self.max_weight:
            raise ValueError(f"min_weight {self.min_weight} is greater than max_weight {self.max_weight}")
        if self.min_capacity > self.max_capacity:
            raise ValueError(
                f"min_capacity {self.min_capacity} is greater than max_capacity {self.max_capacity}"
            )
        if self.min_weight > self.lifters * self.min_capacity:
            raise ValueError(
                f"min_weight {self.min_weight} is more than {self.lifters} lifters of min_capacity "
                f"{self.min_capacity} can lift together"
            )


class Parameters(Struct, frozen=True):
    """What is checked: the weights of the boxes, the capacities of the lifters, and how many steps are allowed."""

    boxes: Annotated[list[Weight], Meta(min_length=1, max_length=1_000)]
    lifters: Annotated[list[Weight], Meta(min_length=1, max_length=200)]
    max_steps: Annotated[int, Meta(ge=0, le=1_000)]


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `any_brackets`: lists may stand for tuples and the other way round, and a single lifter for a list of one.
    """

    any_brackets: bool = True


class BoxLift:
    """Plan who lifts which box when."""

    id = "BoxLift"
    title = "Lifting boxes together"
    category: Category = "planning"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw lifters, and boxes that they can lift; a greedy plan says how many steps are enough."""
        lifters = [
            integer(rng, difficulty.min_capacity, difficulty.max_capacity) for _ in range(difficulty.lifters)
        ]
        heaviest = min(difficulty.max_weight, sum(lifters))
        boxes = [integer(rng, difficulty.min_weight, heaviest) for _ in range(difficulty.boxes)]
        steps = _greedy(boxes, lifters)
        max_steps = len(steps) + difficulty.slack
        return Problem(
            question=_question(boxes, lifters, max_steps),
            task=self.id,
            parameters={
                "boxes": boxes,
                "lifters": lifters,
                "num_boxes": len(boxes),
                "num_lifters": len(lifters),
                "max_steps": max_steps,
            },
            gold=_form(steps),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any plan without an illegal lift that lifts every box in time.

        The reason for a plan that leaves boxes behind says which share of the boxes and of their weight it lifts.
        """
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a plan. It is read as steps, each a list of (weight, lifters).

        `where` is the place, from 0, of a step that is not allowed, and of the lift in it.
        """
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        read = partial(_read, policy=policy or Choices())
        right = f"All {len(parameters.boxes)} boxes are lifted in time."
        return look(answer, read, partial(_broken_rules, parameters), right, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Plan greedily, with the lifters in several orders; None where none of these plans is short enough."""
        parameters = parameters_for(problem, Parameters)
        steps = solve(parameters.boxes, parameters.lifters, parameters.max_steps)
        return None if steps is None else _form(steps)


def _broken_rules(parameters: Parameters, steps: list[list[Lift]]) -> Iterator[Broken]:
    if len(steps) > parameters.max_steps:
        yield Broken(f"The plan has {len(steps)} steps; at most {parameters.max_steps} are allowed.")
    left = Counter(parameters.boxes)
    for at, lifts in enumerate(steps):
        busy: set[int] = set()
        for place, (weight, lifters) in enumerate(lifts):
            if broken := _broken_lift(parameters, left, busy, weight, lifters):
                yield Broken(f"Step {at + 1} {broken}.", ((at, place),))
                return
            left[weight] -= 1
            busy.update(lifters)
    if count := left.total():
        yield Broken(f"{_left_behind(parameters, left, count)}.", misfit=len(steps) == 1)


def _broken_lift(
    parameters: Parameters, left: Counter[int], busy: set[int], weight: int, lifters: list[int]
) -> str | None:
    """Say what a step does wrong with one box, as a clause without its subject."""
    if left[weight] < 1:
        none = "no such box is left" if weight in parameters.boxes else "there is no such box"
        return f"lifts a box of weight {shorten(str(weight), 20)}, but {none}"
    for at, lifter in enumerate(lifters):
        if not 0 <= lifter < len(parameters.lifters):
            shown = shorten(str(lifter), 20)
            return (
                f"uses lifter {shown}, but the lifters are numbered from 0 to {len(parameters.lifters) - 1}"
            )
        if lifter in busy or lifter in lifters[:at]:
            return f"uses lifter {lifter} more than once"
    strength = sum(parameters.lifters[lifter] for lifter in lifters)
    if strength < weight:
        who = f"lifters {', '.join(map(str, lifters))}" if lifters else "nobody"
        return f"lifts the box of weight {weight} with {who}, who can lift only {strength}"
    return None


def _left_behind(parameters: Parameters, left: Counter[int], count: int) -> str:
    total, weight = sum(parameters.boxes), sum(box * number for box, number in left.items())
    share = 100 * (total - weight) // total
    shown = ", ".join(str(box) for box in sorted(left.elements(), reverse=True)[:4]) + (
        ", …" if count > 4 else ""
    )
    return (
        f"{len(parameters.boxes) - count} of {len(parameters.boxes)} boxes are lifted, {share} % of the weight; "
        f"left are {shown}"
    )


def _read(text: str, policy: Choices) -> list[list[Lift]] | Unreadable:
    """Read the steps behind their labels, whatever words stand before the first and after the last."""
    before, *parts = _STEP.split(text)
    if not parts:
        return Unreadable(f'"{shorten(text)}" is not of the form "{_FORM}"')
    if _LIFT.search(before):
        return Unreadable(f'"{shorten(before)}" before the first step is not of the form "{_FORM}"')
    if takes_back(before, parts[-1][len(_lists(parts[-1])) :]):
        return Unreadable("The text says that the plan is no answer")
    steps = []
    for number, part in enumerate(parts, 1):
        lists = _lists(part)
        step = _lifts(nested(lists))
        asked = policy.any_brackets or _AS_ASKED.fullmatch("".join(lists.split()))
        if not lists or step is None or not asked:
            return Unreadable(f'Step {number}, "{shorten(part)}", is not of the form "{_FORM}"')
        steps.append(step)
    return steps


def _lists(part: str) -> str:
    """Cut off what follows the list of a step, or its last bracket where it is not in brackets as a whole."""
    start, depth = part.find("["), 0
    if start >= 0 and not part[:start].strip(" \t\n*:\"'`"):
        for at in range(start, len(part)):
            depth += (part[at] in "[(") - (part[at] in "])")
            if depth == 0:
                return part[: at + 1] if "[" not in part[at:] else part[: part.rfind("]") + 1]
    return part[: max(part.rfind("]"), part.rfind(")")) + 1]


def _lifts(tree: Tree | Unreadable) -> list[Lift] | None:
    if isinstance(tree, Unreadable):
        return None
    lifts: list[Lift] = []
    for pair in [tree] if tree and isinstance(tree[0], str) else tree:
        if isinstance(pair, str) or len(pair) != 2:
            return None
        weight, lifters = pair
        numbers = [_number(item) for item in ([lifters] if isinstance(lifters, str) else lifters)]
        heavy = _number(weight)
        whole = [number for number in numbers if number is not None]
        if heavy is None or len(whole) != len(numbers):
            return None
        lifts.append((heavy, whole))
    return lifts


def _number(item: str | Tree) -> int | None:
    match = _NUMBER.fullmatch(item) if isinstance(item, str) else None
    return int(match[1].replace("−", "-")) if match else None


def _question(boxes: list[int], lifters: list[int], max_steps: int) -> str:
    capacities = "\n".join(f"lifter {at}: {capacity}" for at, capacity in enumerate(lifters))
    return (
        f"Boxes of these weights have to be lifted, each once: {', '.join(map(str, boxes))}\n\n"
        f"These lifters can lift at most so much:\n{capacities}\n\n"
        "The work is done in steps. In a step any number of boxes can be lifted, each by one lifter or by several "
        "together, whose capacities add up and have to reach at least the weight of the box. No lifter can be used "
        f"more than once in a step. Lift all boxes in at most {max_steps} step{'s' if max_steps > 1 else ''}.\n\n"
        "Give the plan as your final answer in the form <<<plan>>>, one step a line, each a list of boxes by their "
        "weight and the lifters by their number. For example, boxes of weight 5, 9 and 8 with lifters of capacity 6, 4 "
        "and 7:\n<<<Step 1: [(5, [2]), (9, [0, 1])]\nStep 2: [(8, [0, 1])]>>>"
    )


def _form(steps: list[list[Lift]]) -> str:
    return "<<<" + "\n".join(f"Step {number}: {lifts}" for number, lifts in enumerate(steps, 1)) + ">>>"


def solve(boxes: list[int], lifters: list[int], max_steps: int) -> list[list[Lift]] | None:
    """Give the first greedy plan that is short enough, with the lifters in order, the weak or the strong ones first."""
    if max(boxes) > sum(lifters):
        return None
    by_strength = sorted(range(len(lifters)), key=lambda lifter: lifters[lifter])
    for order in (list(range(len(lifters))), by_strength, by_strength[::-1]):
        steps = _greedy(boxes, lifters, order)
        if len(steps) <= max_steps:
            return steps
    return None


def _greedy(boxes: list[int], lifters: list[int], order: list[int] | None = None) -> list[list[Lift]]:
    """Lift the heaviest boxes first, each with the first free lifters that are strong enough together."""
    waiting = sorted(boxes, reverse=True)
    steps: list[list[Lift]] = []
    while waiting:
        free = list(order or range(len(lifters)))
        lifts: list[Lift] = []
        later = []
        for box in waiting:
            if sum(lifters[lifter] for lifter in free) < box:
                later.append(box)
                continue
            team: list[int] = []
            while sum(lifters[lifter] for lifter in team) < box:
                team.append(free.pop(0))
            lifts.append((box, team))
        steps.append(lifts)
        waiting = later
    return steps


TASK = BoxLift()

"""BoxLift: the published judge skips whatever is illegal, and only asks whether all boxes are gone in the end."""

from __future__ import annotations

from typing import Any

import msgspec

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.python_values import NoValue, value_of


class _Given(msgspec.Struct, frozen=True):
    boxes: list[int]
    lifters: list[int]
    max_steps: int


def accepts(problem: Problem, text: str) -> bool:
    """Accept plans whose legal lifts, in the allowed number of steps, lift all boxes.

    Steps are told apart by the word "Step", and what stands behind the first colon is evaluated. Lifts of boxes that do
    not exist, by lifters that are busy or too weak, are skipped; negative indices count from the end, and one lifter
    may be listed several times for the same box. An error in a step that is looked at rejects the plan.
    """
    try:
        given = msgspec.convert(problem.parameters, type=_Given)
    except msgspec.ValidationError:
        return False
    left = list(given.boxes)
    for step in text.split("Step")[1:][: given.max_steps]:
        try:
            _lift(value_of(step.split(":")[1]), given.lifters, left)
        except (NoValue, TypeError, ValueError, IndexError, OverflowError):
            return False
    return not left


def _lift(lifts: Any, lifters: list[int], left: list[int]) -> None:
    busy: set[Any] = set()
    for weight, team in lifts:
        if weight not in left:
            continue
        if any(lifter >= len(lifters) for lifter in team) or any(lifter in busy for lifter in team):
            continue
        if sum(lifters[lifter] for lifter in team) >= weight:
            left.remove(weight)
            busy.update(team)

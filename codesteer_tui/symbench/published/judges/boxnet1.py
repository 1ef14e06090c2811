"""BoxNet1: the published judge does what is possible, one action after the other, and leaves out the rest."""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias

import msgspec

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Crash

Square: TypeAlias = tuple[float, ...]
Order: TypeAlias = tuple[str, "str | Square"]
"""What is moved, and where to: a target by its name, or a square."""

_NUMBER = re.compile(r"\d+\.?\d*")
_MOVED = re.compile(r"move\((.*?),\s")
_MOVED_TO_NEXT_LINE = re.compile(r"move\((.*),\n")
_GOAL = re.compile(r"(.*?)\)")


class _Given(msgspec.Struct, frozen=True):
    state: dict[str, list[str]]


def accepts(problem: Problem, text: str) -> bool:
    """Accept JSON after whose actions nothing is left on the grid, neither boxes nor targets.

    Actions that are impossible, or written otherwise than "move(a, b)" with white space behind the comma, do nothing.
    The actions of a step follow one another, so that a box can be passed on several times.

    Raises:
        Crash: an agent or a square is not on the grid, or is not named by two numbers.
    """
    try:
        state = {
            name: list(items)
            for name, items in msgspec.convert(problem.parameters, type=_Given).state.items()
        }
        steps = json.loads(text)
        plan = [[(_numbers(agent), _order(action)) for agent, action in step.items()] for step in steps]
    except (msgspec.ValidationError, ValueError, TypeError, AttributeError, RecursionError):
        return False
    for step in plan:
        for agent, order in {agent: order for agent, order in step if order is not None}.items():
            _do(state, agent, order)
    return not any(state.values())


def _numbers(text: str) -> Square:
    return tuple(map(float, _NUMBER.findall(text)))


def _order(action: Any) -> Order | None:
    """Read "move(a, b)" as the first comma with white space behind it divides it; None where it is none."""
    for form in (_MOVED, _MOVED_TO_NEXT_LINE):
        moved = form.match(action)
        goal = _GOAL.match(action, moved.end()) if moved else None
        if moved and goal:
            return moved[1], _numbers(goal[1]) if "square" in goal[1] else goal[1]
    return None


def _do(state: dict[str, list[str]], agent: Square, order: Order) -> None:
    item, goal = order
    here = _items(state, agent)
    if item not in here:
        return
    if isinstance(goal, str):
        if goal in here and item[:4] == "box_" and goal[:7] == "target_" and item[4:] == goal[7:]:
            here.remove(item)
            here.remove(goal)
        return
    if not goal or (len(goal) == 1 and abs(agent[0] - goal[0]) in (0, 1)):
        raise Crash("a square has fewer than two coordinates")
    if len(goal) > 1 and sorted((abs(agent[0] - goal[0]), abs(agent[1] - goal[1]))) == [0, 1]:
        there = _items(state, goal)
        here.remove(item)
        there.append(item)


def _items(state: dict[str, list[str]], square: Square) -> list[str]:
    if len(square) < 2:
        raise Crash("an agent has fewer than two coordinates")
    items = state.get(f"{square[0]}_{square[1]}")
    if items is None:
        raise Crash(f"{square[0]}_{square[1]} is not on the grid")
    return items

"""path_plan: the published judge evaluates the waypoints and looks only for sides that are properly crossed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.python_values import NoValue, value_of


class _Given(msgspec.Struct, frozen=True):
    boxes: dict[str, list[float]]
    walls: list[list[float]]
    start: tuple[float, float]
    end: tuple[float, float]
    visit: list[str]
    avoid: list[str]


def accepts(problem: Problem, text: str) -> bool:
    """Accept tuples from start to end whose lines cross no wall, each box to visit, and no box to avoid.

    In floating point, and strictly: a line that only touches a side or a corner, runs along a side, or lies within a
    box does not cross it. Whatever raises an error is rejected.
    """
    try:
        given = msgspec.convert(problem.parameters, type=_Given)
        way = value_of(text)
        if len(way) < 2 or way[0] != given.start or way[-1] != given.end:
            return False
        pieces = list(pairwise(way[at] for at in range(len(way))))
        if any(_crosses(*piece, wall) for piece in pieces for wall in given.walls):
            return False
        crossed = {name: any(_crosses(*piece, box) for piece in pieces) for name, box in given.boxes.items()}
        return all(crossed[name] for name in given.visit) and not any(crossed[name] for name in given.avoid)
    except (NoValue, msgspec.ValidationError, TypeError, ValueError, LookupError, ArithmeticError):
        return False


def _crosses(one: Any, other: Any, box: list[float]) -> bool:
    left, right, low, high = box
    corners = [(left, low), (right, low), (right, high), (left, high)]
    return any(
        _turns(one, a, b) != _turns(other, a, b) and _turns(one, other, a) != _turns(one, other, b)
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
    )


def _turns(a: Any, b: Any, c: Any) -> Any:
    return (c[1] - a[1]) * (b[0] - a[0]) > (b[1] - a[1]) * (c[0] - a[0])

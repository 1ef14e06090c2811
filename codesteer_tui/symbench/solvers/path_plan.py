"""Ways for `path_plan`: an exact search, which finds a way wherever there is one.

The sides of all rectangles cut the plane into open cells, lines and corners, each of which is wholly free or wholly
blocked. One point of each is a node, and neighbours are joined: what is connected in the room is connected here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import TypeAlias

Point: TypeAlias = tuple[Fraction, Fraction]
Box: TypeAlias = tuple[Fraction, Fraction, Fraction, Fraction]
"""x from, x to, y from, y to."""
Spot: TypeAlias = tuple[int, int]
Area: TypeAlias = tuple[int, int, int, int]


def trajectory(start: Point, end: Point, visit: list[Box], closed: list[Box]) -> list[Point] | None:
    """Find waypoints from start to end that touch each box of `visit`, in this order, and none of `closed`.

    None where there is no such way. Where possible it leads through the inside of the boxes to visit.
    """
    scale = 2 * lcm(*(value.denominator for part in (start, end, *visit, *closed) for value in part))
    way = find_way(
        (int(start[0] * scale), int(start[1] * scale)),
        (int(end[0] * scale), int(end[1] * scale)),
        [_area(box, scale) for box in visit],
        [_area(box, scale) for box in closed],
    )
    return None if way is None else [(Fraction(x, scale), Fraction(y, scale)) for x, y in way]


def _area(box: Box, scale: int) -> Area:
    left, right, low, high = (int(side * scale) for side in box)
    return left, right, low, high


def find_way(start: Spot, end: Spot, visit: list[Area], closed: list[Area]) -> list[Spot] | None:
    """Do what `trajectory` does, with coordinates that are even numbers."""
    grid = _Grid([start, end], [*visit, *closed], closed)
    here, goal = grid.node(start), grid.node(end)
    way = [start]
    for box in [*visit, None]:
        steps = grid.steps(here, {goal} if box is None else None, box)
        if steps is None:
            return None
        here = steps[-1]
        spots = _corners([grid.spot(node) for node in steps])
        way += _straightened(spots, closed)[1:]
    return way


class _Grid:
    """The nodes, numbered row by row; the outermost are blocked, so that each free one has four neighbours."""

    def __init__(self, spots: list[Spot], areas: list[Area], closed: list[Area]) -> None:
        self.xs = _lines([spot[0] for spot in spots] + [side for area in areas for side in area[:2]])
        self.ys = _lines([spot[1] for spot in spots] + [side for area in areas for side in area[2:]])
        self.width = len(self.xs)
        inside = [1, *[0] * (self.width - 2), 1]
        around = [1] * self.width
        self.blocked = bytearray([*around, *inside * (len(self.ys) - 2), *around])
        for area in closed:
            for node in self.within(area):
                self.blocked[node] = 1

    def node(self, spot: Spot) -> int:
        return bisect_left(self.ys, spot[1]) * self.width + bisect_left(self.xs, spot[0])

    def spot(self, node: int) -> Spot:
        return self.xs[node % self.width], self.ys[node // self.width]

    def within(self, area: Area, inner: int = 0) -> Iterable[int]:
        """The nodes in an area, without those on its sides where `inner` is 1."""
        columns = range(bisect_left(self.xs, area[0]) + inner, bisect_left(self.xs, area[1]) + 1 - inner)
        rows = range(bisect_left(self.ys, area[2]) + inner, bisect_left(self.ys, area[3]) + 1 - inner)
        return [row * self.width + column for row in rows for column in columns]

    def steps(self, here: int, goals: set[int] | None, box: Area | None) -> list[int] | None:
        """Search breadth first for the nearest goal: one of `goals`, else inside of a box, else on its sides."""
        edge: set[int] = set()
        if box is not None:
            goals, edge = set(self.within(box, 1)), set(self.within(box))
        if self.blocked[here] or goals is None:
            return None
        came = [-1] * len(self.blocked)
        came[here] = here
        queue = deque([here])
        beside = (-self.width, -1, 1, self.width)
        found = touched = None
        while queue and found is None:
            node = queue.popleft()
            if node in goals:
                found = node
            elif touched is None and node in edge:
                touched = node
            for step in beside:
                after = node + step
                if came[after] < 0 and not self.blocked[after]:
                    came[after] = node
                    queue.append(after)
        found = touched if found is None else found
        if found is None:
            return None
        steps = [found]
        while came[steps[-1]] != steps[-1]:
            steps.append(came[steps[-1]])
        return steps[::-1]


def _lines(values: list[int]) -> list[int]:
    """The values, the middles between them, and two beyond them at either end."""
    given = sorted(set(values))
    middles = [(one + other) // 2 for one, other in pairwise(given)]
    return sorted([given[0] - 4, given[0] - 2, *given, *middles, given[-1] + 2, given[-1] + 4])


def _corners(spots: list[Spot]) -> list[Spot]:
    """Leave out what lies in the middle of a straight line along an axis."""
    kept = spots[:1]
    for before, spot, after in zip(spots, spots[1:], spots[2:], strict=False):
        if not (before[0] == spot[0] == after[0] or before[1] == spot[1] == after[1]):
            kept.append(spot)
    return kept + spots[1:][-1:]


def _straightened(spots: list[Spot], closed: list[Area]) -> list[Spot]:
    """From each spot go on to the last one that can be reached in a straight line."""
    way = spots[:1]
    at = 0
    while at < len(spots) - 1:
        at = next(
            (
                far
                for far in range(len(spots) - 1, at + 1, -1)
                if not any(_meets(spots[at], spots[far], area) for area in closed)
            ),
            at + 1,
        )
        way.append(spots[at])
    return way


def _meets(one: Spot, other: Spot, area: Area) -> bool:
    """Whether a segment touches a rectangle: it ends in it, or it crosses one of the diagonals."""
    left, right, low, high = area
    if (left <= one[0] <= right and low <= one[1] <= high) or (
        left <= other[0] <= right and low <= other[1] <= high
    ):
        return True
    return _cross(one, other, (left, low), (right, high)) or _cross(one, other, (left, high), (right, low))


def _cross(a: Spot, b: Spot, c: Spot, d: Spot) -> bool:
    apart = any(
        max(a[axis], b[axis]) < min(c[axis], d[axis]) or max(c[axis], d[axis]) < min(a[axis], b[axis])
        for axis in (0, 1)
    )
    return not apart and _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0


def _turn(a: Spot, b: Spot, c: Spot) -> int:
    side = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (side > 0) - (side < 0)

"""Rooms for `path_plan`, drawn on a lattice of twentieths, each with a way through it."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from msgspec import Struct

from codesteer_tui.symbench.draws import integer, sample, shuffled
from codesteer_tui.symbench.solvers.path_plan import Area, Point, Spot, find_way

COLOURS = (
    "red", "green", "blue", "yellow", "orange", "purple", "pink", "brown", "grey", "white", "cyan", "violet",
)  # fmt: skip
WALLS: tuple[Area, ...] = ((-30, -28, -30, 30), (28, 30, -30, 30), (-30, 30, -30, -28), (-30, 30, 28, 30))

_REACH = 27
_SHORTEST_SIDE = 4
_DRAWS = 12
_TRIES = 40
_HALF = 2
"""The search wants even numbers."""


class Shape(Struct, frozen=True):
    """What a room shall hold; `max_side` in twentieths."""

    boxes: int
    visit: int
    avoid: int
    max_side: int


class World(Struct, frozen=True):
    """A room in twentieths; `visit` and `avoid` are indices of boxes."""

    boxes: list[Area]
    start: Spot
    end: Spot
    visit: list[int]
    avoid: list[int]


def draw_world(rng: Random, shape: Shape) -> tuple[World, list[Point]]:
    """Draw a room and a way through it; boxes lie apart, and both ends of the way outside of them.

    Rooms without a way are drawn anew, and at first those as well in which the straight line is one. In the end every
    box gets a place of its own with room on all sides, where there is always a way.
    """
    chosen = sample(rng, range(shape.boxes), shape.visit + shape.avoid)
    visit, avoid = chosen[: shape.visit], chosen[shape.visit :]
    for draw in range(_DRAWS):
        placed = _scattered(rng, shape)
        if placed is None:
            continue
        boxes, start, end = placed
        way = _way(World(boxes, start, end, visit, avoid))
        if way is not None and (len(way) > 2 or draw >= _DRAWS // 2):
            return World(boxes, start, end, visit, avoid), way
    world = World(*_in_slots(rng, shape), visit, avoid)
    return world, _way(world) or []


def _way(world: World) -> list[Point] | None:
    visit = [_doubled(world.boxes[at]) for at in world.visit]
    closed = [_doubled(world.boxes[at]) for at in world.avoid] + [_doubled(wall) for wall in WALLS]
    start, end = ((spot[0] * _HALF, spot[1] * _HALF) for spot in (world.start, world.end))
    way = find_way(start, end, visit, closed)
    return None if way is None else [(Fraction(x, 20 * _HALF), Fraction(y, 20 * _HALF)) for x, y in way]


def _doubled(area: Area) -> Area:
    return area[0] * _HALF, area[1] * _HALF, area[2] * _HALF, area[3] * _HALF


def _scattered(rng: Random, shape: Shape) -> tuple[list[Area], Spot, Spot] | None:
    """Draw boxes that lie apart, ever smaller ones where there is no place; None where one found none."""
    boxes: list[Area] = []
    for _ in range(shape.boxes):
        for tried in range(_TRIES):
            longest = max(_SHORTEST_SIDE, shape.max_side - tried)
            wide, high = (integer(rng, _SHORTEST_SIDE, longest) for _ in range(2))
            left, low = (integer(rng, -_REACH, _REACH - side) for side in (wide, high))
            box = (left, left + wide, low, low + high)
            if all(_apart(box, other) for other in boxes):
                boxes.append(box)
                break
        else:
            return None
    spots = [(integer(rng, -_REACH, _REACH), integer(rng, -_REACH, _REACH)) for _ in range(_TRIES)]
    free = [(x, y) for x, y in spots if all(_apart((x, x, y, y), box) for box in boxes)]
    return (boxes, free[0], free[1]) if len(free) > 1 and free[0] != free[1] else None


def _apart(one: Area, other: Area) -> bool:
    """Whether there is a gap between two boxes, with room to pass."""
    return (
        one[1] + 1 < other[0] or other[1] + 1 < one[0] or one[3] + 1 < other[2] or other[3] + 1 < one[2]
    )  # fmt: skip


def _in_slots(rng: Random, shape: Shape) -> tuple[list[Area], Spot, Spot]:
    """Draw each box within one square of a chequered room, and both ends of the way in squares of their own."""
    count = next(side for side in range(2, 9) if side * side >= shape.boxes + 2)
    size = 2 * (_REACH + 1) // count
    slots = shuffled(rng, [(column, row) for column in range(count) for row in range(count)])
    corners = [(column * size - _REACH, row * size - _REACH) for column, row in slots]
    boxes = []
    for left, low in corners[: shape.boxes]:
        wide, high = (integer(rng, _SHORTEST_SIDE, min(shape.max_side, size - 3)) for _ in range(2))
        x, y = left + integer(rng, 1, size - 2 - wide), low + integer(rng, 1, size - 2 - high)
        boxes.append((x, x + wide, y, y + high))
    start, end = ((left + size // 2, low + size // 2) for left, low in corners[shape.boxes : shape.boxes + 2])
    return boxes, start, end

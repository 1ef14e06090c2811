"""path_plan: drive through a room with coloured boxes, touching some of them, others and the walls never.

Rules: `symbench` specification 4.25. A trajectory is a line of straight pieces between waypoints; boxes and walls are
rectangles with their boundaries. All coordinates are decimal numbers, and everything is computed exactly. The published
room has seven boxes, of which one to four are to be visited and up to six to be avoided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache, partial
from math import lcm
from random import Random
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct, convert

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.judging.path_plan_geometry import Sides, out_of_order, touches
from codesteer_tui.symbench.making.path_plan_worlds import COLOURS, WALLS, Shape, draw_world
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import nested
from codesteer_tui.symbench.reading.numbers import number as read_number
from codesteer_tui.symbench.reading.numbers import plain
from codesteer_tui.symbench.solvers.path_plan import trajectory
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Coordinate = Annotated[float, Meta(ge=-1_000_000, le=1_000_000)]
Rectangle: TypeAlias = tuple[Coordinate, Coordinate, Coordinate, Coordinate]
"""x from, x to, y from, y to."""
Point: TypeAlias = tuple[Fraction, Fraction]
Colour = Annotated[str, Meta(max_length=40)]

_MAX_WAYPOINTS = 2_000
_MAX_PLACES = 50
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]{0,50})?|\.[0-9]{1,50})")
_NUMBERED = re.compile(r"^[ \t]{0,9}[0-9]{1,4}[.)][ \t]{1,9}(?=[(\[])", re.MULTILINE)
_ARROW = re.compile(r"-{1,4}>|={1,4}>|→|\\(?:to|rightarrow)(?![A-Za-z])")
_AS_ASKED = re.compile(r"\[(?:\([^()\[\],]+,[^()\[\],]+\)(?:,(?!\])|(?=\])))*\]")


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """How full the room is. More boxes to visit, more to avoid and larger ones are harder.

    `boxes`: the coloured boxes in the room. `visit`: so many of them have to be touched. `avoid`: so many others must
    not be touched. `max_side`: the longest side of a box, in a room of 2.8 by 2.8.
    """

    boxes: Annotated[int, Meta(ge=1, le=12)] = 7
    visit: Annotated[int, Meta(ge=1, le=12)] = 3
    avoid: Annotated[int, Meta(ge=0, le=11)] = 1
    max_side: Annotated[float, Meta(ge=0.2, le=2)] = 0.9

    def __post_init__(self) -> None:
        """Refuse more boxes to visit and to avoid than there are."""
        if self.visit + self.avoid > self.boxes:
            raise ValueError(f"visit {self.visit} and avoid {self.avoid} are more than {self.boxes} boxes")


class Parameters(Struct, frozen=True):
    """What is checked: the boxes by colour, the walls, both ends of the way, what to visit and what to avoid."""

    boxes: Annotated[dict[Colour, Rectangle], Meta(max_length=40)]
    walls: Annotated[list[Rectangle], Meta(max_length=20)]
    start: tuple[Coordinate, Coordinate]
    end: tuple[Coordinate, Coordinate]
    visit: Annotated[list[Colour], Meta(max_length=40)]
    avoid: Annotated[list[Colour], Meta(max_length=40)]

    def __post_init__(self) -> None:
        """Refuse to visit or to avoid what does not exist."""
        for colour in (*self.visit, *self.avoid):
            if colour not in self.boxes:
                raise ValueError(f"there is no {colour} box")


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `any_brackets`: waypoints may be lists, or stand one a line. `in_order`: the boxes have to be visited in the order
    in which they are named; visiting one of them earlier as well does no harm.
    """

    any_brackets: bool = True
    in_order: bool = False


class PathPlan:
    """Find a way through a room."""

    id = "path_plan"
    title = "Way through a room"
    category: Category = "planning"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a room in which there is a way, and where possible one that the straight line does not show."""
        shape = Shape(difficulty.boxes, difficulty.visit, difficulty.avoid, round(difficulty.max_side * 20))
        world, way = draw_world(rng, shape)
        boxes = dict(zip(COLOURS, world.boxes, strict=False))
        parameters = {
            "boxes": {colour: [side / 20 for side in box] for colour, box in boxes.items()},
            "walls": [[side / 20 for side in wall] for wall in WALLS],
            "start": [at / 20 for at in world.start],
            "end": [at / 20 for at in world.end],
            "visit": [COLOURS[at] for at in world.visit],
            "avoid": [COLOURS[at] for at in world.avoid],
        }
        return Problem(
            question=_question(convert(parameters, type=Parameters)),
            task=self.id,
            parameters=parameters,
            gold=_form(way),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any trajectory from start to end that touches what it has to and nothing that it must not."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a trajectory. It is read as its waypoints (x, y).

        `where` is "start" or "end", the place of a piece in the way from 0, or the colour of a box that is missed.
        """
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        choices = policy or Choices()
        read = partial(_read, policy=choices)
        right = "The trajectory visits what it has to and touches nothing else that matters."
        return look(answer, read, partial(_broken_rules, parameters, choices), right, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Search the cells into which the sides of the boxes cut the room, then straighten the way."""
        given = parameters_for(problem, Parameters)
        way = trajectory(
            _exactly(given.start),
            _exactly(given.end),
            [_rectangle(given.boxes[colour]) for colour in given.visit],
            [_rectangle(box) for box in (*(given.boxes[colour] for colour in given.avoid), *given.walls)],
        )
        return None if way is None else _form(way)


def _broken_rules(parameters: Parameters, policy: Choices, way: list[Point]) -> Iterator[Broken]:
    if len(way) > _MAX_WAYPOINTS:
        yield Broken(f"The trajectory has {len(way):,} waypoints; at most {_MAX_WAYPOINTS:,} are looked at.")
        return
    for at, name, place in ((0, "start", parameters.start), (-1, "end", parameters.end)):
        if way[at] != _exactly(place):
            at_place = f"at {_shown(_exactly(place))} but at {_shown(way[at])}"
            yield Broken(f"The trajectory does not {name} {at_place}.", (name,))
    boxes = {colour: _rectangle(box) for colour, box in parameters.boxes.items()}
    walls = [_rectangle(wall) for wall in parameters.walls]
    scale = lcm(*(value.denominator for part in (*way, *boxes.values(), *walls) for value in part))
    pixels = [(_scaled(x, scale), _scaled(y, scale)) for x, y in way]
    closed = [("the wall", _sides(wall, scale)) for wall in walls]
    closed += [
        (f"the {name} box, which is to be avoided", _sides(boxes[name], scale)) for name in parameters.avoid
    ]
    pieces = list(zip(pixels, pixels[1:] or pixels, strict=False))
    for number, (one, other) in enumerate(pieces):
        for name, box in closed:
            if touches(one, other, box):
                piece = f"from {_shown(way[number])} to {_shown(way[min(number + 1, len(way) - 1)])}"
                yield Broken(f"The piece {piece} touches {name}.", (number,))
    visits = [_sides(boxes[colour], scale) for colour in parameters.visit]
    missed = False
    for colour, box in zip(parameters.visit, visits, strict=True):
        if not any(touches(one, other, box) for one, other in pieces):
            missed = True
            yield Broken(f"The trajectory does not touch the {colour} box.", (colour,))
    late = out_of_order(pieces, visits) if policy.in_order and not missed else None
    if late is not None:
        colour = parameters.visit[late]
        yield Broken(f"The trajectory does not touch the {colour} box in its turn.", (colour,))


def _read(text: str, policy: Choices) -> list[Point] | Unreadable:
    line = plain(_NUMBERED.sub("", _ARROW.sub(", ", text)))
    wrong = Unreadable(f'"{shorten(text)}" is not of the form "[(x, y), (x, y)]"')
    tree = nested(line)
    if isinstance(tree, Unreadable):
        return tree
    if not policy.any_brackets and not _AS_ASKED.fullmatch("".join(line.split())):
        return wrong
    if not any(isinstance(item, list) for item in tree):
        rows = [
            row.replace(",", " ").split() for row in re.split(r"[;\n]", line.strip("[]() ")) if row.strip()
        ]
        tree = [tree] if len(tree) == 2 else [list(row) for row in rows]
    pairs = [item for item in tree if isinstance(item, list) and len(item) == 2]
    if not pairs or len(pairs) < len(tree):
        return wrong
    if len(pairs) > _MAX_WAYPOINTS:
        return [(Fraction(0), Fraction(0))] * len(pairs)
    way = []
    for pair in pairs:
        x, y = (_coordinate(item) if isinstance(item, str) else None for item in pair)
        if x is None or y is None:
            return wrong
        way.append((x, y))
    return way


def _coordinate(text: str) -> Fraction | None:
    if _DECIMAL.fullmatch(text):
        return Fraction(text)
    value = read_number(text) if len(text) <= 100 else None
    return value if isinstance(value, Fraction) and 10**_MAX_PLACES % value.denominator == 0 else None


@lru_cache(maxsize=4096)
def _exact(value: float) -> Fraction:
    """Take a number for the decimal number as which it is written."""
    return Fraction(str(value))


def _exactly(place: tuple[float, float]) -> Point:
    return _exact(place[0]), _exact(place[1])


def _rectangle(box: Rectangle) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    left, right, low, high = map(_exact, box)
    return min(left, right), max(left, right), min(low, high), max(low, high)


def _scaled(value: Fraction, scale: int) -> int:
    return value.numerator * (scale // value.denominator)


def _sides(box: tuple[Fraction, Fraction, Fraction, Fraction], scale: int) -> Sides:
    left, right, low, high = (_scaled(side, scale) for side in box)
    return left, right, low, high


def _decimal(value: Fraction) -> str:
    """Write a number whose denominator divides a power of ten, exactly."""
    places = next((count for count in range(400) if 10**count % value.denominator == 0), 0)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[: len(digits) - places]}" + (
        f".{digits[len(digits) - places :]}" if places else ""
    )


def _shown(point: Point) -> str:
    return f"({shorten(_decimal(point[0]), 20)}, {shorten(_decimal(point[1]), 20)})"


def _form(way: list[Point]) -> str:
    return f"<<<[{', '.join(f'({_decimal(x)}, {_decimal(y)})' for x, y in way)}]>>>"


def _question(given: Parameters) -> str:
    boxes = "\n".join(f"{colour}: {_spans(box)}" for colour, box in given.boxes.items())
    walls = "\n".join(f"wall: {_spans(wall)}" for wall in given.walls)
    avoid = (
        f"It must not touch any of these boxes: {', '.join(given.avoid)}. "
        if given.avoid
        else "There is no box that it must not touch. "
    )
    return (
        "A robot drives through a room from waypoint to waypoint, each time in a straight line. In the room there are "
        f"these boxes, all of them rectangles parallel to the axes:\n{boxes}\nand around it:\n{walls}\n\n"
        f"The robot starts at {_shown(_exactly(given.start))} and ends at {_shown(_exactly(given.end))}. "
        f"On its way it has to touch each of these boxes, in any order: {', '.join(given.visit)}. {avoid}"
        "It must never touch a wall. Boxes that are not named in this paragraph may be crossed or not. A box or wall "
        "is touched as soon as the way shares a single point with it, be it on its boundary or at a corner; this "
        "holds for the straight lines between the waypoints as well.\n\n"
        "Give all waypoints, from the start to the end, as your final answer in the form <<<[(x, y), (x, y), ...]>>>, "
        "with decimal numbers. For example, <<<[(0, 2.5), (-1.25, 2), (3, 2)]>>> leads over two straight lines from "
        "(0, 2.5) to (3, 2)."
    )


def _spans(box: Rectangle) -> str:
    left, right, low, high = (_decimal(side) for side in _rectangle(box))
    return f"x from {left} to {right}, y from {low} to {high}"


TASK = PathPlan()

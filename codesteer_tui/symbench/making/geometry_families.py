"""The kinds of problems of `MATH_geometry`: each draws its lengths, tells them, and knows the exact answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from typing import TypeAlias

from msgspec import Struct

from codesteer_tui.symbench.draws import choice, integer
from codesteer_tui.symbench.making.figures import Values, latex

Told: TypeAlias = tuple[str, Values, str]
"""The problem in words, its numbers by name, and the answer in LaTeX."""


class Family(Struct, frozen=True):
    """A kind of problem: how hard it is, from 1 to 5, and how one is drawn with lengths up to a largest one."""

    level: int
    draw: Callable[[Random, int], Told]


def _hypotenuse(rng: Random, most: int) -> Told:
    a, b = integer(rng, 1, most), integer(rng, 1, most)
    told = f"The two legs of a right triangle are {a} and {b} long. How long is its hypotenuse?"
    return told, {"a": a, "b": b}, latex(1, a * a + b * b)


def _polygon_angle(rng: Random, most: int) -> Told:
    corners = integer(rng, 5, 4 * most)
    told = f"How many degrees does each interior angle of a regular polygon with {corners} sides have?"
    return told, {"corners": corners}, latex(Fraction(180 * (corners - 2), corners))


def _box_diagonal(rng: Random, most: int) -> Told:
    a, b, c = (integer(rng, 1, most) for _ in range(3))
    told = (
        f"A rectangular box is {a} long, {b} wide and {c} high. How far is a corner from the corner that is opposite "
        "to it through the middle of the box?"
    )
    return told, {"a": a, "b": b, "c": c}, latex(1, a * a + b * b + c * c)


def _similar_area(rng: Random, most: int) -> Told:
    short, long, area = integer(rng, 1, most - 1), most, integer(rng, 2, 4 * most)
    long = integer(rng, short + 1, most)
    told = (
        f"Two triangles are similar. A side of the smaller one is {short} long, the corresponding side of the larger "
        f"one {long}. The area of the larger triangle is {area}. What is the area of the smaller one?"
    )
    return told, {"short": short, "long": long, "area": area}, latex(Fraction(area * short**2, long**2))


def _corners_left(rng: Random, most: int) -> Told:
    side = integer(rng, 2, most)
    told = (
        f"A circle is inscribed in a square with sides of length {side}. What is the area of the part of the square "
        "that lies outside of the circle?"
    )
    return told, {"side": side}, f"{side * side} - {latex(Fraction(side * side, 4), pi=True)}"


def _track(rng: Random, most: int) -> Told:
    straight, radius = integer(rng, 2, most), integer(rng, 1, most)
    told = (
        f"A running track consists of two parallel straight stretches of length {straight} and, at both ends, a "
        f"semicircle of radius {radius} that joins them. How long is one lap?"
    )
    return told, {"straight": straight, "radius": radius}, f"{2 * straight} + {latex(2 * radius, pi=True)}"


def _triangle(rng: Random, most: int) -> tuple[list[int], int]:
    """Draw the corners of a triangle, and twice its area."""
    half = max(3, most // 2)
    corners = [integer(rng, -half, half) for _ in range(5)]
    x, y, u, v, s = corners
    t = integer(rng, -half, half)
    twice = abs((u - x) * (t - y) - (s - x) * (v - y))
    return ([x, y, u, v, s, t], twice) if twice else _sure_triangle(x, y, half)


def _sure_triangle(x: int, y: int, half: int) -> tuple[list[int], int]:
    return [x, y, x + half, y, x, y + half], half * half


def _points(corners: list[int]) -> str:
    x, y, u, v, s, t = corners
    return f"({x}, {y}), ({u}, {v}) and ({s}, {t})"


def _triangle_area(rng: Random, most: int) -> Told:
    corners, twice = _triangle(rng, most)
    told = f"A triangle has its corners at {_points(corners)}. What is its area?"
    return told, {"corners": corners}, latex(Fraction(twice, 2))


def _centroid(rng: Random, most: int) -> Told:
    corners, _ = _triangle(rng, most)
    told = (
        f"A triangle has its corners at {_points(corners)}. In which point do its three medians meet? The value is a "
        "point (x, y)."
    )
    x, y = (latex(Fraction(sum(corners[start::2]), 3)) for start in (0, 1))
    return told, {"corners": corners}, f"\\left({x}, {y}\\right)"


def _sector(rng: Random, most: int) -> Told:
    radius, degrees = integer(rng, 2, most), 5 * integer(rng, 2, 71)
    told = f"A sector of a circle of radius {radius} has an angle of {degrees} degrees at its centre. What is its area?"
    return told, {"radius": radius, "degrees": degrees}, latex(Fraction(degrees * radius**2, 360), pi=True)


def _hexagon(rng: Random, most: int) -> Told:
    side = integer(rng, 2, most)
    told = f"What is the area of a regular hexagon with sides of length {side}?"
    return told, {"side": side}, latex(Fraction(3 * side * side, 2), 3)


def _chord(rng: Random, most: int) -> Told:
    radius = integer(rng, 2, most)
    away = integer(rng, 1, radius - 1)
    told = (
        f"A chord of a circle of radius {radius} has the distance {away} from the centre of the circle. How long is "
        "the chord?"
    )
    return told, {"radius": radius, "away": away}, latex(2, radius**2 - away**2)


def _tangent(rng: Random, most: int) -> Told:
    radius = integer(rng, 1, most - 1)
    away = integer(rng, radius + 1, most)
    told = (
        f"A point has the distance {away} from the centre of a circle of radius {radius}. A line through the point "
        "touches the circle. How far is the point from where the line touches the circle?"
    )
    return told, {"radius": radius, "away": away}, latex(1, away**2 - radius**2)


def _cone(rng: Random, most: int) -> Told:
    radius = integer(rng, 1, most - 1)
    slant = integer(rng, radius + 1, most)
    told = (
        f"The base of a right circular cone has the radius {radius}. Each straight line from the tip of the cone to "
        f"the edge of its base is {slant} long. What is the volume of the cone?"
    )
    volume = latex(Fraction(radius**2, 3), slant**2 - radius**2, pi=True)
    return told, {"radius": radius, "slant": slant}, volume


def _term(factor: int) -> str:
    return {1: "", -1: "-"}.get(factor, str(factor))


def _line_distance(rng: Random, most: int) -> Told:
    a, b = integer(rng, 1, most) * choice(rng, (1, -1)), integer(rng, 1, most)
    x, y = integer(rng, -most, most), integer(rng, -most, most)
    c = integer(rng, -most, most)
    off = abs(a * x + b * y - c)
    if off == 0:
        c, off = c + 1, 1
    told = f"How far is the point ({x}, {y}) from the line {_term(a)}x + {_term(b)}y = {c}?"
    return told, {"a": a, "b": b, "c": c, "x": x, "y": y}, latex(Fraction(off, a * a + b * b), a * a + b * b)


def _intercepts(rng: Random, most: int) -> Told:
    a, b, c = (integer(rng, 1, most) for _ in range(3))
    told = (
        f"What is the area of the triangle that the line {_term(a)}x + {_term(b)}y = {c} forms with the axes?"
    )
    return told, {"a": a, "b": b, "c": c}, latex(Fraction(c * c, 2 * a * b))


def _sides(rng: Random, most: int) -> tuple[int, int, int]:
    """Draw the sides of a triangle."""
    a, b = integer(rng, 2, most), integer(rng, 2, most)
    return a, b, integer(rng, abs(a - b) + 1, min(most, a + b - 1))


def _median(rng: Random, most: int) -> Told:
    a, b, c = _sides(rng, most)
    told = (
        f"In triangle ABC, BC is {a} long, CA is {b} long, and AB is {c} long. M is the midpoint of BC. How long is "
        "the segment AM?"
    )
    return told, {"a": a, "b": b, "c": c}, latex(Fraction(1, 2), 2 * b * b + 2 * c * c - a * a)


def _circumradius(rng: Random, most: int) -> Told:
    a, b, c = _sides(rng, most)
    area = (a + b + c) * (a + b - c) * (a - b + c) * (-a + b + c)
    told = f"The sides of a triangle are {a}, {b} and {c} long. What is the radius of the circle through its corners?"
    return told, {"a": a, "b": b, "c": c}, latex(Fraction(a * b * c, area), area)


def _inradius(rng: Random, most: int) -> Told:
    a, b, c = _sides(rng, most)
    around = a + b + c
    area = around * (a + b - c) * (a - b + c) * (-a + b + c)
    told = f"The sides of a triangle are {a}, {b} and {c} long. What is the radius of its inscribed circle?"
    return told, {"a": a, "b": b, "c": c}, latex(Fraction(1, 2 * around), area)


def _tetrahedron(rng: Random, most: int) -> Told:
    edge = integer(rng, 1, most)
    told = f"All six edges of a tetrahedron are {edge} long. What is its volume?"
    return told, {"edge": edge}, latex(Fraction(edge**3, 12), 2)


FAMILIES: Mapping[str, Family] = {
    "hypotenuse": Family(1, _hypotenuse),
    "angle of a polygon": Family(1, _polygon_angle),
    "diagonal of a box": Family(2, _box_diagonal),
    "areas of similar triangles": Family(2, _similar_area),
    "square without its circle": Family(2, _corners_left),
    "track": Family(2, _track),
    "area of a triangle": Family(2, _triangle_area),
    "centroid": Family(3, _centroid),
    "sector": Family(3, _sector),
    "hexagon": Family(3, _hexagon),
    "chord": Family(3, _chord),
    "tangent": Family(3, _tangent),
    "cone": Family(4, _cone),
    "distance from a line": Family(4, _line_distance),
    "line and axes": Family(4, _intercepts),
    "median": Family(4, _median),
    "tetrahedron": Family(4, _tetrahedron),
    "circumscribed circle": Family(5, _circumradius),
    "inscribed circle": Family(5, _inradius),
}

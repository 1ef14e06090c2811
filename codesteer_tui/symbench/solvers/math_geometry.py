"""Solving the problems of `MATH_geometry` in coordinates, and not by the formulas that they are made with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from codesteer_tui.symbench.making.figures import Values, one, several

_CORNERS = 1_000_000
"""A circle is measured as a regular polygon of so many corners, which is exact to eleven digits."""


def _hypotenuse(values: Values) -> float:
    return math.dist((one(values, "a"), 0), (0, one(values, "b")))


def _turn(corners: int) -> tuple[float, float]:
    """The direction in which a regular polygon goes on after its first side, which goes to the right."""
    return math.cos(2 * math.pi / corners), math.sin(2 * math.pi / corners)


def _polygon_angle(values: Values) -> float:
    right, up = _turn(one(values, "corners"))
    return 180 - math.degrees(math.atan2(up, right))


def _box_diagonal(values: Values) -> float:
    return math.hypot(math.hypot(one(values, "a"), one(values, "b")), one(values, "c"))


def _similar_area(values: Values) -> float:
    """Shrink a triangle whose base is the long side."""
    height = 2 * one(values, "area") / one(values, "long")
    scale = one(values, "short") / one(values, "long")
    return one(values, "short") * (height * scale) / 2


def _corners_left(values: Values) -> float:
    side = one(values, "side")
    return side**2 - _pie(side / 2, 2 * math.pi)


def _pie(radius: float, angle: float) -> float:
    """The area of a slice of a circle, cut into thin triangles."""
    return _CORNERS * radius**2 / 2 * math.sin(angle / _CORNERS)


def _track(values: Values) -> float:
    bend = _CORNERS * 2 * one(values, "radius") * math.sin(math.pi / 2 / _CORNERS)
    return 2 * (one(values, "straight") + bend)


def _points(values: Values) -> list[tuple[float, float]]:
    x, y, u, v, s, t = several(values, "corners")
    return [(x, y), (u, v), (s, t)]


def _triangle_area(values: Values) -> float:
    """Heron's formula on the lengths of the sides, in the form that is stable for flat triangles (Kahan)."""
    p, q, r = _points(values)
    a, b, c = sorted((math.dist(p, q), math.dist(q, r), math.dist(r, p)), reverse=True)
    return math.sqrt((a + (b + c)) * (c - (a - b)) * (c + (a - b)) * (a + (b - c))) / 4


def _centroid(values: Values) -> tuple[float, float]:
    """Two thirds of the way from a corner to the middle of the other two."""
    (x, y), (u, v), (s, t) = _points(values)
    middle = ((u + s) / 2, (v + t) / 2)
    return x + (middle[0] - x) * 2 / 3, y + (middle[1] - y) * 2 / 3


def _sector(values: Values) -> float:
    return _pie(one(values, "radius"), math.radians(one(values, "degrees")))


def _hexagon(values: Values) -> float:
    """The area between the corners (Gauss)."""
    side = one(values, "side")
    corners = [(side * math.cos(math.pi * at / 3), side * math.sin(math.pi * at / 3)) for at in range(6)]
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return sum(x * v - u * y for (x, y), (u, v) in pairs) / 2


def _chord(values: Values) -> float:
    radius = one(values, "radius")
    return 2 * radius * math.sin(math.acos(one(values, "away") / radius))


def _tangent(values: Values) -> float:
    away = one(values, "away")
    return away * math.cos(math.asin(one(values, "radius") / away))


def _cone(values: Values) -> float:
    """Simpson's rule over the cross sections, which is exact for them."""
    radius = one(values, "radius")
    height = one(values, "slant") * math.cos(math.asin(radius / one(values, "slant")))
    return height / 6 * (math.pi * radius**2 + 4 * math.pi * (radius / 2) ** 2)


def _line_distance(values: Values) -> float:
    """The height of the triangle of the point and two points of the line."""
    a, b, c = one(values, "a"), one(values, "b"), one(values, "c")
    x, y = one(values, "x"), one(values, "y")
    at = ((0.0, c / b), (1.0, (c - a) / b))
    doubled = abs((at[1][0] - at[0][0]) * (y - at[0][1]) - (x - at[0][0]) * (at[1][1] - at[0][1]))
    return doubled / math.dist(*at)


def _intercepts(values: Values) -> float:
    c = one(values, "c")
    return abs(c / one(values, "a") * (c / one(values, "b"))) / 2


def _placed(values: Values) -> tuple[tuple[float, float], float]:
    """Put B at (0, 0) and C at (a, 0), with |CA| = b and |AB| = c: where A is, and a."""
    a, b, c = one(values, "a"), one(values, "b"), one(values, "c")
    angle = math.acos((a * a + c * c - b * b) / (2 * a * c))
    return (c * math.cos(angle), c * math.sin(angle)), a


def _median(values: Values) -> float:
    corner, a = _placed(values)
    return math.dist(corner, (a / 2, 0))


def _circumradius(values: Values) -> float:
    """The centre lies above the middle of BC, as far from A as from B."""
    (x, y), a = _placed(values)
    above = (x * x + y * y - a * x) / (2 * y)
    return math.hypot(a / 2, above)


def _inradius(values: Values) -> float:
    """The bisectors at B and C meet in the centre; its height over BC is the radius."""
    (x, y), a = _placed(values)
    at_b, at_c = math.tan(math.atan2(y, x) / 2), math.tan(math.atan2(y, a - x) / 2)
    return a * at_b * at_c / (at_b + at_c)


def _tetrahedron(values: Values) -> float:
    """A sixth of the determinant of three edges."""
    edge = one(values, "edge")
    far = (edge / 2, edge * math.sin(math.pi / 3))
    foot = (edge / 2, far[1] / 3)
    height = math.sqrt(edge**2 - foot[0] ** 2 - foot[1] ** 2)
    return edge * far[1] * height / 6


SOLVERS: Mapping[str, Callable[[Values], float | tuple[float, float]]] = {
    "hypotenuse": _hypotenuse,
    "angle of a polygon": _polygon_angle,
    "diagonal of a box": _box_diagonal,
    "areas of similar triangles": _similar_area,
    "square without its circle": _corners_left,
    "track": _track,
    "area of a triangle": _triangle_area,
    "centroid": _centroid,
    "sector": _sector,
    "hexagon": _hexagon,
    "chord": _chord,
    "tangent": _tangent,
    "cone": _cone,
    "distance from a line": _line_distance,
    "line and axes": _intercepts,
    "median": _median,
    "tetrahedron": _tetrahedron,
    "circumscribed circle": _circumradius,
    "inscribed circle": _inradius,
}
"""Name of a family → its solver, which raises `LookupError`, `TypeError`, `ValueError` or `ArithmeticError` where the
numbers are not those of such a problem."""

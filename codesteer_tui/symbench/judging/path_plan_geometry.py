"""Segments and rectangles on a lattice for the verifier of `path_plan`, computed exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

Pixel: TypeAlias = tuple[int, int]
Sides: TypeAlias = tuple[int, int, int, int]
"""x from, x to, y from, y to."""


def touches(one: Pixel, other: Pixel, box: Sides) -> bool:
    """Whether a closed segment and a closed rectangle share a point: whether no axis separates them."""
    left, right, low, high = box
    if max(one[0], other[0]) < left or min(one[0], other[0]) > right:
        return False
    if max(one[1], other[1]) < low or min(one[1], other[1]) > high:
        return False
    along, up = other[0] - one[0], other[1] - one[1]
    beside = [along * (y - one[1]) - up * (x - one[0]) for x in (left, right) for y in (low, high)]
    return min(beside) <= 0 <= max(beside)


def out_of_order(pieces: list[tuple[Pixel, Pixel]], boxes: list[Sides]) -> int | None:
    """Visit each box as early as possible after the one before; give the first that cannot be visited then."""
    piece, reached = 0, Fraction(0)
    for number, box in enumerate(boxes):
        while piece < len(pieces):
            within = _inside(*pieces[piece], box)
            if within and within[1] >= reached:
                reached = max(reached, within[0])
                break
            piece, reached = piece + 1, Fraction(0)
        else:
            return number
    return None


def _inside(one: Pixel, other: Pixel, box: Sides) -> tuple[Fraction, Fraction] | None:
    """From where to where, as shares of its length, a segment is inside of a rectangle."""
    first, last = Fraction(0), Fraction(1)
    for at, (low, high) in enumerate((box[:2], box[2:])):
        step = other[at] - one[at]
        if step == 0:
            if not low <= one[at] <= high:
                return None
            continue
        enter, leave = sorted((Fraction(low - one[at], step), Fraction(high - one[at], step)))
        first, last = max(first, enter), min(last, leave)
    return (first, last) if first <= last else None

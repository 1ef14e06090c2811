"""What numbers in a fixed order can make: every stretch of them is worked out from its two parts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""An integer or a fraction."""

Origins: TypeAlias = dict[Value, tuple[int, str, Value, Value]]
"""Value → (length of the left part, sign, value of the left part, value of the right part)."""

_EXACT_NUMBERS, _FEW, _LONG_STRETCH, _SHORT_STRETCH = 5, 9, 8, 6
_MAX_VALUE, _MAX_VALUES, _MAX_PREFIXES = 10_000, 2_500, 1_500


def in_order(numbers: list[int], target: int) -> str | None:
    """Find an expression of the numbers in their order, signs and brackets between them, that makes the target.

    Complete for up to five numbers. Of six to nine, all parts are whole numbers that are not too large; of more, long
    left parts go on one number after the other. None where nothing was found.
    """
    found = _in_two(numbers, target)
    if not found and len(numbers) <= _EXACT_NUMBERS:
        found = _Stretches(numbers, whole=False).expression(0, len(numbers), target)
    return found[1:-1] if found and found.startswith("(") else found


def _in_two(numbers: list[int], target: int) -> str | None:
    """Cut the numbers in two at every place that leaves a short right part, whose values are all known."""
    if len(numbers) == 1:
        return str(target) if numbers == [target] else None
    stretches = _Stretches(numbers, whole=True)
    longest = _LONG_STRETCH if len(numbers) <= _FEW else _SHORT_STRETCH
    lefts: dict[Value, str] = {}
    for cut in range(1, len(numbers)):
        if cut <= longest:
            lefts = {}
            for value in stretches.values(0, cut):
                lefts[value] = ""
        else:
            lefts = _one_more(lefts, stretches, cut)
        if len(numbers) - cut > longest:
            continue
        rights = stretches.values(cut, len(numbers))
        for left in lefts:
            for sign, right in _missing(left, target):
                if right in rights:
                    first = lefts[left] or stretches.expression(0, cut, left)
                    return f"({first} {sign} {stretches.expression(cut, len(numbers), right)})"
    return None


def _one_more(lefts: dict[Value, str], stretches: _Stretches, cut: int) -> dict[Value, str]:
    """Put one more number behind the left part, and keep the smallest values."""
    number = stretches.numbers[cut - 1]
    made: dict[Value, str] = {}
    for left in sorted(lefts, key=abs)[:_MAX_PREFIXES]:
        text = lefts[left] or stretches.expression(0, cut - 1, left)
        for sign, value in _made(left, number, whole=True):
            made.setdefault(value, f"({text} {sign} {number})")
    return made


def _missing(left: int, target: int) -> Iterator[tuple[str, int]]:
    """Give the signs and right-hand sides with which `left` makes the target."""
    yield "+", target - left
    yield "-", left - target
    if left and target % left == 0:
        yield "*", target // left
    if target and left % target == 0 and left:
        yield "/", left // target


class _Stretches:
    """The values of all stretches of numbers, each with one way in which it comes about."""

    def __init__(self, numbers: list[int], whole: bool) -> None:
        self.numbers = numbers
        self.whole = whole
        self.known: dict[tuple[int, int], Origins] = {}

    def values(self, start: int, end: int) -> Origins:
        if (start, end) not in self.known:
            origins: Origins = {}
            if end - start == 1:
                origins[self.numbers[start]] = (0, "", 0, 0)
            for middle in range(start + 1, end):
                for left in self.values(start, middle):
                    for right in self.values(middle, end):
                        for sign, value in _made(left, right, self.whole):
                            origins.setdefault(value, (middle - start, sign, left, right))
            if self.whole and len(origins) > _MAX_VALUES:
                origins = {value: origins[value] for value in sorted(origins, key=abs)[:_MAX_VALUES]}
            self.known[start, end] = origins
        return self.known[start, end]

    def expression(self, start: int, end: int, value: Value) -> str | None:
        origin = self.values(start, end).get(value)
        if origin is None:
            return None
        size, sign, left, right = origin
        if not sign:
            return str(value)
        first = self.expression(start, start + size, left)
        second = self.expression(start + size, end, right)
        return f"({first} {sign} {second})"


def _made(left: Value, right: Value, whole: bool) -> Iterator[tuple[str, Value]]:
    """Give what each sign makes of two values; with `whole`, only whole numbers that are not too large."""
    for sign, value in (("+", left + right), ("-", left - right), ("*", left * right)):
        if not whole or abs(value) <= _MAX_VALUE:
            yield sign, value
    if right and not whole:
        yield "/", Fraction(left) / right
    elif right and left % right == 0:
        yield "/", left // right

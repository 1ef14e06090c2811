"""The numbers of a told problem by their names, and writing exact values in LaTeX."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, TypeAlias

from msgspec import Meta

Number: TypeAlias = Annotated[int, Meta(ge=-(10**15), le=10**15)]
Values: TypeAlias = dict[str, Number | Annotated[list[Number], Meta(max_length=100)]]


def one(values: Values, name: str) -> int:
    """The number with this name.

    Raises:
        LookupError: there is none.
        TypeError: it is a list.
    """
    value = values[name]
    if isinstance(value, list):
        raise TypeError(f"{name} is a list")
    return value


def several(values: Values, name: str) -> list[int]:
    """The list of numbers with this name.

    Raises:
        LookupError: there is none.
        TypeError: it is one number, or empty.
    """
    value = values[name]
    if not isinstance(value, list) or not value:
        raise TypeError(f"{name} is no list of numbers")
    return value


def latex(factor: Fraction | int, under_root: int = 1, *, pi: bool = False) -> str:
    r"""Write ``factor`` times the square root of a positive integer, times pi, in lowest terms.

    ``latex(Fraction(3, 4), 12, pi=True)`` is ``\frac{3\sqrt{3}\pi}{2}``.
    """
    outside, inside = _square_out(under_root)
    value = Fraction(factor) * outside
    signs = (f"\\sqrt{{{inside}}}" if inside > 1 else "") + ("\\pi" if pi and value else "")
    size = abs(value.numerator)
    above = signs if size == 1 and signs else f"{size}{signs}" if size else "0"
    sign = "-" if value < 0 else ""
    return sign + (above if value.denominator == 1 else f"\\frac{{{above}}}{{{value.denominator}}}")


def _square_out(number: int) -> tuple[int, int]:
    """Split a positive integer into the root of its largest square divisor, and the rest."""
    outside, inside, prime = 1, number, 2
    while prime * prime <= inside:
        while inside % (prime * prime) == 0:
            outside, inside = outside * prime, inside // (prime * prime)
        prime += 1
    return outside, inside

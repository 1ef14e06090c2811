"""Solving the stories of `gsm` from their numbers: step by step, and not by the formulas that they are made with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from codesteer_tui.symbench.making.figures import Values, one, several

_MOST_STEPS = 10_000


def _steps(values: Values, name: str) -> range:
    """A range over a number of months or minutes, which is bounded."""
    count = one(values, name)
    if not 0 <= count <= _MOST_STEPS:
        raise ValueError(f"{name} is out of range")
    return range(1, count + 1)


def _shopping(values: Values) -> Fraction:
    cents = -100 * one(values, "voucher")
    for count, price in zip(several(values, "counts"), several(values, "prices"), strict=True):
        cents += count * (100 * price - price * one(values, "percent"))
    return Fraction(cents, 100)


def _saving(values: Values) -> Fraction:
    saved = one(values, "start")
    for month in _steps(values, "months"):
        saved += one(values, "monthly")
        if month % one(values, "every") == 0:
            saved -= one(values, "spent")
    return Fraction(saved)


def _driving(values: Values) -> Fraction:
    covered = Fraction(0)
    for speed, minutes in zip(several(values, "speeds"), several(values, "minutes"), strict=True):
        hours, rest = divmod(minutes, 60)
        covered += hours * speed + Fraction(rest, 60) * speed
    return covered


def _tank(values: Values) -> Fraction:
    litres, late = one(values, "start"), one(values, "late")
    for minute in _steps(values, "minutes"):
        for rate in several(values, "pumps"):
            litres += rate
        litres -= one(values, "leak") if minute > late else 0
    return Fraction(litres)


def _factory(values: Values) -> Fraction:
    made = 0
    for _ in _steps(values, "days"):
        made += one(values, "machines") * one(values, "hours") * one(values, "rate")
    return (made - made * Fraction(one(values, "percent"), 100)) / one(values, "boxed")


def _chain(values: Values) -> Fraction:
    """Add up from the last person on: what all that follow have is a multiple of what one has, and a rest."""
    times, rest = 1, 0
    factors, offsets = several(values, "factors"), several(values, "offsets")
    for factor, offset in reversed(list(zip(factors, offsets, strict=True))):
        times, rest = 1 + times * factor, times * offset + rest
    return Fraction(times * one(values, "start") + rest)


def _average(values: Values) -> Fraction:
    mean = Fraction(0)
    for seen, weight in enumerate(several(values, "weights"), start=1):
        mean += (weight + one(values, "extra") - mean) / seen
    return mean


def _theatre(values: Values) -> Fraction:
    profit = -one(values, "costs")
    sold, prices = several(values, "sold"), several(values, "prices")
    for at, (count, price) in enumerate(zip(sold, prices, strict=True)):
        profit += (count - (one(values, "back") if at == 0 else 0)) * price
    return Fraction(profit)


def _two_shares(values: Values) -> Fraction:
    """The excess over the total grows evenly with the smaller share: two trials tell where it is 0."""

    def excess(share: int) -> int:
        return share + one(values, "times") * share + one(values, "more") - one(values, "total")

    share = Fraction(-excess(0), excess(1) - excess(0))
    return one(values, "times") * share + one(values, "more")


def _price(values: Values) -> Fraction:
    price = Fraction(one(values, "start"))
    for change in several(values, "changes"):
        price += price * change / 100
    return price


def _flowers(values: Values) -> Fraction:
    open_a_day = Fraction(60, one(values, "seconds")) * 60 * one(values, "hours")
    left = Fraction(0)
    for _ in _steps(values, "days"):
        left += (open_a_day - one(values, "wilted")) * one(values, "plants")
    return left


def _field(values: Values) -> Fraction:
    length, width, path = one(values, "length"), one(values, "width"), one(values, "path")
    paved = 2 * path * length + 2 * path * (width - 2 * path)
    meadow = length * width - paved
    fence = length + width + length + width
    return Fraction(meadow * one(values, "price") + fence * one(values, "fence"))


SOLVERS: Mapping[str, Callable[[Values], Fraction]] = {
    "shopping": _shopping,
    "saving": _saving,
    "driving": _driving,
    "tank": _tank,
    "factory": _factory,
    "chain": _chain,
    "average": _average,
    "theatre": _theatre,
    "two shares": _two_shares,
    "price": _price,
    "flowers": _flowers,
    "field": _field,
}
"""Name of a story → its solver, which raises `LookupError`, `TypeError`, `ValueError` or `ArithmeticError` where the
numbers are not those of such a story."""

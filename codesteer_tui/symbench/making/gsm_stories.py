"""The stories of `gsm`: each draws its numbers, tells them, and knows the exact answer by a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import prod
from random import Random
from typing import TypeAlias

from codesteer_tui.symbench.draws import choice, integer, sample
from codesteer_tui.symbench.making.figures import Values
from codesteer_tui.symbench.making.names import NAMES

Told: TypeAlias = tuple[str, Values, Fraction]
"""The story with its question, its numbers by name, and the answer."""

_GOODS = "notebooks lamps chairs kettles maps candles brushes ropes tents helmets"
_SHARES = (10, 20, 25, 40, 50)


def decimal(value: Fraction) -> str:
    """Write a fraction exactly as a decimal number.

    Raises:
        ValueError: its decimals never end.
    """
    places = 0
    while (value * 10**places).denominator > 1:
        places += 1
        if places > 60:
            raise ValueError("the decimals of the number never end")
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _awkward(rng: Random, digits: int) -> int:
    return integer(rng, max(2, 10 ** (digits - 1)), 10**digits - 1)


def _listed(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def _name(rng: Random) -> str:
    return choice(rng, NAMES)


def _shopping(rng: Random, digits: int, parts: int) -> Told:
    goods = sample(rng, _GOODS.split(), parts)
    counts = [integer(rng, 2, 90) for _ in goods]
    prices = [_awkward(rng, digits) for _ in goods]
    told = _listed(
        [f"{n} {thing} at ${price} each" for n, thing, price in zip(counts, goods, prices, strict=True)]
    )
    name = _name(rng)
    total = sum(n * price for n, price in zip(counts, prices, strict=True))
    percent, voucher = integer(rng, 1, 40), integer(rng, 2, min(500, total // 2))
    return (
        f"{name} buys {told}. The shop takes {percent}% off the whole bill, and after that {name} hands in a voucher "
        f"that takes another ${voucher} off. How many dollars does {name} pay?",
        {"counts": counts, "prices": prices, "percent": percent, "voucher": voucher},
        Fraction(total * (100 - percent), 100) - voucher,
    )


def _saving(rng: Random, digits: int, parts: int) -> Told:
    start, monthly, spent = _awkward(rng, digits), _awkward(rng, digits), _awkward(rng, max(1, digits - 1))
    every, months = integer(rng, 2, 6), integer(rng, 7, 30 * parts)
    return (
        f"{_name(rng)} has ${start} in an account without interest, which may be overdrawn. At the end of each month "
        f"${monthly} are paid in. Every {every} months, for the first time at the end of month {every}, ${spent} are "
        f"taken out right after that. How many dollars are in the account after {months} months?",
        {"start": start, "monthly": monthly, "spent": spent, "every": every, "months": months},
        Fraction(start + monthly * months - spent * (months // every)),
    )


def _driving(rng: Random, digits: int, parts: int) -> Told:
    speeds = [_awkward(rng, digits) for _ in range(parts)]
    minutes = [6 * integer(rng, 3, 80) for _ in range(parts)]
    told = _listed([f"{m} minutes at {v} metres per hour" for m, v in zip(minutes, speeds, strict=True)])
    rest = integer(rng, 5, 55)
    return (
        f"A probe moves along the sea floor: {told}, in this order, with a rest of {rest} minutes after each of these "
        "stretches. How many metres does it cover in all?",
        {"speeds": speeds, "minutes": minutes},
        sum((Fraction(v * m, 60) for v, m in zip(speeds, minutes, strict=True)), Fraction(0)),
    )


def _tank(rng: Random, digits: int, parts: int) -> Told:
    start, pumps = _awkward(rng, digits), [_awkward(rng, digits) for _ in range(parts)]
    leak, minutes, late = integer(rng, 1, sum(pumps)), integer(rng, 20, 600), integer(rng, 2, 19)
    return (
        f"A basin holds {start} litres of water. From the first minute on, {parts} pumps fill it, with "
        f"{_listed([str(rate) for rate in pumps])} litres per minute. {late} minutes after the pumps have started, a "
        f"valve opens as well, through which {leak} litres per minute run out. How many litres are in the basin "
        f"{minutes} minutes after the pumps have started, if it never runs over?",
        {"start": start, "pumps": pumps, "leak": leak, "minutes": minutes, "late": late},
        Fraction(start + sum(pumps) * minutes - leak * (minutes - late)),
    )


def _factory(rng: Random, digits: int, parts: int) -> Told:
    rate, hours, days = _awkward(rng, digits), integer(rng, 5, 16), integer(rng, 2, 40)
    machines, percent, boxed = (
        parts * integer(rng, 2, 9),
        integer(rng, 1, 30),
        choice(rng, (2, 4, 5, 8, 10, 20)),
    )
    return (
        f"A factory has {machines} machines. Each makes {rate} screws per hour and runs {hours} hours a day. "
        f"{percent}% of the screws are faulty and melted down; the others are put into boxes of {boxed}. Counting a "
        f"box that is filled in part as the part that is filled, how many boxes are filled in {days} days?",
        {
            "rate": rate,
            "hours": hours,
            "days": days,
            "machines": machines,
            "percent": percent,
            "boxed": boxed,
        },
        Fraction(rate * hours * days * machines * (100 - percent), 100 * boxed),
    )


def _chain(rng: Random, digits: int, parts: int) -> Told:
    names = sample(rng, NAMES, parts + 1)
    start, factors = _awkward(rng, digits), [integer(rng, 2, 5) for _ in range(parts)]
    offsets = [choice(rng, (1, -1)) * integer(rng, 1, 50) for _ in range(parts)]
    have, told = [start], [f"{names[0]} has {start} stamps."]
    for at, (factor, offset) in enumerate(zip(factors, offsets, strict=True)):
        more = f"{abs(offset)} {'more' if offset > 0 else 'fewer'} than {factor} times as many as {names[at]}"
        told.append(f"{names[at + 1]} has {more}.")
        have.append(factor * have[-1] + offset)
    if min(have) < 0:
        return _chain(rng, digits + 2, parts)
    return (
        f"{' '.join(told)} How many stamps do the {parts + 1} of them have together?",
        {"start": start, "factors": factors, "offsets": offsets},
        Fraction(sum(have)),
    )


def _average(rng: Random, digits: int, parts: int) -> Told:
    count = next(size for size in (2, 4, 5, 8) if size >= parts)
    weights = [_awkward(rng, digits) for _ in range(count)]
    extra = integer(rng, 1, 900)
    return (
        f"{count} crates weigh {_listed([str(weight) for weight in weights])} grams. Then {extra} grams of sand are "
        f"poured into each of them. How many grams does a crate weigh now on average?",
        {"weights": weights, "extra": extra},
        Fraction(sum(weights), count) + extra,
    )


def _theatre(rng: Random, digits: int, parts: int) -> Told:
    prices = [integer(rng, 5, 90) for _ in range(parts)]
    sold = [_awkward(rng, digits) for _ in range(parts)]
    costs = _awkward(rng, digits) * integer(rng, 1, 90)
    told = _listed([f"{n} tickets at ${price}" for n, price in zip(sold, prices, strict=True)])
    back = integer(rng, 0, min(sold))
    return (
        f"A theatre sells {told} each, and pays back {back} tickets of the price that was named first. The season "
        f"costs it ${costs}. How many dollars of profit does it make? A loss counts as a negative profit.",
        {"prices": prices, "sold": sold, "costs": costs, "back": back},
        Fraction(sum(n * price for n, price in zip(sold, prices, strict=True)) - back * prices[0] - costs),
    )


def _two_shares(rng: Random, digits: int, parts: int) -> Told:
    times, total = choice(rng, (3, 4, 7, 9, 15, 19)), 10 * _awkward(rng, digits)
    more = integer(rng, 2, 9)
    one, other = sample(rng, NAMES, 2)
    return (
        f"{one} and {other} have {total} litres of oil together. {one} has {more} litres more than {times} times as "
        f"much as {other}. How many litres does {one} have?",
        {"times": times, "total": total, "more": more},
        total - Fraction(total - more, times + 1),
    )


def _price(rng: Random, digits: int, parts: int) -> Told:
    start = _awkward(rng, digits)
    changes = [choice(rng, (1, -1)) * choice(rng, _SHARES) for _ in range(min(parts, 3))]
    told = ", then ".join(f"{'rises' if change > 0 else 'falls'} by {abs(change)}%" for change in changes)
    return (
        f"A machine costs ${start}. Its price {told}, each time of the price that it has just then. How many dollars "
        "does it cost in the end? Nothing is rounded.",
        {"start": start, "changes": changes},
        start * prod((Fraction(100 + change, 100) for change in changes), start=Fraction(1)),
    )


def _counter(rng: Random, digits: int, parts: int) -> Told:
    seconds = choice(rng, (2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 30))
    plants, hours, wilted = _awkward(rng, digits), integer(rng, 2, 24), integer(rng, 1, 99)
    days = integer(rng, 2, 10 * parts)
    return (
        f"Each of {plants} plants opens one flower every {seconds} seconds, for {hours} hours a day. Every day "
        f"{wilted} flowers of each plant wilt. Of the flowers that open in {days} days, how many do not wilt?",
        {"seconds": seconds, "plants": plants, "hours": hours, "wilted": wilted, "days": days},
        Fraction(plants * days * (hours * 3600 // seconds - wilted)),
    )


def _field(rng: Random, digits: int, parts: int) -> Told:
    length, width = _awkward(rng, digits) + 8, _awkward(rng, max(1, digits - 2)) + 8 * parts
    path, price, fence = integer(rng, 1, 3), integer(rng, 2, 60), integer(rng, 2, 40)
    return (
        f"A rectangular field is {length} metres long and {width} metres wide. Along its edge, inside of it, runs a "
        f"path that is {path} metres wide; the rest is meadow. Seeding the meadow costs ${price} per square metre, "
        f"and a fence around the whole field ${fence} per metre. How many dollars do both cost together?",
        {"length": length, "width": width, "path": path, "price": price, "fence": fence},
        Fraction((length - 2 * path) * (width - 2 * path) * price + 2 * (length + width) * fence),
    )


STORIES: Mapping[str, Callable[[Random, int, int], Told]] = {
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
    "flowers": _counter,
    "field": _field,
}
"""Name → story; called with the stream of draws, the digits of awkward numbers and the number of parts."""

UNITS: Mapping[str, str] = {
    "shopping": "dollar",
    "saving": "dollar",
    "driving": "metre",
    "tank": "litre",
    "factory": "box",
    "chain": "stamp",
    "average": "gram",
    "theatre": "dollar",
    "two shares": "litre",
    "price": "dollar",
    "flowers": "flower",
    "field": "dollar",
}
"""Name → what the story's question asks for, in the singular."""

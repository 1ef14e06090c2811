"""Solving the problems of `MATH_counting_and_probability` case by case and step by step, without their formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import permutations, product

from codesteer_tui.symbench.making.figures import Values, one, several


def _bounded(values: Values, name: str, most: int = 200) -> int:
    """A number that the work grows with."""
    value = one(values, name)
    if not 0 <= value <= most:
        raise ValueError(f"{name} is out of range")
    return value


def _choices(things: int) -> list[int]:
    """How many subsets of each size there are, by Pascal's triangle."""
    row = [1]
    for _ in range(things):
        row = [left + right for left, right in zip([0, *row], [*row, 0], strict=True)]
    return row


def _quotient(values: Values) -> Fraction:
    found = Fraction(1)
    for factor in range(1, _bounded(values, "k") + 1):
        found *= Fraction(_bounded(values, "n") - factor + 1, factor)
    return found


def _committee(values: Values) -> Fraction:
    """Elect the committee and the chair together, and then one of them as the chair."""
    seats = _bounded(values, "seats")
    return Fraction(_choices(_bounded(values, "people"))[seats] * seats)


def _letters(values: Values) -> Fraction:
    """Put the letters into free places, one kind after the other."""
    free, ways = sum(several(values, "counts")), 1
    if free > 1_000:
        raise ValueError("counts are out of range")
    for count in several(values, "counts"):
        ways *= _choices(free)[count]
        free -= count
    return Fraction(ways)


def _multiples(values: Values) -> Fraction:
    a, b = one(values, "a"), one(values, "b")
    return Fraction(sum(n % a == 0 or n % b == 0 for n in range(1, _bounded(values, "up_to", 100_000) + 1)))


def _paths(values: Values) -> Fraction:
    """The ways to a point are those to the point on its left and those to the point below it."""
    right, up = _bounded(values, "right"), _bounded(values, "up")
    ways = [1] + [0] * right
    for y in range(up + 1):
        for x in range(right + 1):
            ways[x] += ways[x - 1] if x else 0
            if (x, y) == (one(values, "x"), one(values, "y")):
                ways[x] = 0
    return Fraction(ways[right])


def _dice(values: Values) -> Fraction:
    sums = {0: 1}
    sides = _bounded(values, "sides", 100)
    for _ in range(_bounded(values, "dice", 20)):
        further: dict[int, int] = {}
        for total, ways in sums.items():
            for top in range(1, sides + 1):
                further[total + top] = further.get(total + top, 0) + ways
        sums = further
    return Fraction(sums.get(one(values, "total"), 0), sum(sums.values()))


def _same_colour(values: Values) -> Fraction:
    """Take one ball after the other."""
    balls, found = several(values, "balls"), Fraction(0)
    for count in balls:
        chance = Fraction(1)
        for taken in range(_bounded(values, "drawn")):
            chance *= Fraction(max(0, count - taken), sum(balls) - taken)
        found += chance
    return found


def _round_table(values: Values) -> Fraction:
    """Ada sits still; seat all others, Bruno being number 1 of them."""
    people = _bounded(values, "people", 9)
    seatings = permutations(range(1, people))
    beside = sum(order[0] == 1 or order[-1] == 1 for order in seatings)
    return Fraction(len(list(permutations(range(1, people)))) - beside if one(values, "apart") else beside)


def _mixed_committee(values: Values) -> Fraction:
    """Add up over the number of women in the committee."""
    women, men, seats = (_bounded(values, name) for name in ("women", "men", "seats"))
    of_women, of_men = _choices(women), _choices(men)
    mixed = sum(
        of_women[drawn] * of_men[seats - drawn]
        for drawn in range(1, seats)
        if drawn <= women and seats - drawn <= men
    )
    return Fraction(mixed, _choices(women + men)[seats])


def _coins(values: Values) -> Fraction:
    p = Fraction(one(values, "above"), one(values, "below"))
    chances = [Fraction(1)]
    for _ in range(_bounded(values, "throws", 60)):
        before, same = [Fraction(0), *chances], [*chances, Fraction(0)]
        chances = [left * p + right * (1 - p) for left, right in zip(before, same, strict=True)]
    return chances[one(values, "heads")]


def _sweets(values: Values) -> Fraction:
    """The ways to hand out so many sweets, with one more child at a time."""
    sweets, least = _bounded(values, "sweets", 500), _bounded(values, "least", 500)
    ways = [1] + [0] * sweets
    for _ in range(_bounded(values, "children", 50)):
        ways = [sum(ways[: max(0, total - least + 1)]) for total in range(sweets + 1)]
    return Fraction(ways[sweets])


def _power(values: Values) -> Fraction:
    a, b = one(values, "a"), one(values, "b")
    coefficients = [1]
    for _ in range(_bounded(values, "n", 60)):
        lifted, kept = (
            [0, *(a * value for value in coefficients)],
            [*(b * value for value in coefficients), 0],
        )
        coefficients = [left + right for left, right in zip(lifted, kept, strict=True)]
    return Fraction(coefficients[one(values, "k")])


def _largest_die(values: Values) -> Fraction:
    sides, dice = _bounded(values, "sides", 20), _bounded(values, "dice", 4)
    rolls = list(product(range(1, sides + 1), repeat=dice))
    return Fraction(sum(map(max, rolls)), len(rolls))


def _hats(values: Values) -> Fraction:
    """Choose who gets the own hat; of the rest, take away all ways in which someone does (inclusion, exclusion)."""
    hats, own = _bounded(values, "hats", 60), _bounded(values, "own", 60)
    rest, orders = hats - own, [1]
    for count in range(1, rest + 1):
        orders.append(orders[-1] * count)
    nobody = sum((-1) ** fixed * ways * orders[rest - fixed] for fixed, ways in enumerate(_choices(rest)))
    return Fraction(_choices(hats)[own] * nobody)


def _no_neighbours(values: Values) -> Fraction:
    """Set lamp after lamp; count by how many are on, and by whether the last one is."""
    lamps = _bounded(values, "lamps")
    off, on = [1] + [0] * lamps, [0] * (lamps + 1)
    for _ in range(lamps):
        off, on = [left + right for left, right in zip(off, on, strict=True)], [0, *off[:-1]]
    return Fraction(sum(off[one(values, "lit") :]) + sum(on[one(values, "lit") :]))


def _first_to_win(values: Values) -> Fraction:
    """Work back from the end of the match to where it stands."""
    p, need = Fraction(one(values, "above"), one(values, "below")), _bounded(values, "need", 30)
    chances = {(need, lost): Fraction(1) for lost in range(need)}
    chances |= {(won, need): Fraction(0) for won in range(need)}
    for won in reversed(range(need)):
        for lost in reversed(range(need)):
            chances[won, lost] = p * chances[won + 1, lost] + (1 - p) * chances[won, lost + 1]
    return chances[one(values, "lead"), 0]


SOLVERS: Mapping[str, Callable[[Values], Fraction]] = {
    "factorials": _quotient,
    "chair and committee": _committee,
    "letters": _letters,
    "multiples": _multiples,
    "ways in a grid": _paths,
    "sum of dice": _dice,
    "same colour": _same_colour,
    "round table": _round_table,
    "mixed committee": _mixed_committee,
    "coins": _coins,
    "sweets": _sweets,
    "coefficient": _power,
    "largest of dice": _largest_die,
    "hats": _hats,
    "lamps": _no_neighbours,
    "first to win": _first_to_win,
}
"""Name of a family → its solver, which raises `LookupError`, `TypeError`, `ValueError` or `ArithmeticError` where the
numbers are not those of such a problem."""

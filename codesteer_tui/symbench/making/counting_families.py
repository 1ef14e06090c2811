"""The kinds of problems of `MATH_counting_and_probability`: each draws and tells its numbers, and knows the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import comb, factorial, prod
from random import Random
from typing import TypeAlias

from msgspec import Struct

from codesteer_tui.symbench.draws import choice, integer
from codesteer_tui.symbench.making.figures import Values

Told: TypeAlias = tuple[str, Values, Fraction | int]
"""The problem in words, its numbers by name, and the answer."""


class Family(Struct, frozen=True):
    """A kind of problem: how hard it is, from 1 to 5, and how one is drawn with numbers up to a largest one."""

    level: int
    draw: Callable[[Random, int], Told]


def _quotient(rng: Random, most: int) -> Told:
    n = integer(rng, 4, most + 1)
    k = integer(rng, 2, n - 2)
    told = f"What is the value of $\\frac{{{n}!}}{{{k}! \\cdot {n - k}!}}$, where ! is the factorial?"
    return told, {"n": n, "k": k}, comb(n, k)


def _committee(rng: Random, most: int) -> Told:
    people = integer(rng, 4, most)
    seats = integer(rng, 2, people - 1)
    told = (
        f"A club of {people} people elects a chair and, out of the others, a committee of {seats - 1}, in which all "
        "seats are alike. In how many ways can this end?"
    )
    return told, {"people": people, "seats": seats}, people * comb(people - 1, seats - 1)


def _letters(rng: Random, most: int) -> Told:
    counts = [integer(rng, 1, 4) for _ in range(integer(rng, 2, max(2, min(6, most // 4))))]
    counts[0] = max(counts[0], 2)
    word = "".join(letter * count for letter, count in zip("KANTEL", counts, strict=False))
    told = f"In how many different orders can the letters of {word} be written, all of them in each?"
    return told, {"counts": counts}, factorial(sum(counts)) // prod(map(factorial, counts))


def _multiples(rng: Random, most: int) -> Told:
    a = integer(rng, 2, most - 1)
    b = integer(rng, a + 1, most)
    up_to = integer(rng, 5 * b, 50 * most)
    common = next(number for number in range(b, a * b + 1, b) if number % a == 0)
    told = f"How many of the integers from 1 to {up_to} are divisible by {a} or by {b}, or by both?"
    return told, {"a": a, "b": b, "up_to": up_to}, up_to // a + up_to // b - up_to // common


def _paths(rng: Random, most: int) -> Told:
    right, up = integer(rng, 2, max(2, most // 2)), integer(rng, 2, max(2, most // 2))
    x = integer(rng, 0, right)
    y = integer(rng, 1, up - 1) if x in (0, right) else integer(rng, 0, up)
    told = (
        f"A robot goes from (0, 0) to ({right}, {up}) in steps of length 1, each to the right or up. It must not come "
        f"through the point ({x}, {y}). How many ways are there?"
    )
    blocked = comb(x + y, x) * comb(right - x + up - y, right - x)
    return told, {"right": right, "up": up, "x": x, "y": y}, comb(right + up, right) - blocked


def _dice(rng: Random, most: int) -> Told:
    dice, sides = integer(rng, 2, max(2, min(6, most // 3))), choice(rng, (4, 6, 8, 10, 12))
    total = integer(rng, dice + 1, dice * sides - 1)
    ways = sum(
        (-1) ** over * comb(dice, over) * comb(total - sides * over - 1, dice - 1)
        for over in range((total - dice) // sides + 1)
    )
    told = (
        f"{dice} fair dice are rolled, each with the numbers 1 to {sides} on its {sides} sides. How likely is it that "
        f"the numbers on top add up to {total}?"
    )
    return told, {"dice": dice, "sides": sides, "total": total}, Fraction(ways, sides**dice)


def _same_colour(rng: Random, most: int) -> Told:
    balls = [integer(rng, 2, max(3, most // 2)) for _ in range(3)]
    drawn = integer(rng, 2, min(4, max(balls)))
    told = (
        f"A bag holds {balls[0]} red, {balls[1]} green and {balls[2]} blue balls. {drawn} of them are taken out at "
        "random, none being put back. How likely is it that all that are taken out have the same colour?"
    )
    same = sum(comb(count, drawn) for count in balls)
    return told, {"balls": balls, "drawn": drawn}, Fraction(same, comb(sum(balls), drawn))


def _round_table(rng: Random, most: int) -> Told:
    people = integer(rng, 4, min(8, most))
    apart = choice(rng, (0, 1))
    together = 2 * factorial(people - 2)
    told = (
        f"{people} people, two of whom are Ada and Bruno, sit down at a round table with {people} chairs. Two seatings "
        "are the same if one becomes the other when everybody moves on by the same number of chairs in the same "
        "direction. In how many different seatings do Ada and Bruno "
        f"{'not ' if apart else ''}sit next to each other?"
    )
    ways = factorial(people - 1) - together if apart else together
    return told, {"people": people, "apart": apart}, ways


def _mixed_committee(rng: Random, most: int) -> Told:
    women, men = integer(rng, 2, max(2, most // 2)), integer(rng, 2, max(2, most // 2))
    seats = integer(rng, 2, min(women + men - 1, 8))
    one_kind = comb(women, seats) + comb(men, seats)
    told = (
        f"Out of {women} women and {men} men, {seats} people are drawn by lot. How likely is it that at least one "
        "woman and at least one man are among them?"
    )
    every = comb(women + men, seats)
    return told, {"women": women, "men": men, "seats": seats}, Fraction(every - one_kind, every)


def _coins(rng: Random, most: int) -> Told:
    throws = integer(rng, 3, max(3, min(12, most)))
    heads = integer(rng, 1, throws - 1)
    below = integer(rng, 2, 6)
    above = integer(rng, 1, below - 1)
    told = (
        f"A bent coin shows heads with probability {above}/{below}, whatever it showed before. It is thrown {throws} "
        f"times. How likely is it that it shows heads exactly {heads} time{'s' if heads > 1 else ''}?"
    )
    ways = comb(throws, heads) * above**heads * (below - above) ** (throws - heads)
    return (
        told,
        {"throws": throws, "heads": heads, "above": above, "below": below},
        Fraction(ways, below**throws),
    )


def _sweets(rng: Random, most: int) -> Told:
    children, least = integer(rng, 2, max(2, min(8, most // 2))), integer(rng, 0, 3)
    sweets = children * least + integer(rng, 2, most)
    told = (
        f"{sweets} equal sweets are given to {children} children, all of them, so that each child gets at least "
        f"{least}. In how many ways can they be shared, if it only counts how many each child gets?"
    )
    spare = sweets - children * least
    return (
        told,
        {"sweets": sweets, "children": children, "least": least},
        comb(spare + children - 1, children - 1),
    )


def _power(rng: Random, most: int) -> Told:
    a, b = integer(rng, 1, 5), choice(rng, (1, -1)) * integer(rng, 1, 5)
    n = integer(rng, 3, max(3, min(20, most)))
    k = integer(rng, 1, n - 1)
    base = f"{a if a > 1 else ''}x {'+' if b > 0 else '-'} {abs(b)}"
    told = f"What is the coefficient of $x^{{{k}}}$ in the expansion of $({base})^{{{n}}}$?"
    return told, {"a": a, "b": b, "n": n, "k": k}, comb(n, k) * a**k * b ** (n - k)


def _largest_die(rng: Random, most: int) -> Told:
    dice, sides = integer(rng, 2, 3), choice(rng, (4, 6, 8, 10, 12))
    told = (
        f"{dice} fair dice are rolled, each with the numbers 1 to {sides} on its {sides} sides. What is the expected "
        f"value of the {'larger' if dice == 2 else 'largest'} number on top (it may well show twice)?"
    )
    expected = sides - Fraction(sum(top**dice for top in range(1, sides)), sides**dice)
    return told, {"dice": dice, "sides": sides}, expected


def _hats(rng: Random, most: int) -> Told:
    hats = integer(rng, 3, max(4, min(most, 15)))
    own = integer(rng, 0, hats - 2)
    deranged, before = 0, 1
    for count in range(2, hats - own + 1):
        deranged, before = (count - 1) * (deranged + before), deranged
    told = (
        f"{hats} people put their hats together, and each gets one back at random. In how many of all the ways to give "
        f"them back do exactly {own or 'none'} of the people get their own hat?"
    ).replace("exactly none", "none")
    return told, {"hats": hats, "own": own}, comb(hats, own) * deranged


def _no_neighbours(rng: Random, most: int) -> Told:
    lamps, lit = integer(rng, 4, most), integer(rng, 0, 3)
    told = (
        f"{lamps} lamps stand in a row. Each is on or off, and no two lamps next to each other may both be on. At "
        f"least {lit} of the lamps {'has' if lit == 1 else 'have'} to be on. In how many ways can the lamps be set?"
    )
    ways = sum(comb(lamps - on + 1, on) for on in range(lit, (lamps + 1) // 2 + 1))
    return told, {"lamps": lamps, "lit": lit}, ways


def _first_to_win(rng: Random, most: int) -> Told:
    need, lead = integer(rng, 2, max(2, min(8, most // 2))), 0
    lead = integer(rng, 0, need - 1)
    below = integer(rng, 2, 5)
    above = integer(rng, 1, below - 1)
    p = Fraction(above, below)
    left = need - lead
    chance = sum(
        (comb(left - 1 + lost, lost) * p**left * (1 - p) ** lost for lost in range(need)), Fraction(0)
    )
    told = (
        f"Ada and Bruno play rounds until one of them has won {need}. Ada wins each round with probability "
        f"{above}/{below}, and Bruno otherwise. Ada has already won {lead} of them, and Bruno none. How likely is it "
        f"that Ada is the first to have won {need}?"
    )
    return told, {"need": need, "lead": lead, "above": above, "below": below}, chance


FAMILIES: Mapping[str, Family] = {
    "factorials": Family(1, _quotient),
    "chair and committee": Family(1, _committee),
    "letters": Family(2, _letters),
    "multiples": Family(2, _multiples),
    "ways in a grid": Family(3, _paths),
    "sum of dice": Family(3, _dice),
    "same colour": Family(3, _same_colour),
    "round table": Family(3, _round_table),
    "mixed committee": Family(4, _mixed_committee),
    "coins": Family(4, _coins),
    "sweets": Family(4, _sweets),
    "coefficient": Family(4, _power),
    "largest of dice": Family(4, _largest_die),
    "hats": Family(5, _hats),
    "lamps": Family(5, _no_neighbours),
    "first to win": Family(5, _first_to_win),
}

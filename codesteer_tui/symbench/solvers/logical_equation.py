"""Systems of equations and inequalities between two letters each: reading them, and searching for values."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal, TypeAlias

from msgspec import Struct

from codesteer_tui.symbench.reading.answer import Unreadable, shorten

Sign: TypeAlias = Literal["=", "*", "+", "-", ">", "<"]

_CONDITION = re.compile(
    r"(?P<first>[A-Z])\s*(?:=\s*(?P<factor>[0-9]{1,4}(?:\.[0-9])?)?\s*\*?\s*(?P<equal>[A-Z])"
    r"|(?P<sign>[-+])\s*(?P<second>[A-Z])\s*=\s*(?P<number>-?[0-9]{1,9})|(?P<order>[<>])\s*(?P<other>[A-Z]))"
)


class Condition(Struct, frozen=True):
    """What holds between two letters: ``first sign second = number``, or ``first = number/10 * second`` for ``*``."""

    text: str
    sign: Sign
    first: str
    second: str
    number: int = 0


def conditions_of(texts: list[str], letters: str) -> list[Condition] | Unreadable:
    """Read conditions: ``A = B``, ``A = 1.5B``, ``A + B = 5``, ``A - B = -2``, ``A > B``, ``A < B``."""
    read = []
    for text in texts:
        match = _CONDITION.fullmatch(text.strip())
        if match is None:
            return Unreadable(f'"{shorten(text)}" is no condition')
        first, second = match["first"], match["equal"] or match["second"] or match["other"]
        if first not in letters or second not in letters or first == second:
            return Unreadable(f'"{shorten(text)}" is not about two of the letters')
        sign: Sign = "="
        number = 0
        if match["factor"]:
            sign, number = "*", int(10 * Fraction(match["factor"]))
        elif match["sign"]:
            sign, number = ("+" if match["sign"] == "+" else "-"), int(match["number"])
        elif match["order"]:
            sign = ">" if match["order"] == ">" else "<"
        read.append(Condition(text, sign, first, second, number))
    return read


def solve(
    letters: str, values: list[int], conditions: list[Condition], *, distinct: bool
) -> list[int] | None:
    """Find values by backtracking: the letter with the fewest left is next, and its choice narrows the others down.

    With `distinct`, a value is used as often as it is listed. None if there is no solution.
    """
    rules: dict[str, list[tuple[Condition, bool]]] = {letter: [] for letter in letters}
    for condition in conditions:
        rules[condition.first].append((condition, True))
        rules[condition.second].append((condition, False))
    return _assigned({}, {letter: sorted(set(values)) for letter in letters}, values, rules, distinct)


def _assigned(
    done: dict[str, int],
    open_values: dict[str, list[int]],
    stock: list[int],
    rules: dict[str, list[tuple[Condition, bool]]],
    distinct: bool,
) -> list[int] | None:
    if not open_values:
        return [done[letter] for letter in sorted(done)]
    letter = min(open_values, key=lambda name: (len(open_values[name]), -len(rules[name]), name))
    for value in open_values[letter]:
        narrowed = {name: its for name, its in open_values.items() if name != letter}
        left = list(stock)
        if distinct:
            left.remove(value)
            if value not in left:
                narrowed = {name: [each for each in its if each != value] for name, its in narrowed.items()}
        for condition, forward in rules[letter]:
            other = condition.second if forward else condition.first
            if other in narrowed:
                narrowed[other] = _partners(condition, forward, value, narrowed[other])
        if all(narrowed.values()):
            found = _assigned({**done, letter: value}, narrowed, left, rules, distinct)
            if found:
                return found
    return None


def _partners(condition: Condition, forward: bool, value: int, candidates: list[int]) -> list[int]:
    """Keep those values of the other letter that go with the value of this one, which is the first if `forward`."""
    sign, number = condition.sign, condition.number
    if sign in "<>":
        larger = (sign == "<") == forward
        return [other for other in candidates if (other > value if larger else other < value)]
    wanted = {"=": value, "+": number - value, "-": value - number if forward else value + number}.get(sign)
    if wanted is None:
        scaled, divisor = (10 * value, number) if forward else (number * value, 10)
        wanted = scaled // divisor if divisor and scaled % divisor == 0 else None
    return [wanted] if wanted in candidates and wanted is not None else []

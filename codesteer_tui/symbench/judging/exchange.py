"""Stocks of named things and the methods that exchange them: what three tasks verify with.

The methods are visited in their order, again and again, until none can be carried out. Their solver is
`exchange_by_hand`, which shares nothing with this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from msgspec import Struct

from codesteer_tui.symbench.reading.answer import Broken, Misfit, Unreadable, shorten
from codesteer_tui.symbench.reading.lists import integers

MAX_COUNT = 1_000
"""Most things of a kind in a stock to begin with; bounds the work on a problem that comes from a file."""

_GLUED = re.compile(r"[\[(\"'“\s]*(?P<digits>[0-9]{1,1000})[\])\"'”.\s]*")


class Method(Struct, frozen=True):
    """What one application of a method uses up, and what it gives: counts by name."""

    uses: Mapping[str, int]
    gives: Mapping[str, int]

    def __str__(self) -> str:
        """Write it as in "2 A + 1 B → 1 X"."""
        return " → ".join(
            " + ".join(f"{n} {name}" for name, n in side.items()) for side in (self.uses, self.gives)
        )


class Applied(NamedTuple):
    """A visit at which a method was carried out: which one (from 0), how often, and the stock after it."""

    method: int
    times: int
    stock: dict[str, int]


def course(methods: Sequence[Method], stock: Mapping[str, int], *, once: bool) -> Iterator[Applied]:
    """Go through the visits until no method can be carried out; `once` a visit, or else as often as possible.

    The methods must come to an end, whatever the stock.
    """
    left = dict(stock)
    changed = True
    while changed:
        changed = False
        for number, method in enumerate(methods):
            times = min(left.get(name, 0) // count for name, count in method.uses.items())
            if not times:
                continue
            times = 1 if once else times
            for name, count in method.uses.items():
                left[name] -= times * count
            for name, count in method.gives.items():
                left[name] = left.get(name, 0) + times * count
            changed = True
            yield Applied(number, times, dict(left))


def exhausted(methods: Sequence[Method], stock: Mapping[str, int], *, once: bool) -> dict[str, int]:
    """Give what is left when no method can be carried out (see `course`)."""
    left = dict(stock)
    for applied in course(methods, stock, once=once):
        left = applied.stock
    return left


def rules(methods: Sequence[Method], *, once: bool) -> str:
    """Write the methods and how they are gone through, for a question."""
    lines = "\n".join(f"{number}. {method}" for number, method in enumerate(methods, start=1))
    turn = (
        "Each time a method's turn comes, carry it out exactly once if everything on its left side is there, and "
        "skip it otherwise."
        if once
        else "Each time a method's turn comes, carry it out as often as possible before you go on to the next one."
    )
    return (
        f"{lines}\n"
        "What stands on the left of an arrow is used up, what stands on its right is gained.\n"
        f"Go through the methods in this order, then from the first one again, and so on. {turn} Stop when no method "
        "can be carried out any more."
    )


class Given(NamedTuple):
    """The counts that were read in an answer, in the order of the kinds, and the text that has them."""

    counts: list[int]
    text: str


def read_counts(text: str, names: Sequence[str], right: Sequence[int], *, glued: bool) -> Given | Unreadable:
    """Read counts from a list, with or without brackets and quotes, or with their names ("A: 3, B: 0", "3 A, 0 B").

    With `glued`, also from digits without anything between them, which may be the `right` counts or one digit each.
    """
    given = _counts(_undressed(text), names, right, glued)
    if isinstance(given, Unreadable):
        return given
    if len(given) != len(names):
        return Misfit(f"The number of counts is {len(given)}, not {len(names)}: those of {', '.join(names)}")
    return Given(given, text)


def wrong_counts(names: Sequence[str], given: Sequence[int], right: Sequence[int]) -> Iterator[Broken]:
    """Hold counts against the `right` ones, both in the order of `names`; `where` is the place of a wrong one."""
    for at, (name, count, wanted) in enumerate(zip(names, given, right, strict=True)):
        if count != wanted:
            yield Broken(f"The count of {name} in the end is {wanted}, not {count}.", (at,))


def _undressed(text: str) -> str:
    """Take quotes and markdown off that stand around all counts together."""
    bare = text.strip().removesuffix(".").strip("*` \t\n")
    for quote in "\"'":
        if bare.startswith(quote) and bare.endswith(quote) and bare.count(quote) == 2:
            return bare[1:-1]
    return bare


def _counts(text: str, names: Sequence[str], right: Sequence[int], glued: bool) -> list[int] | Unreadable:
    digits = _GLUED.fullmatch(text) if glued else None
    if digits is not None:
        if digits["digits"] == "".join(map(str, right)):
            return list(right)
        if len(digits["digits"]) == len(names):
            return [int(digit) for digit in digits["digits"]]
        return Misfit(f"{shorten(digits['digits'])} is not the {len(names)} counts put together")
    named = _named(text, tuple(names)) if re.search("[A-Za-z]", text) else None
    return integers(text) if named is None else named


def _named(text: str, names: tuple[str, ...]) -> list[int] | None:
    """Read counts that all have their names, in the right order, with no other number among them."""
    before, behind = _name_patterns(names)
    for pattern in (behind, before):
        found = [(match["name"], int(match["count"])) for match in pattern.finditer(text)]
        if tuple(name for name, _ in found) == names and len(re.findall("[0-9]+", text)) == len(names):
            return [count for _, count in found]
    return None


@cache
def _name_patterns(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give the patterns of a count in front of its name, and of one behind it."""
    name = f"(?P<name>{'|'.join(map(re.escape, names))})"
    count = r"(?<![0-9])(?P<count>[0-9]{1,9})(?![0-9])"
    kind = r"(?:units? (?:of )?)?(?:(?:machine|part|crop|product|block)s? )?"
    return (
        re.compile(rf"{count} ?{kind}{name}(?![A-Za-z0-9])"),
        re.compile(rf"(?<![A-Za-z0-9]){name}[\"']? ?[:=] ?[\"']?{count}"),
    )

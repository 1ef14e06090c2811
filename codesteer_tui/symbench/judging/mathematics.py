"""Judging a mathematical answer in LaTeX or plain signs against a problem's stored answer.

Rules: `symbench` specification 4.36 and 4.37.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.answers import without_announcement
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.reading.amounts import CHANGING
from codesteer_tui.symbench.reading.answer import Misfit, Unreadable, judge, shorten
from codesteer_tui.symbench.reading.latex import Value, normal, parts, point, value
from codesteer_tui.symbench.reading.units import foreign_unit
from codesteer_tui.symbench.task import gold_text
from codesteer_tui.values import Verdict

_ROUNDING = 1e-9
"""Relative error that is always accepted, since values are computed in floating point."""

_FORMULA = 1e-12
"""Relative error of a formula that is computed in floating point."""

_FEWEST_PARTS = 10_000
"""Smallest denominator of a decimal that is taken for a rounded fraction."""


class MathematicalAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `tolerance`: the largest relative error of a numeric value where the question does not say how exact it has to be,
    as those that are made here do; 0 demands the exact one (to nine digits). `percent`: where the right answer is a
    percentage, its sign may be missing, so that "50" stands for "50%" ("0.5" always does). `units`: words such as
    "cm" or "square units" may stand behind a value, and "The area is" before it.
    """

    tolerance: Annotated[float, Meta(ge=0, le=0.1)] = 1e-3
    percent: bool = True
    units: bool = True


class Demand(Struct, frozen=True):
    """What the question itself demands of the answer.

    `digits`: to how many significant digits a decimal has to be right; `exact`: that whole numbers and fractions have
    no error at all. None: the policy's tolerance. `unit`: the unit in which the answer is asked for, if any. `point`:
    the answer is a point, whatever brackets and names it is written with.
    """

    digits: int | None = None
    exact: bool = False
    unit: str = ""
    point: bool = False


_NOTHING = Demand()


def judge_mathematics(
    problem: Problem, answer: str, policy: MathematicalAnswer, demand: Demand = _NOTHING
) -> Verdict:
    """Accept the stored answer's value, or, where it has none (a point, a ratio, an expression), its text.

    A point or list is compared part by part, each by its value where it has one.
    """
    stored = gold_text(problem)
    if not stored:
        return Verdict("could_not_check", "The problem has no stored answer that could be compared with.")
    right = value(stored)
    if isinstance(right, Value):
        rule = partial(_wrong_value, stored, right, policy, demand)
        return judge(answer, rule, "It is the right value.", lists=False)
    if demand.point:
        return judge(
            answer, partial(_wrong_point, parts(stored)[1], policy, demand), "It is the right point."
        )
    return judge(answer, partial(_wrong_text, stored, policy), "It is the right answer.")


def _wrong_value(
    stored: str, right: Value, policy: MathematicalAnswer, demand: Demand, text: str
) -> str | Unreadable | None:
    said = without_announcement(text)
    if normal(said) == normal(stored):
        return None
    found = value(said, units=policy.units)
    if isinstance(found, Unreadable) and policy.units:
        stated = value(_stated(said))
        found = stated if isinstance(stated, Value) else found
    if isinstance(found, Unreadable):
        return found
    if demand.unit and (unit := foreign_unit(said, demand.unit)):
        return Unreadable(f'The answer names the unit "{shorten(unit)}"; asked for: {demand.unit}')
    if _alike(found, right, policy, demand):
        return None
    if _alike(
        Value(-found.number, found.percent, -found.exact if found.exact else None), right, policy, demand
    ):
        return "The sign is wrong."
    return f"Its value is {found.number:.12g}{'%' if found.percent else ''}, which is not the right one."


def _stated(text: str) -> str:
    """What a sentence such as "The probability is 1/6." says, unless it may deny it; empty where it is none."""
    before, _, after = text.rpartition(" is ")
    words = re.findall(r"[a-z]+", before.casefold())
    return after if "\n" not in text and not CHANGING.intersection(words) else ""


def _wrong_text(stored: str, policy: MathematicalAnswer, text: str) -> str | Unreadable | None:
    said = without_announcement(text)
    if len(said) <= 2 * len(stored) + 200:
        if normal(said) == normal(stored):
            return None
        (outside, found), (outside_right, right) = parts(said), parts(stored)
        if len(right) > 1 and outside == outside_right and len(found) == len(right):
            return _wrong_part(found, right, policy, _NOTHING)
    if re.search(r"(?<![A-Za-z\\\\])[A-Za-z]{2,}\s+[A-Za-z]{2,}", said) or "\n" in said:
        return Unreadable(f'"{shorten(text)}" is not an answer of the form that is asked for')
    return "It is not the right answer."


def _wrong_point(
    right: list[str], policy: MathematicalAnswer, demand: Demand, text: str
) -> str | Unreadable | None:
    found = point(without_announcement(text))
    if isinstance(found, Unreadable):
        return found
    for part in found:
        read = value(part, units=policy.units)
        if isinstance(read, Unreadable):
            return read
    if len(found) != len(right):
        return Misfit(f"There are {len(found)} coordinates, not {len(right)}")
    return _wrong_part(found, right, policy, demand)


def _wrong_part(found: list[str], right: list[str], policy: MathematicalAnswer, demand: Demand) -> str | None:
    for at, (one, other) in enumerate(zip(found, right, strict=True), start=1):
        if not _same(one, other, policy, demand):
            return f"Part {at} of it is not right."
    return None


def _same(one: str, other: str, policy: MathematicalAnswer, demand: Demand) -> bool:
    if normal(one) == normal(other):
        return True
    found, right = value(one, units=policy.units), value(other)
    return isinstance(found, Value) and isinstance(right, Value) and _alike(found, right, policy, demand)


def _alike(found: Value, right: Value, policy: MathematicalAnswer, demand: Demand) -> bool:
    if found.percent == right.percent:
        return _near(found, right, policy, demand)
    if _near(_share(found), _share(right), policy, demand):
        return True
    return policy.percent and right.percent and _near(found, right, policy, demand)


def _share(one: Value) -> Value:
    """The value without its percent sign."""
    if not one.percent:
        return one
    return Value(one.number / 100, False, None if one.exact is None else one.exact / 100)


def _near(found: Value, right: Value, policy: MathematicalAnswer, demand: Demand) -> bool:
    if demand.digits is None:
        return abs(found.number - right.number) <= max(policy.tolerance, _ROUNDING) * abs(right.number)
    if found.exact is not None and right.exact is not None:
        if found.exact == right.exact:
            return True
        if demand.exact and (right.exact.denominator == 1 or not _is_decimal(found.exact)):
            return False
    elif demand.exact:
        return abs(found.number - right.number) <= _FORMULA * abs(right.number)
    if right.number == 0:
        return abs(found.number) <= _FORMULA
    unit = math.pow(10, math.floor(math.log10(abs(right.number))) + 1 - demand.digits)
    return abs(found.number - right.number) <= unit / 2 + _FORMULA * abs(right.number)


def _is_decimal(number: Fraction) -> bool:
    """Whether a number can be a decimal that was written out: one that ends, and has several places."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1 and number.denominator >= _FEWEST_PARTS

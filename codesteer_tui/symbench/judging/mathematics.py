"""Judging a mathematical answer in LaTeX or plain signs against a problem's stored answer.

Rules: `symbench` specification 4.36 and 4.37.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.answers import without_announcement
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.reading.amounts import CHANGING
from codesteer_tui.symbench.reading.answer import Unreadable, judge, shorten
from codesteer_tui.symbench.reading.latex import Value, normal, parts, value
from codesteer_tui.symbench.task import gold_text
from codesteer_tui.values import Verdict

_ROUNDING = 1e-9
"""Relative error that is always accepted, since values are computed in floating point."""


class MathematicalAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `tolerance`: the largest relative error of a numeric value; 0 demands the exact one (to nine digits). `percent`: a
    percent sign may be missing or too many, so that "50" stands for "50%" ("0.5" always does). `units`: words such as
    "cm" or "square units" may stand behind a value, and "The area is" before it.
    """

    tolerance: Annotated[float, Meta(ge=0, le=0.1)] = 1e-3
    percent: bool = True
    units: bool = True


def judge_mathematics(problem: Problem, answer: str, policy: MathematicalAnswer) -> Verdict:
    """Accept the stored answer's value, or, where it has none (a point, a ratio, an expression), its text.

    A point or list is compared part by part, each by its value where it has one.
    """
    stored = gold_text(problem)
    if not stored:
        return Verdict("could_not_check", "The problem has no stored answer that could be compared with.")
    right = value(stored)
    if isinstance(right, Value):
        return judge(answer, partial(_wrong_value, stored, right, policy), "It is the right value.")
    return judge(answer, partial(_wrong_text, stored, policy), "It is the right answer.")


def _wrong_value(stored: str, right: Value, policy: MathematicalAnswer, text: str) -> str | Unreadable | None:
    said = without_announcement(text)
    if normal(said) == normal(stored):
        return None
    found = value(said, units=policy.units)
    if isinstance(found, Unreadable) and policy.units:
        stated = value(_stated(said))
        found = stated if isinstance(stated, Value) else found
    if isinstance(found, Unreadable):
        return found
    if _alike(found, right, policy):
        return None
    if _near(found.number, -right.number, policy):
        return "The sign is wrong."
    return f"Its value is {found.number:.6g}{'%' if found.percent else ''}, which is not the right one."


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
            wrong = [
                at
                for at, (one, other) in enumerate(zip(found, right, strict=True), start=1)
                if not _same(one, other, policy)
            ]
            return f"Part {wrong[0]} of it is not right." if wrong else None
    if re.search(r"(?<![A-Za-z\\\\])[A-Za-z]{2,}\s+[A-Za-z]{2,}", said) or "\n" in said:
        return Unreadable(f'"{shorten(text)}" is not an answer of the form that is asked for')
    return "It is not the right answer."


def _same(one: str, other: str, policy: MathematicalAnswer) -> bool:
    if normal(one) == normal(other):
        return True
    found, right = value(one, units=policy.units), value(other)
    return isinstance(found, Value) and isinstance(right, Value) and _alike(found, right, policy)


def _alike(found: Value, right: Value, policy: MathematicalAnswer) -> bool:
    if found.percent == right.percent:
        return _near(found.number, right.number, policy)
    shares = [one.number / 100 if one.percent else one.number for one in (found, right)]
    if _near(shares[0], shares[1], policy):
        return True
    return policy.percent and _near(found.number, right.number, policy)


def _near(number: float, right: float, policy: MathematicalAnswer) -> bool:
    return abs(number - right) <= max(policy.tolerance, _ROUNDING) * abs(right)

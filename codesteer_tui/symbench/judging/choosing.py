"""Judging an answer that chooses: yes or no, or the letter of an option.

The right choice is the problem's stored answer, and the options are lines of its question. Rules: `symbench`
specification 4.31 to 4.34.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, judge, look, shorten
from codesteer_tui.symbench.reading.options import letter, listed, yes_or_no
from codesteer_tui.symbench.task import gold_text
from codesteer_tui.values import Verdict

_NO_GOLD = "The problem has no stored answer that could be compared with."


class YesOrNo(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `any_case`: "yes" counts as "Yes". `explanations`: words may follow, as in "Yes, because ...".
    """

    any_case: bool = True
    explanations: bool = True


class OptionLetter(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `bare_letters`: the letter counts without its brackets, and in lower case. `option_text`: the text of an option
    may follow the letter, which decides, or stand for it where no other option has the same.
    """

    bare_letters: bool = True
    option_text: bool = True


def look_yes_or_no(problem: Problem, answer: str, policy: YesOrNo, most: int = MOST_BROKEN) -> Look:
    """Hold "Yes" or "No", as which the answer is read, against the problem's stored answer."""
    stored = gold_text(problem)
    right = yes_or_no(stored) if stored else None
    if not isinstance(right, str):
        return Look(Verdict("could_not_check", _NO_GOLD))

    def rules(said: str) -> Iterator[Broken]:
        if said != right:
            yield Broken(f'The right answer is not "{said}".', ("answer",))

    return look(answer, partial(_said, policy), rules, f"{right} is right.", lists=False, most=most)


def judge_option(problem: Problem, answer: str, policy: OptionLetter) -> Verdict:
    """Hold the letter of an option against the problem's stored answer."""
    options, stored = listed(problem.question), gold_text(problem)
    right = letter(stored, options) if stored else None
    if not isinstance(right, str):
        return Verdict("could_not_check", _NO_GOLD)
    if right not in options:
        return Verdict(
            "could_not_check", f"The question lists no option ({right}), which is the stored answer."
        )
    rule = partial(_wrong_letter, right, options, policy)
    return judge(answer, rule, f"Option ({right}) is right.", lists=False)


def _said(policy: YesOrNo, text: str) -> str | Unreadable:
    said = yes_or_no(text)
    if isinstance(said, Unreadable):
        return said
    word = re.match(r"\W*(\w+)\W*(.*)", text, re.DOTALL)
    if word and not policy.any_case and word[1] != said:
        return Unreadable(f'"{shorten(text)}" is not written as "{said}"')
    if word and not policy.explanations and word[2]:
        return Unreadable(f'"{shorten(text)}" is more than "{said}"')
    return said


def _wrong_letter(
    right: str, options: dict[str, str], policy: OptionLetter, text: str
) -> str | Unreadable | None:
    said = letter(text, options)
    if isinstance(said, Unreadable):
        return said
    marked = re.match(r"\W*\([A-Z]\)", text)
    if not policy.bare_letters and not marked:
        return Unreadable(f'"{shorten(text)}" does not name the option in brackets')
    if not policy.option_text and re.search(r"\w.*\w", text, re.DOTALL):
        return Unreadable(f'"{shorten(text)}" is more than the letter of an option')
    if said not in options:
        return f"There is no option ({said})."
    return None if said == right else f"Option ({said}) is not right."

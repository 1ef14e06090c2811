"""Comparing decimal numbers such as 9.11 and 9.9."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from codesteer_tui.providers.demo_problems.base import (
    VERDICT,
    Declined,
    DemoProblem,
    Recognised,
    fill,
    one_line,
    phrase,
)

MAX_NUMBERS = 12
_NUMBER = r"[-−]?(?<![\w.])(?:[0-9]{1,60}(?:\.[0-9]{1,60})?|\.[0-9]{1,60})(?![\w]|\.[0-9])"
_ALL = re.compile(_NUMBER)
_BIGGER = r"(?:larger|bigger|greater|higher|more|largest|biggest|greatest|highest|maximum|max)"
_SMALLER = r"(?:smaller|less|lower|smallest|least|lowest|minimum|min)"
_CLAIM = phrase(
    rf"({_NUMBER})\s*(?:is\s+)?(?:a\s+|the\s+)?(?:(?P<gt>{_BIGGER}\s+than|>)|(?P<lt>{_SMALLER}\s+than|<))\s*({_NUMBER})"
)
_CHOICE = phrase(rf"\b(?:which|what)\b[^?]{{0,80}}?\b(?:(?P<big>{_BIGGER})|(?P<small>{_SMALLER}))\b")
_COMPARE = phrase(r"\bcompare\b|\bwhich\b[^?]{0,40}\bnumber|[0-9]\s*(?:vs\.?|or|versus)\s*[0-9.-]")
_OTHER = re.compile(
    r"[*/^+%]|\bversion|\brelease|\bchapter|\bdate|\bby how much|\bdifference|\bsum\b|\bminus\b", re.I
)

SOLVER = r"""from fractions import Fraction

NUMBERS = @NUMBERS@
WANTED = @WANTED@

values = [Fraction(text) for text in NUMBERS]
places = max(len(text.partition(".")[2]) for text in NUMBERS)
for text, value in zip(NUMBERS, values):
    print(f"{text} = {value} = {int(value * 10**places)} / 10^{places}")
if WANTED in ("greater", "less"):
    holds = values[0] > values[1] if WANTED == "greater" else values[0] < values[1]
    print("<<<Yes>>>" if holds else "<<<No>>>")
else:
    best = max(values) if WANTED == "largest" else min(values)
    if all(value == best for value in values):
        print("<<<equal>>>")
    else:
        print(f"<<<{NUMBERS[values.index(best)]}>>>")
"""

TEST = (
    r'''import re

NUMBERS = @NUMBERS@
WANTED = @WANTED@
CLAIM = @CLAIM@

places = max(len(text.partition(".")[2]) for text in NUMBERS)


def aligned(text):
    """The number as an integer count of the smallest place: digits padded, then compared."""
    whole, _, fraction = text.partition(".")
    digits = int((whole.strip("-") or "0") + fraction.ljust(places, "0"))
    return -digits if text.startswith("-") else digits


def problem_with(claim):
    scaled = [aligned(text) for text in NUMBERS]
    text = claim.strip().lower().replace("\u2212", "-")
    if WANTED in ("greater", "less"):
        holds = scaled[0] > scaled[1] if WANTED == "greater" else scaled[0] < scaled[1]
        said = re.match(r"(yes|true|no|false)\b", text)
        if not said:
            return "the answer is not Yes or No"
        if (said.group(1) in ("yes", "true")) == holds:
            return ""
        return f"it is the other way for {NUMBERS[0]} and {NUMBERS[1]}"
    if re.search(r"\b(equal|same)\b", text):
        return "" if len(set(scaled)) == 1 else "the numbers differ"
    named = re.findall(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", text[:400])
    named = [number.rstrip(".") for number in named]
    if not named or aligned_or_none(named[0]) not in scaled:
        return "the answer is not one of the numbers"
    chosen = aligned_or_none(named[0])
    if len(set(scaled)) == 1:
        return "the numbers are equal"
    for text, other in zip(NUMBERS, scaled):
        if other > chosen and WANTED == "largest":
            return f"{text} is larger"
        if other < chosen and WANTED == "smallest":
            return f"{text} is smaller"
    return ""


def aligned_or_none(text):
    return aligned(text) if len(text.partition(".")[2]) <= places else None
'''
    + VERDICT
)


@dataclass(frozen=True)
class Decimals(DemoProblem):
    """Decimal numbers as written, and what is asked: largest, smallest, greater (a > b?) or less (a < b?)."""

    numbers: tuple[str, ...]
    wanted: str

    family = "comparing decimals"
    approach = "It turns every number into an exact fraction before it compares them."

    def guess(self, rng: Random) -> str:
        # The classic mistake: the digits behind the point are read as a whole number.
        return self._answer([_misread(text) for text in self.numbers])

    def second_look(self) -> str | None:
        return self._answer([(Fraction(text), 0) for text in self.numbers])

    def explain(self, answer: str) -> str:
        return (
            f"I compare {', '.join(self.numbers)}: first the whole parts, then the digits behind the point."
        )

    def solver(self) -> str:
        return fill(SOLVER, NUMBERS=self.numbers, WANTED=self.wanted)

    def test(self, claim: str) -> str | Declined:
        return fill(TEST, NUMBERS=self.numbers, WANTED=self.wanted, CLAIM=claim)

    def _answer(self, sizes: list[tuple[Fraction, int]]) -> str:
        if self.wanted in ("greater", "less"):
            holds = sizes[0] > sizes[1] if self.wanted == "greater" else sizes[0] < sizes[1]
            return "Yes" if holds else "No"
        best = max(sizes) if self.wanted == "largest" else min(sizes)
        if all(size == best for size in sizes):
            return "equal"
        return self.numbers[sizes.index(best)]


def recognise(question: str) -> Recognised:
    """Read which of several decimals is larger or smaller, or whether one comparison holds."""
    text = one_line(question.split("<<<")[0])
    numbers = [number.replace("−", "-") for number in _ALL.findall(text)]
    if not 2 <= len(numbers) <= MAX_NUMBERS or not any("." in number for number in numbers):
        return None
    choice, claim = _CHOICE.search(text), _CLAIM.search(text)
    if not (choice or claim or _COMPARE.search(text)) or len(text) > 400:
        return None
    if _OTHER.search(text):
        return Declined("I compare plain decimal numbers only; this asks for something else about them.")
    if claim and not choice and len(numbers) == 2:
        return Decimals(tuple(numbers), "greater" if claim["gt"] else "less")
    return Decimals(tuple(numbers), "smallest" if choice and choice["small"] else "largest")


def _misread(text: str) -> tuple[Fraction, int]:
    whole, _, fraction = text.partition(".")
    return Fraction(whole if whole.strip("-") else "0"), int(fraction or "0")

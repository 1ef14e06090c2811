"""Statistical counting: a letter's score is added once for every run of two or more of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from random import Random

from codesteer_tui.providers.demo_problems.base import (
    VERDICT,
    Declined,
    DemoProblem,
    Recognised,
    fill,
    phrase,
)

MAX_CHARS = 5_000
_RULE = phrase(
    r"(?:two|2) or more consecutive (?P<letter>[A-Z])(?:['’]?s)?\s*,\s*add (?P<score>-?[0-9]{1,9})\b"
)
_SCORES = phrase(r"scores of the letters: (?P<scores>(?:[A-Z] [0-9]{1,6}(?:, )?){1,26})\.")
_PAIRS = phrase(r"2 or more times in a row")
_ALONE = re.compile(r"^[ \t]{0,9}(?P<string>[A-Z]{1,20000})[ \t]{0,9}$", re.MULTILINE)
_STRING = phrase(r"\bstring\s+[\"'“]?(?P<string>[A-Z]{1,20000})[\"'”]?\s*(?:\?|\n|\.|$)")

SOLVER = r"""from itertools import groupby

STRING = @STRING@
SCORES = @SCORES@

total = 0
for letter, run in groupby(STRING):
    length = len(list(run))
    if length >= 2 and letter in SCORES:
        total += SCORES[letter]
        print(f"{letter} x {length}: +{SCORES[letter]}")
print(f"<<<{total}>>>")
"""

TEST = (
    r"""import re

STRING = @STRING@
SCORES = @SCORES@
CLAIM = @CLAIM@


def problem_with(claim):
    text = claim.replace("\u2212", "-").strip().rstrip(".")
    if not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        return "the answer is not a whole number"
    expected = 0
    for letter, score in SCORES.items():
        runs = len(re.findall(re.escape(letter) + "{2,}", STRING))
        expected += runs * score
    return "" if int(text) == expected else f"the runs add up to {expected}, not {int(text)}"
"""
    + VERDICT
)
"""Finds the runs of each letter by a regular expression: another method than one pass over the string."""


@dataclass(frozen=True)
class Runs(DemoProblem):
    """The string and the score of each letter."""

    string: str
    scores: tuple[tuple[str, int], ...]

    family = "statistical counting of runs"
    approach = "It splits the string into runs of equal letters and adds up their scores."

    def guess(self, rng: Random) -> str:
        scores = dict(self.scores)
        found = [scores.get(letter, 0) for letter, run in groupby(self.string) if len(list(run)) >= 2]
        if len(self.string) > 10 and found:
            # In a long string a run or two gets lost.
            for _ in range(min(len(found), 1 + len(self.string) // 30)):
                found.pop(rng.randrange(len(found)))
        return str(sum(found))

    def explain(self, answer: str) -> str:
        return f"I scan the string from left to right and add the score of every run. The total is {answer}."

    def solver(self) -> str:
        return fill(SOLVER, STRING=self.string, SCORES=dict(self.scores))

    def test(self, claim: str) -> str | Declined:
        return fill(TEST, STRING=self.string, SCORES=dict(self.scores), CLAIM=claim)


def recognise(question: str) -> Recognised:
    """Read the rules and the string as SymBench and the published benchmark write them."""
    rules = [(match["letter"], int(match["score"])) for match in _RULE.finditer(question)]
    strings = [match["string"] for match in _STRING.finditer(question) if match["string"] != "consisting"]
    listed = _SCORES.search(question)
    if listed and _PAIRS.search(question):
        rules = [(pair.split()[0], int(pair.split()[1])) for pair in listed["scores"].split(", ") if pair]
        strings = [match["string"] for match in _ALONE.finditer(question)]
    if not rules or not strings or not re.search(r"\btotal score\b", question, re.IGNORECASE):
        return None
    if len(strings[-1]) > MAX_CHARS or len(dict(rules)) != len(rules):
        return Declined(f"I scan up to {MAX_CHARS:,} letters, with one rule for each letter.")
    return Runs(strings[-1], tuple(rules))

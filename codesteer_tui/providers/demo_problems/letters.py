"""Counting a letter in a word, with its positions where they are asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from codesteer_tui.providers.demo_problems.base import (
    VERDICT,
    Declined,
    DemoProblem,
    Recognised,
    fill,
    phrase,
)

MAX_WORD_CHARS = 5_000
_LETTER = r"(?:the\s+)?(?:letters?\s+)?(?:['\"‘’“”`](?P<quoted>\S)['\"‘’“”`]|(?P<plain>[^\W_]))(?:['’]?s)?"
_WORD = (
    r"(?:the\s+)?(?:(?:following\s+)?(?:english\s+)?(?:word|string|text|phrase|sentence|name)s?\s*:?\s*)?"
    r"(?:'(?P<single>[^'\n]+)'|\"(?P<double>[^\"\n]+)\"|[“‘](?P<curly>[^”’\n]+)[”’]|(?P<bare>[^\W_]+(?:-[^\W_]+)*))"
    r"(?=\s*(?:[?.!,;]|$|\n|and\s+(?:what|where|at|list|give)|have|contain))"
)
_ASKED = (
    rf"how many (?:times (?:does|do|is)\s+)?{_LETTER}\s+(?:letters?\s+)?"
    rf"(?:are|is|do|does|appears?|occurs?|show up)?\s*(?:there|used|found)?\s*(?:in|within)\s+{_WORD}",
    rf"how many {_LETTER}\s+(?:does|do|has)\s+{_WORD}\s+(?:have|contain)",
    rf"(?:count|number of)\s+(?:how (?:often|many times)\s+)?(?:all\s+)?(?:the\s+)?(?:number of\s+)?"
    rf"(?:times\s+|occurrences of\s+|appearances of\s+|instances of\s+)?{_LETTER}\s+"
    rf"(?:letters?\s+)?(?:appears?\s+|occurs?\s+)?(?:in|within)\s+{_WORD}",
)
_PATTERNS = tuple(phrase(pattern) for pattern in _ASKED)
_POSITIONS = re.compile(r"\bposition|\bwhere\b|\bindices\b|\bindex\b", re.IGNORECASE)
_EXACT_CASE = re.compile(r"lower-?\s?case|upper-?\s?case|capital|case[- ]sensitive", re.IGNORECASE)

SOLVER = r"""WORD = @WORD@
LETTER = @LETTER@
WITH_POSITIONS = @WITH_POSITIONS@
SAME_CASE = @SAME_CASE@

word, letter = WORD, LETTER
if not SAME_CASE:
    word, letter = word.lower(), letter.lower()
positions = []
for position, character in enumerate(word, start=1):
    if character == letter:
        positions.append(position)
if len(positions) != word.count(letter):
    raise ArithmeticError("the two ways to count disagree")
if WITH_POSITIONS:
    print(f"<<<Count: {len(positions)}, Positions: {positions}>>>")
else:
    print(f"<<<{len(positions)}>>>")
"""

TEST = (
    r"""import re

WORD = @WORD@
LETTER = @LETTER@
WITH_POSITIONS = @WITH_POSITIONS@
SAME_CASE = @SAME_CASE@
CLAIM = @CLAIM@


def problem_with(claim):
    flags = 0 if SAME_CASE else re.IGNORECASE
    present = {match.start() + 1 for match in re.finditer(re.escape(LETTER), WORD, flags)}
    if WITH_POSITIONS:
        found = re.search(r"Count:?\s*([0-9]+)\D*?Positions?:?\s*\[([0-9,\s]*)\]", claim, re.IGNORECASE)
        if not found:
            return "the answer does not give a count and a list of positions"
        listed = [int(text) for text in re.findall(r"[0-9]{1,9}", found.group(2))]
        for position in listed:
            if position not in present:
                return f"position {position} does not hold that letter"
        if len(set(listed)) != len(listed):
            return "a position is listed twice"
        if len(listed) != len(present):
            return f"{len(present) - len(listed)} positions are missing"
        count = int(found.group(1)[:9])
    else:
        numbers = re.findall(r"[0-9]{1,9}", claim)
        if len(numbers) != 1:
            return "the answer is not one number"
        count = int(numbers[0])
    others = len(re.sub(re.escape(LETTER), "", WORD, flags=flags))
    expected = len(WORD) - others
    return "" if count == expected else f"the count is {expected}, not {count}"
"""
    + VERDICT
)


@dataclass(frozen=True)
class Letters(DemoProblem):
    """A letter, the word it is counted in, and what is asked about it."""

    word: str
    letter: str
    with_positions: bool
    same_case: bool

    family = "counting letters"
    approach = "It walks through the word and notes every position of the letter."

    def guess(self, rng: Random) -> str:
        positions = self._positions()
        # Seeing tokens instead of letters, a model takes a double letter for one.
        seen = [p for p in positions if p - 1 not in positions]
        if len(self.word) >= 12 and seen:
            lost = rng.randrange(len(seen))
            seen = [p + 1 if i > lost else p for i, p in enumerate(seen) if i != lost or len(seen) == 1]
        return self._answer(seen)

    def explain(self, answer: str) -> str:
        return f'Going through "{self.word[:40]}" and looking for "{self.letter}", I get: {answer}.'

    def second_look(self) -> str | None:
        return self._answer(self._positions()) if len(self.word) < 12 else None

    def solver(self) -> str:
        return fill(SOLVER, **self._values())

    def test(self, claim: str) -> str | Declined:
        return fill(TEST, CLAIM=claim, **self._values())

    def _values(self) -> dict[str, str | int]:
        return {
            "WORD": self.word,
            "LETTER": self.letter,
            "WITH_POSITIONS": int(self.with_positions),
            "SAME_CASE": int(self.same_case),
        }

    def _positions(self) -> list[int]:
        word, letter = (
            (self.word, self.letter) if self.same_case else (self.word.lower(), self.letter.lower())
        )
        return [i for i, character in enumerate(word, start=1) if character == letter]

    def _answer(self, positions: list[int]) -> str:
        if self.with_positions:
            return f"Count: {len(positions)}, Positions: {positions}"
        return str(len(positions))


def recognise(question: str) -> Recognised:
    """Read which letter is counted in which word (quoted, or a single bare word)."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(question):
            parts = match.groupdict()
            letter = parts["quoted"] or parts["plain"]
            word = parts["single"] or parts["double"] or parts["curly"] or parts["bare"]
            if len(word) > MAX_WORD_CHARS:
                return Declined(
                    f"That text has {len(word):,} characters; I count in up to {MAX_WORD_CHARS:,}."
                )
            if any(len(text.lower()) != len(text) for text in (word, letter)):
                return Declined("That word has characters that change their length in lower case.")
            asks_positions = bool(_POSITIONS.search(question.replace(word, "")))
            return Letters(word, letter, asks_positions, bool(_EXACT_CASE.search(question)))
    return None

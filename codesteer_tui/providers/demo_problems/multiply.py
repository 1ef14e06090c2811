"""Exact multiplication of signed integers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod
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

MAX_FACTORS = 12
MAX_FACTOR_DIGITS = 60
_INTEGER = r"[-−+]?\s?\(?-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\)?"
_SIGN = r"\s*(?:\*|×|·|⋅|\\times|\bx\b|(?<=\d)x(?=[\d-])|\btimes\b|\bmultiplied by\b)\s*"
_LEAD = (
    r"(?:(?:please|can you|could you|what(?:'s| is| does)|how much is|tell me|find|give|compute|calculate"
    r"|evaluate|work out|solve|multiply(?: out)?|the|exact|exactly|value|result|product|answer|of|equals?"
    r"|question|problem)\b[\s:]*)*"
)
_TAIL = r"\s*(?:equals?|exactly|be|=)?\s*\??"
_CHAIN = phrase(rf"{_LEAD}({_INTEGER}(?:{_SIGN}{_INTEGER})+){_TAIL}")
_SPLIT_CHAIN = phrase(_SIGN)
_AND = r"(?:\s*,\s+(?:and\s+)?|\s+and\s+|\s+by\s+|\s+with\s+)"
_WORDED = phrase(rf"{_LEAD}(?:multiply|product of)\s+({_INTEGER}(?:{_AND}{_INTEGER})+){_TAIL}")
_SPLIT_WORDED = phrase(_AND)
_SENTENCE_END = re.compile(r"(?<=[?!])\s+|\.\s+|\.$|\n+")

SOLVER = r'''from math import prod

FACTORS = @FACTORS@


def long_multiplication(a, b):
    """The product of two positive integers, digit by digit, as on paper."""
    columns = [0] * (len(str(a)) + len(str(b)))
    for i, x in enumerate(reversed(str(a))):
        for j, y in enumerate(reversed(str(b))):
            columns[i + j] += int(x) * int(y)
    for i in range(len(columns) - 1):
        columns[i + 1] += columns[i] // 10
        columns[i] %= 10
    return int("".join(map(str, reversed(columns))))


size = 1
negative = False
for factor in FACTORS:
    size = long_multiplication(size, abs(factor))
    if factor < 0:
        negative = not negative
result = -size if negative else size
if result != prod(FACTORS):
    raise ArithmeticError("the two ways to multiply disagree")
print(f"<<<{result}>>>")
'''

TEST = (
    r'''import re

FACTORS = @FACTORS@
CLAIM = @CLAIM@


def by_doubling(a, b):
    """The product of two integers by doubling and adding."""
    total, negative = 0, (a < 0) != (b < 0)
    a, b = abs(a), abs(b)
    while b:
        if b & 1:
            total += a
        a, b = a + a, b >> 1
    return -total if negative else total


def problem_with(claim):
    text = claim.split("=")[-1].replace("\u2212", "-")
    text = re.sub(r"(?<=[0-9])[,_ ](?=[0-9]{3})", "", text).strip().strip(".$")
    if not re.fullmatch(r"[-+]?[0-9]{1,2000}", text):
        return "the answer is not a whole number"
    number = int(text)
    for modulus in (9, 11, 97, 101):
        remainder = 1
        for factor in FACTORS:
            remainder = remainder * factor % modulus
        if number % modulus != remainder:
            return f"the remainder modulo {modulus} is {number % modulus}, it must be {remainder}"
    exact = 1
    for factor in FACTORS:
        exact = by_doubling(exact, factor)
    if (number < 0) != (exact < 0):
        return "the sign is wrong"
    return "" if number == exact else "the digits are not those of the product"
'''
    + VERDICT
)


@dataclass(frozen=True)
class Multiply(DemoProblem):
    """Factors whose product is asked for."""

    factors: tuple[int, ...]

    family = "exact multiplication"
    approach = "It multiplies digit by digit and compares with Python's exact integers."

    def guess(self, rng: Random) -> str:
        product = prod(self.factors)
        digits = list(str(abs(product)))
        if len(digits) > 4:
            # First and last digits of big products are easy to get right; the middle is not.
            for place in rng.sample(range(2, len(digits) - 1), k=min(2, len(digits) - 3)):
                digits[place] = str((int(digits[place]) + rng.randrange(1, 10)) % 10)
        return ("-" if product < 0 else "") + "".join(digits)

    def explain(self, answer: str) -> str:
        written = " × ".join(f"({f})" if f < 0 else str(f) for f in self.factors)
        return f"Multiplying step by step, {written} = {answer}."

    def solver(self) -> str:
        return fill(SOLVER, FACTORS=self.factors)

    def test(self, claim: str) -> str | Declined:
        return fill(TEST, FACTORS=self.factors, CLAIM=claim)


def recognise(question: str) -> Recognised:
    """Read a product of integers; sentences that only say how to answer may stand around it."""
    for sentence in reversed([one_line(part) for part in _SENTENCE_END.split(question) if part.strip()]):
        for pattern, splitter in ((_CHAIN, _SPLIT_CHAIN), (_WORDED, _SPLIT_WORDED)):
            match = pattern.fullmatch(sentence)
            if match:
                return _factors([_integer(text) for text in splitter.split(match.group(1))])
    return None


def _factors(texts: list[str]) -> Recognised:
    if len(texts) > MAX_FACTORS or any(len(text) > MAX_FACTOR_DIGITS for text in texts):
        return Declined(
            f"I multiply up to {MAX_FACTORS} factors of up to {MAX_FACTOR_DIGITS} digits; that is more."
        )
    return Multiply(tuple(int(text) for text in texts))


def _integer(text: str) -> str:
    return re.sub(r"[,()\s+]", "", text).replace("−", "-").replace("--", "")

"""Combinatorial calculation: put operations between numbers whose order is fixed, to reach the target."""

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
    integers,
    one_line,
    phrase,
    says_none,
)
from codesteer_tui.providers.demo_problems.expressions import EXPRESSION, near_miss

MAX_NUMBERS = 24
MAX_EXHAUSTIVE = 6
_LIST = r"(?P<numbers>-?[0-9]{1,9}(?:\s*,\s*(?:and\s+)?[0-9]{1,9}|\s+and\s+[0-9]{1,9}|\s+[0-9]{1,9})*)"
_STORED = phrase(
    rf"input numbers are:?\s*{_LIST}\s*,?\s*the target values? (?:is|are):?\s*(?P<target>-?[0-9]{{1,9}})"
)
_FREE = phrase(
    rf"\b(?:numbers?|digits?|use|using|between|take)\b[^0-9]{{0,60}}?{_LIST}[^0-9]{{0,160}}?"
    r"\b(?:make|obtain|get|reach|equals?|target|is)\b[^0-9]{0,30}?(?P<target>-?[0-9]{1,9})\b"
)
_ORDERED = re.compile(
    r"in (?:this|that|the given|the same|their) order|(?:keep|without changing|cannot change|fixed).{0,20}order",
    re.IGNORECASE,
)

SOLVER = r"""from fractions import Fraction

NUMBERS = @NUMBERS@
TARGET = Fraction(@TARGET@)

# Every value of every stretch of the numbers, with one list of tokens for each, shortest stretches first.
reachable = {}
for length in range(1, len(NUMBERS) + 1):
    for start in range(len(NUMBERS) - length + 1):
        found = {}
        if length == 1:
            found[Fraction(NUMBERS[start])] = [str(NUMBERS[start])]
        for cut in range(1, length):
            for a, x in reachable[start, cut].items():
                for b, y in reachable[start + cut, length - cut].items():
                    results = {"+": a + b, "-": a - b, "*": a * b}
                    if b != 0:
                        results["/"] = a / b
                    for sign, value in results.items():
                        if value not in found and (length < len(NUMBERS) or value == TARGET):
                            found[value] = ["(", *x, sign, *y, ")"]
        reachable[start, length] = found

tokens = reachable[0, len(NUMBERS)].get(TARGET)
if tokens is None:
    print("No solution: every way to place operations and parentheses was tried.")
    print("<<<no solution>>>")
else:
    if len(NUMBERS) > 1:
        tokens = tokens[1:-1]
    print("<<<[" + ", ".join(tokens) + "]>>>")
"""

SOLVER_OF_SUMS = r"""NUMBERS = @NUMBERS@
TARGET = @TARGET@
BOUND = 2 * abs(TARGET) + 200

# Too many numbers for every expression: search the sums and differences of products of neighbours.
# steps[i] maps a value of the first i numbers to (values before, sign, how many numbers the product has).
steps = [{0: None}] + [{} for _ in NUMBERS]
for start in range(len(NUMBERS)):
    for value in steps[start]:
        product = 1
        for size in range(1, min(4, len(NUMBERS) - start) + 1):
            product *= NUMBERS[start + size - 1]
            for sign in (1, -1) if start else (1,):
                total = value + sign * product
                if abs(total) <= BOUND and total not in steps[start + size]:
                    steps[start + size][total] = (value, sign, size)

if TARGET not in steps[-1]:
    print("I found no solution among sums of products; there may be one with parentheses.")
else:
    tokens, end, value = [], len(NUMBERS), TARGET
    while end:
        before, sign, size = steps[end][value]
        term = " * ".join(map(str, NUMBERS[end - size : end])).split()
        tokens = (["+" if sign > 0 else "-"] if end > size else []) + term + tokens
        end, value = end - size, before
    print("<<<[" + ", ".join(tokens) + "]>>>")
"""

TEST = (
    """import ast
import operator
import re
from fractions import Fraction

NUMBERS = @NUMBERS@
TARGET = @TARGET@
CLAIM = @CLAIM@
"""
    + EXPRESSION
    + r'''

def joined(claim):
    """The expression of a list of tokens such as [1, +, 3], or "" where numbers stand side by side."""
    text = claim.strip()
    if text.startswith("[") and text.endswith("]"):
        text = re.sub(r"""[,'"]""", " ", text[1:-1])
    text = plain(text)
    return "" if re.search(r"[0-9]\s+[0-9]|[*/]\s*[*/]", text) else text


def problem_with(claim):
    text = joined(claim)
    if not text:
        return "two numbers or two signs stand side by side"
    expression, *results = text.split("=")
    result, used, problem = evaluate(expression)
    if problem:
        return problem
    for stated in results:
        if evaluate(stated)[0] != TARGET:
            return f"it states a result other than {TARGET}"
    if used != NUMBERS:
        return "the numbers are not the given ones in the given order"
    if result != TARGET:
        return f"the expression is {result}, not {TARGET}"
    return ""
'''
    + VERDICT
)

TEST_NONE = r'''from fractions import Fraction
from itertools import product

NUMBERS = @NUMBERS@
TARGET = Fraction(@TARGET@)


def possible(values):
    """Whether joining neighbours, one pair at a time, can end in the target."""
    if len(values) == 1:
        return values[0] == TARGET
    if values in seen:
        return False
    seen.add(values)
    for i in range(len(values) - 1):
        a, b = values[i], values[i + 1]
        results = [a + b, a - b, a * b] + ([a / b] if b != 0 else [])
        if any(possible((*values[:i], result, *values[i + 2 :])) for result in results):
            return True
    return False


seen = set()
if possible(tuple(Fraction(n) for n in NUMBERS)):
    print(f"VERDICT: FAIL: the numbers can make {TARGET}")
else:
    print("VERDICT: PASS")
'''
"""Joins neighbours one pair at a time: another method than the solver's."""


@dataclass(frozen=True)
class Ordered(DemoProblem):
    """Numbers in their fixed order, and the target."""

    numbers: tuple[int, ...]
    target: int

    family = "combinatorial calculation"
    approach = "It works out, stretch by stretch, every value that the numbers can make in this order."

    def guess(self, rng: Random) -> str:
        text = near_miss(list(self.numbers), self.target, rng, shuffle=False)
        return "[" + ", ".join(re.findall(r"[0-9]+|[-+*/()]", text)) + "]"

    def explain(self, answer: str) -> str:
        return f"I put signs between the numbers until it comes out as {self.target}: {answer}."

    def solver(self) -> str:
        template = SOLVER if len(self.numbers) <= MAX_EXHAUSTIVE else SOLVER_OF_SUMS
        return fill(template, NUMBERS=self.numbers, TARGET=self.target)

    def test(self, claim: str) -> str | Declined:
        if not says_none(claim):
            return fill(TEST, NUMBERS=self.numbers, TARGET=self.target, CLAIM=claim)
        if len(self.numbers) > MAX_EXHAUSTIVE:
            return Declined(f"Beyond {MAX_EXHAUSTIVE} numbers I cannot test that there is no solution.")
        return fill(TEST_NONE, NUMBERS=self.numbers, TARGET=self.target)


def recognise(question: str) -> Recognised:
    """Read the numbers in their order and the target."""
    text = one_line(question)
    stored = list(_STORED.finditer(text))
    match = stored[-1] if stored else _FREE.search(text) if _ORDERED.search(text) else None
    if match is None or "-" in match["numbers"]:
        return None
    numbers, target = integers(match["numbers"]), int(match["target"])
    if not 1 <= len(numbers) <= MAX_NUMBERS or max(*numbers, abs(target)) > 10_000:
        return Declined(f"I calculate with up to {MAX_NUMBERS} numbers of up to 10,000.")
    return Ordered(tuple(numbers), target)

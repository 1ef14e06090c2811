"""Game of 24: use every number once, with + - * / and parentheses, to reach the target."""

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

MAX_NUMBERS = 6
_MAX_NUMBER = 10**9
_BETWEEN = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*;\s*|\s+)"
_LIST = rf"(?<![\d.*/^+-])((?:[0-9]{{1,12}}{_BETWEEN})*[0-9]{{1,12}})(?![\d*/^]|\.\d)"
_VERB = r"(?:make|makes|making|obtain|get|gets|reach|form|give|gives|equals?|total|produce|=)"
_WORDED = phrase(
    rf"\b(?:use|using|combine|combining|take|with|from|numbers?|of|are|given)\b[^\d]{{0,60}}?{_LIST}"
    rf"[^\d]{{0,120}}?{_VERB}\s(?:[^\d]{{0,24}}\s)?(?P<target>[0-9]{{1,12}})(?![\d]|\.\d)",
)
_TARGET_FIRST = phrase(
    rf"\b{_VERB}\s+(?:the (?:number|value|result|target) |exactly |a )?(?P<target>[0-9]{{1,12}})\s+"
    rf"(?:out of|from|with|using|by using|by combining|use)\b[^\d]{{0,60}}?{_LIST}",
)
_NAMED = re.compile(rf"\b(?:game of 24|24[- ]game|24 puzzle)\b[^\d]{{0,60}}{_LIST}", re.IGNORECASE)
_STORED_TARGET = re.compile(r"to (?:obtain|reach|get|make) ([0-9]{1,12})\b", re.IGNORECASE)
_STORED_INPUT = re.compile(r"Input:\s*([0-9][0-9 ,]*?)\s*,?\s*Answer", re.IGNORECASE)
_FORMAT = re.compile(r"<<<.{0,200}?>>>|(?:for example|e\.g\.|for instance|such as).{0,200}", re.IGNORECASE)
_ORDERED = re.compile(
    r"order .{0,40}(?:cannot|not|fixed|given)|in (?:this|that|the given) order", re.IGNORECASE
)

SOLVER = r'''from fractions import Fraction
from functools import lru_cache
from itertools import combinations

NUMBERS = @NUMBERS@
TARGET = Fraction(@TARGET@)


def splits(chosen):
    """Every way to part the chosen numbers in two, the smaller part first."""
    for size in range(1, len(chosen) // 2 + 1):
        for left in combinations(chosen, size):
            yield left, tuple(i for i in chosen if i not in left)


@lru_cache(maxsize=None)
def reachable(chosen):
    """Every exact value that the chosen numbers can make, with one expression for each."""
    if len(chosen) == 1:
        number = NUMBERS[chosen[0]]
        return {Fraction(number): str(number)}
    found = {}
    for left, right in splits(chosen):
        for a, x in reachable(left).items():
            for b, y in reachable(right).items():
                found.setdefault(a + b, f"({x}+{y})")
                found.setdefault(a - b, f"({x}-{y})")
                found.setdefault(b - a, f"({y}-{x})")
                found.setdefault(a * b, f"({x}*{y})")
                if b != 0:
                    found.setdefault(a / b, f"({x}/{y})")
                if a != 0:
                    found.setdefault(b / a, f"({y}/{x})")
    return found


def partners(a, target):
    """(b, form) for every b and operation with which a reaches the target."""
    yield target - a, "({x}+{y})"
    yield a - target, "({x}-{y})"
    yield target + a, "({y}-{x})"
    if a != 0:
        yield target / a, "({x}*{y})"
        yield target * a, "({y}/{x})"
        if target != 0:
            yield a / target, "({x}/{y})"


@lru_cache(maxsize=None)
def solve(chosen, target):
    """An expression that uses all chosen numbers and has exactly this value, or None."""
    if len(chosen) <= 4:
        return reachable(chosen).get(target)
    for left, right in splits(chosen):
        for a, x in reachable(left).items():
            if a == target == 0:
                return f"({x}*({'+'.join(str(NUMBERS[i]) for i in right)}))"
            for b, form in partners(a, target):
                y = solve(right, b)
                if y is not None:
                    return form.format(x=x, y=y)
    return None


answer = solve(tuple(range(len(NUMBERS))), TARGET)
if answer is None:
    print("No solution: every way to combine the numbers was tried.")
    print("<<<no solution>>>")
else:
    if len(NUMBERS) > 1:
        answer = answer[1:-1]
    print(f"<<<{answer}>>>")
'''

TEST = (
    """import ast
import operator
from collections import Counter
from fractions import Fraction

NUMBERS = @NUMBERS@
TARGET = @TARGET@
CLAIM = @CLAIM@
"""
    + EXPRESSION
    + r"""

def problem_with(claim):
    expression, *results = plain(claim).split("=")
    result, used, problem = evaluate(expression)
    if problem:
        return problem
    for stated in results:
        if evaluate(stated)[0] != TARGET:
            return f"it states a result other than {TARGET}"
    missing = Counter(NUMBERS) - Counter(used)
    extra = Counter(used) - Counter(NUMBERS)
    if missing:
        return "numbers not used: " + ", ".join(map(str, sorted(missing.elements())))
    if extra:
        return "numbers used that were not given: " + ", ".join(map(str, sorted(extra.elements())))
    if result != TARGET:
        return f"the expression is {result}, not {TARGET}"
    return ""
"""
    + VERDICT
)

TEST_NONE = r'''from fractions import Fraction
from itertools import permutations

NUMBERS = @NUMBERS@
TARGET = Fraction(@TARGET@)
LIMIT = 30000

seen = set()


def possible(values):
    """Whether combining two of the values at a time can end in the target."""
    if values in seen:
        return False
    seen.add(values)
    if len(seen) > LIMIT:
        raise OverflowError
    if len(values) == 1:
        return values[0] == TARGET
    for i, j in permutations(range(len(values)), 2):
        a, b = values[i], values[j]
        rest = [values[k] for k in range(len(values)) if k not in (i, j)]
        results = [a - b] if i > j else [a + b, a - b, a * b]
        if b != 0:
            results.append(a / b)
        for result in results:
            if possible(tuple(sorted([*rest, result]))):
                return True
    return False


try:
    if possible(tuple(sorted(Fraction(n) for n in NUMBERS))):
        print(f"VERDICT: FAIL: the numbers can make {TARGET}")
    else:
        print("VERDICT: PASS")
except OverflowError:
    print("Gave up: too many combinations to show that there is no solution.")
'''
"""Reduces two numbers to one at a time: another method than the solver's."""


@dataclass(frozen=True)
class Game24(DemoProblem):
    """Numbers and the target they should make."""

    numbers: tuple[int, ...]
    target: int

    family = "Game of 24"
    approach = (
        "It tries every way to combine the numbers, with exact fractions, until one reaches the target."
    )

    def guess(self, rng: Random) -> str:
        text = near_miss(list(self.numbers), self.target, rng, shuffle=True)
        return text[1:-1] if text.startswith("(") and len(self.numbers) > 1 else text

    def explain(self, answer: str) -> str:
        return f"I look for a combination of {self._listed()} that gives {self.target}. I find {answer}."

    def solver(self) -> str:
        return fill(SOLVER, NUMBERS=self.numbers, TARGET=self.target)

    def test(self, claim: str) -> str | Declined:
        if says_none(claim):
            return fill(TEST_NONE, NUMBERS=self.numbers, TARGET=self.target)
        return fill(TEST, NUMBERS=self.numbers, TARGET=self.target, CLAIM=claim)

    def _listed(self) -> str:
        return ", ".join(map(str, self.numbers))


def recognise(question: str) -> Recognised:
    """Read a Game of 24, in free wording or as SymBench asks it (the last input counts)."""
    text = one_line(question)
    if _ORDERED.search(text):
        return None
    found = _numbers_and_target(text)
    if found is None:
        return None
    numbers, target = found
    if len(numbers) > MAX_NUMBERS:
        return Declined(
            f"That game has {len(numbers)} numbers; my search is complete for up to {MAX_NUMBERS}, "
            "and would take too long beyond."
        )
    if max(*numbers, target) > _MAX_NUMBER:
        return Declined("The numbers of that game are too big for me.")
    return Game24(tuple(numbers), target)


def _numbers_and_target(text: str) -> tuple[list[int], int] | None:
    inputs, targets = _STORED_INPUT.findall(text), _STORED_TARGET.findall(text)
    if inputs and targets and "operations" in text:
        return integers(inputs[-1]), int(targets[0])
    for pattern in (_TARGET_FIRST, _WORDED):
        for match in pattern.finditer(text):
            numbers = integers(match.group(1) if pattern is _WORDED else match.group(2))
            target = int(match.group("target"))
            rest = text[: match.start()] + " " + text[match.end() :]
            if (len(numbers) > 1 or "number" in text.lower()) and not _more_to_it(rest, numbers, target):
                return numbers, target
    named = _NAMED.search(text)
    return (integers(named.group(1)), 24) if named else None


def _more_to_it(rest: str, numbers: list[int], target: int) -> bool:
    """Whether what stands around a game holds other numbers: then it is a part of some other problem.

    How many numbers there are, once more the target, and "1 time" belong to the game; a format does too.
    """
    plain = _FORMAT.sub("", rest)
    return any(number not in (len(numbers), target, 1) for number in integers(plain))

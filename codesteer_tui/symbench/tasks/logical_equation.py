"""logical_equation: find the value of each letter from equations and inequalities between two of them.

Rules: `symbench` specification 4.2. The published sets have 9 to 15 letters, as many given values, and 7 to 14
conditions, which most often leave several solutions; whether two letters may share a value they do not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, choice, integer, shuffled
from codesteer_tui.symbench.reading.answer import (
    MOST_BROKEN,
    Broken,
    Look,
    Misfit,
    Unreadable,
    look,
    shorten,
    there_are,
)
from codesteer_tui.symbench.reading.lists import integers
from codesteer_tui.symbench.reading.numbers import plain
from codesteer_tui.symbench.solvers.logical_equation import Condition, conditions_of, solve
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_INEQUALITIES = 0.05
_MAX_DRAWS = 5_000
_BULLET = re.compile(r"^\s{0,9}[-*•]\s+(?=[A-Z]\s{0,9}[=:])", re.MULTILINE)
_NAMED = re.compile(r"(?P<letter>[A-Z])\s*[=:]\s*(?P<value>-?[0-9]{1,9})(?:[\s,;.]+|$)")


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The system. More letters, more values to choose from and fewer conditions a letter are harder.

    `letters`: how many there are, and as many values are given. `conditions`: how many hold between them.
    `max_value`: the largest value. `distinct`: no two letters have the same value, and the question says so.
    """

    letters: Annotated[int, Meta(ge=3, le=20)] = 11
    conditions: Annotated[int, Meta(ge=1, le=60)] = 11
    max_value: Annotated[int, Meta(ge=20, le=1_000)] = 150
    distinct: bool = True

    def __post_init__(self) -> None:
        """Refuse more conditions than can be different."""
        if self.conditions > self.letters * (self.letters - 1):
            raise ValueError(
                f"there are no {self.conditions} different conditions between {self.letters} letters"
            )


class Parameters(Struct, frozen=True):
    """What is checked: how many letters, the values to choose from, and the conditions, as in ``A = 1.5B``."""

    num_letters: Annotated[int, Meta(ge=1, le=26)]
    values: Annotated[list[Annotated[int, Meta(ge=-(10**9), le=10**9)]], Meta(min_length=1, max_length=200)]
    constraints: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=500)]
    distinct: bool | None = None


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `repeats`: letters may share a value where the question does not say that they may not. `named`: the values may
    also be given as in ``A = 3, B = 5``.
    """

    repeats: bool = True
    named: bool = True


class LogicalEquation:
    """Find values that satisfy a system."""

    id = "logical_equation"
    title = "Logical equations"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw values and a solution, and different conditions that hold in it."""
        values = _values(rng, difficulty)
        solution = shuffled(rng, values) if difficulty.distinct else [choice(rng, values) for _ in values]
        conditions = _conditions(rng, solution, difficulty.conditions)
        return Problem(
            question=_question(values, conditions, difficulty.distinct),
            task=self.id,
            parameters={
                "num_letters": len(values),
                "values": values,
                "constraints": conditions,
                "distinct": difficulty.distinct,
            },
            gold=f"<<<{solution}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any values from the list, one a letter, with which every condition holds exactly."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge values. They are read in the order of the letters.

        `where` are letters at fault, or the place, from 0, of a condition that does not hold.
        """
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        conditions = conditions_of(parameters.constraints, _LETTERS[: parameters.num_letters])
        if isinstance(conditions, Unreadable):
            reason = f"The problem's parameters cannot be used: {conditions.reason}."
            return Look(Verdict("could_not_check", reason))
        choices = policy or Choices()
        read = partial(_listed, count=parameters.num_letters, policy=choices)
        rules = partial(_broken_rules, parameters, conditions, choices)
        return look(answer, read, rules, "Every condition holds.", most=most)

    def solve(self, problem: Problem) -> str | None:
        """Search with the most restricted letter first; with different values if the question leaves that open."""
        parameters = parameters_for(problem, Parameters)
        conditions = conditions_of(parameters.constraints, _LETTERS[: parameters.num_letters])
        if isinstance(conditions, Unreadable):
            raise ProblemError(
                f"The conditions cannot be read: {conditions.reason}.", "Generate the problem."
            )
        letters = _LETTERS[: parameters.num_letters]
        found = None
        if parameters.distinct is not False:
            found = solve(letters, parameters.values, conditions, distinct=True)
        if not found and not parameters.distinct:
            found = solve(letters, parameters.values, conditions, distinct=False)
        return f"<<<{found}>>>" if found else None


def _broken_rules(
    parameters: Parameters, conditions: list[Condition], policy: Choices, values: list[int]
) -> Iterator[Broken]:
    if len(values) != parameters.num_letters:
        yield Broken(f"{there_are(len(values), 'values')}, not {parameters.num_letters}.", misfit=True)
        return
    of = dict(zip(_LETTERS, values, strict=False))
    for letter, value in of.items():
        if value not in parameters.values:
            yield Broken(f"{letter} is {value}, which is none of the given values.", (letter,))
    for at, condition in enumerate(conditions):
        first, second = condition.first, condition.second
        if not _holds(condition, of[first], of[second]):
            where = f"{first} is {of[first]}, {second} is {of[second]}"
            yield Broken(f"{condition.text} does not hold: {where}.", (at,))
    if parameters.distinct or (parameters.distinct is None and not policy.repeats):
        for letter, value in of.items():
            if values.count(value) > parameters.values.count(value) > 0:
                other = next(name for name, its in of.items() if its == value and name != letter)
                yield Broken(f"{letter} and {other} are both {value}.", (letter, other))


def _listed(text: str, count: int, policy: Choices) -> list[int] | Unreadable:
    line = plain(_BULLET.sub("", text)).strip().strip("[](){}").replace('"', "").replace("`", "").strip()
    if not policy.named or not _NAMED.match(line):
        return integers(text)
    named: dict[str, int] = {}
    at = 0
    while at < len(line):
        match = _NAMED.match(line, at)
        if match is None or match["letter"] in named:
            return Unreadable(f'"{shorten(line[at:])}" is not one value for one letter')
        named[match["letter"]] = int(match["value"])
        at = match.end()
    if sorted(named) != list(_LETTERS[:count]):
        return Misfit("Not every letter has its value")
    return [named[letter] for letter in sorted(named)]


def _holds(condition: Condition, first: int, second: int) -> bool:
    if condition.sign == "*":
        return 10 * first == condition.number * second
    if condition.sign == "+":
        return first + second == condition.number
    if condition.sign == "-":
        return first - second == condition.number
    if condition.sign == "=":
        return first == second
    return first > second if condition.sign == ">" else first < second


def _question(values: list[int], conditions: list[str], distinct: bool) -> str:
    letters = ", ".join(_LETTERS[: len(values)])
    lines = "\n".join(f"{at}. {text}" for at, text in enumerate(conditions, 1))
    shared = "no two letters have the same value" if distinct else "several letters may have the same value"
    return (
        f"Each of the {len(values)} letters {letters} stands for one of these values, and {shared}:\n"
        f"{', '.join(map(str, values))}\n"
        f"All of this holds (1.5B, say, means 1.5 times B):\n{lines}\n"
        "Find a value for each letter; if there are several solutions, any of them is right.\n"
        "Give the values in the alphabetical order of their letters as your final answer in the form <<<[list of "
        "integers]>>>. For example, <<<[4000, 2000, 3000]>>> says that A is 4000, B is 2000 and C is 3000."
    )


def _values(rng: Random, difficulty: Knobs) -> list[int]:
    """Draw different values, about half of them such multiples of others that a condition can say so."""
    values = [integer(rng, 1, max(2, difficulty.max_value // 4))]
    for _ in range(_MAX_DRAWS):
        if len(values) == difficulty.letters:
            break
        tenths = choice(rng, values) * integer(rng, 11, 49)
        value = (
            tenths // 10 if tenths % 10 == 0 and chance(rng, 0.9) else integer(rng, 1, difficulty.max_value)
        )
        if value <= difficulty.max_value and value not in values:
            values.append(value)
    missing = [value for value in range(1, difficulty.letters + 1) if value not in values]
    values += missing[: difficulty.letters - len(values)]
    return sorted(values)


def _conditions(rng: Random, solution: list[int], count: int) -> list[str]:
    """Draw different conditions that hold: equations of each kind that there is alike, and a few inequalities."""
    kinds: dict[str, list[str]] = {"=": [], "*": [], "+": [], "-": [], ">": []}
    for first in range(len(solution)):
        for second in range(first + 1, len(solution)):
            one, other = (second, first) if chance(rng, 0.5) else (first, second)
            large, small = (first, second) if solution[first] >= solution[second] else (second, first)
            a, b = _LETTERS[one], _LETTERS[other]
            kinds["+"].append(f"{a} + {b} = {solution[one] + solution[other]}")
            kinds["-"].append(f"{a} - {b} = {solution[one] - solution[other]}")
            tenths, odd = divmod(10 * solution[large], solution[small])
            if not odd and 11 <= tenths <= 49:
                kinds["*"].append(f"{_LETTERS[large]} = {tenths // 10}.{tenths % 10}{_LETTERS[small]}")
            if solution[large] > solution[small]:
                kinds[">"].append(f"{_LETTERS[large]} > {_LETTERS[small]}")
            else:
                kinds["="].append(f"{a} = {b}")
    drawn: list[str] = []
    while len(drawn) < count:
        equations = [kind for kind in ("=", "*", "+", "-") if kinds[kind]]
        inequality = kinds[">"] and (not equations or chance(rng, _INEQUALITIES))
        left = kinds[">" if inequality else choice(rng, equations)]
        drawn.append(left.pop(integer(rng, 0, len(left) - 1)))
    return drawn


TASK = LogicalEquation()

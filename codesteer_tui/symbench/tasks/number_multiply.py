"""number_multiply: the exact product of signed integers.

Rules: `symbench` specification 4.29. The published set multiplies three or four factors of one to four
digits, and two factors of four to twenty digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import prod
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, integer
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.numbers import integer as read_integer
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Digits = Annotated[int, Meta(ge=1, le=40)]


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The factors. More of them and longer ones are harder.

    `digits`: the number of digits of each factor. `negative`: how likely a factor is negative.
    """

    digits: Annotated[tuple[Digits, ...], Meta(min_length=2, max_length=8)] = (1, 2, 4)
    negative: Annotated[float, Meta(ge=0, le=1)] = 0.5


class Parameters(Struct, frozen=True):
    """What is checked: the factors."""

    values: Annotated[list[int], Meta(min_length=1, max_length=100)]


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `equations`: of "3 * 4 = 12" the right-hand side is the answer."""

    equations: bool = True


class NumberMultiply:
    """Multiply integers exactly."""

    id = "number_multiply"
    title = "Multiplication"
    category: Category = "arithmetic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw factors with the wanted numbers of digits, none of them 0, 1 or -1."""
        values = [_factor(rng, digits, difficulty.negative) for digits in difficulty.digits]
        return Problem(
            question=_question(values),
            task=self.id,
            parameters={"values": values},
            gold=f"<<<{solve(values)}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the exact product, with or without thousands separators."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a product. It is read as a number; `where` are its wrong digits, from 0 at the left, or "sign"."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        read = partial(_read, policy or Choices())
        rules = partial(_broken_rules, prod(parameters.values))
        return look(answer, read, rules, "It is the exact product.", lists=False, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Multiply digit by digit."""
        return f"<<<{solve(parameters_for(problem, Parameters).values)}>>>"


def _read(policy: Choices, text: str) -> int | Unreadable:
    return read_integer(text.rpartition("=")[2] if policy.equations else text)


def _broken_rules(product: int, value: int) -> Iterator[Broken]:
    if value == product:
        return
    if value == -product:
        yield Broken("The sign is wrong.", ("sign",))
        return
    given, right = str(abs(value)), str(abs(product))
    if len(given) != len(right):
        yield Broken(f"It has {len(given)} digits, the product has {len(right)}.")
        return
    wrong = tuple(at for at in range(len(right)) if given[at] != right[at])
    where = f"Digit {wrong[0] + 1} from the left is wrong"
    yield Broken(f"It is not the product {shorten(str(product))}: {where}.", wrong)


def _question(values: list[int]) -> str:
    shown = " * ".join(f"({value})" if value < 0 else str(value) for value in values)
    return (
        f"Compute the exact product {shown}.\n"
        "Give all of its digits as your final answer in the form <<<integer>>>, for example <<<-1234>>>."
    )


def _factor(rng: Random, digits: int, negative: float) -> int:
    size = integer(rng, 2 if digits == 1 else 10 ** (digits - 1), 10**digits - 1)
    return -size if chance(rng, negative) else size


def solve(values: list[int]) -> int:
    """Multiply digit by digit as on paper: independent of the machine multiplication that `verify` uses."""
    digits = [1]
    for value in values:
        rows = [0] * (len(digits) + len(str(abs(value))) + 1)
        for at, one in enumerate(digits):
            for other_at, other in enumerate(reversed(str(abs(value)))):
                rows[at + other_at] += one * int(other)
        carry = 0
        for at, total in enumerate(rows):
            carry, rows[at] = divmod(total + carry, 10)
        digits = rows
    size = int("".join(map(str, reversed(digits))))
    return -size if sum(value < 0 for value in values) % 2 else size


TASK = NumberMultiply()

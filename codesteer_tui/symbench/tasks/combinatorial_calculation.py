"""combinatorial_calculation: put + - * / and brackets between digits in a fixed order so that they make the target.

Rules: `symbench` specification 4.1. The published set has three to six digits and targets of 10 to 100, with harder
variants of 15 digits for 300 and 20 digits for 500.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated

from msgspec import Meta, Struct, structs

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice, integer
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look
from codesteer_tui.symbench.reading.expression import Expression, expression
from codesteer_tui.symbench.reading.numbers import plain
from codesteer_tui.symbench.solvers.combinatorial_calculation import in_order
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_SURE = (0, 9, 18, 90, 171, 819)
_MOST = 1_000
_TRIES = 6
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}
_PUNCTUATION = str.maketrans(dict.fromkeys(",;\"'`“”‘’", " "))


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """How many `numbers` from 1 to 9, and the `target`: two reach 18, three 90, four 171, five 819; more are harder."""

    numbers: Annotated[int, Meta(ge=2, le=30)] = 5
    target: Annotated[int, Meta(ge=1, le=_MOST)] = 78

    def __post_init__(self) -> None:
        """Refuse targets that so few numbers cannot be sure to reach."""
        if self.target > _sure(self.numbers):
            raise ValueError(
                f"the target {self.target} is out of reach of {self.numbers} numbers from 1 to 9 "
                f"(at most {_sure(self.numbers)})"
            )


class Parameters(Struct, frozen=True):
    """What is checked: the numbers in their order, and what they must make."""

    numbers: Annotated[list[Annotated[int, Meta(ge=0, le=1_000_000)]], Meta(min_length=1, max_length=100)]
    target: int


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `strings`: an expression as in ``7*(4+5)`` is as good as a list of its parts."""

    strings: bool = True


class CombinatorialCalculation:
    """Make a target of digits whose order is fixed."""

    id = "combinatorial_calculation"
    title = "Combinatorial calculation"
    category: Category = "arithmetic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw an expression that makes the target; its numbers are the problem."""
        parts = _parts(_planted(rng, difficulty.numbers, difficulty.target))
        numbers = [int(part) for part in parts if part.isdigit()]
        return Problem(
            question=_question(numbers, difficulty.target),
            task=self.id,
            parameters={"numbers": numbers, "target": difficulty.target},
            gold=_form(parts),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any expression of the numbers in their order whose exact value is the target; "= target" may follow.

        Signs stand between numbers only: a minus in front of a number or bracket is refused.
        """
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge an expression. It is read as one; `where` are numbers, by their place from 0, that are not as given."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        choices = policy or Choices()
        right = f"The value is {parameters.target}, the numbers in their order."
        seen = look(answer, _read, partial(_broken_rules, parameters, choices), right, most=most)
        return structs.replace(seen, value=seen.value and seen.value.parsed)

    def solve(self, problem: Problem) -> str | None:
        """Work out what each stretch of the numbers can make, up to the whole."""
        parameters = parameters_for(problem, Parameters)
        found = in_order(parameters.numbers, parameters.target)
        return _form(re.findall(r"[0-9]+|[-+*/()]", found)) if found else None


class Read(Struct, frozen=True):
    """An equation as it is read: its expression, and what the text says beside it.

    `listed`: it stands in a list. `signed`: a sign stands in front of a number or bracket. `right`: what follows "=".
    """

    parsed: Expression
    listed: bool
    signed: bool
    right: str | None


def _read(text: str) -> Read | Unreadable:
    left, equals, right = text.partition("=")
    line = plain(left.translate(_PUNCTUATION))
    parsed = expression(line)
    if isinstance(parsed, Unreadable):
        return parsed
    signed = "neg" in parsed.postfix or line.count("+") > parsed.postfix.count("+")
    listed = re.fullmatch(r"\s*\[.*\]\s*", left, re.DOTALL) is not None
    return Read(parsed, listed, signed, right if equals else None)


def _broken_rules(parameters: Parameters, policy: Choices, read: Read) -> Iterator[Broken]:
    if not policy.strings and not read.listed:
        yield Broken("It is not a list of numbers and symbols in square brackets.")
    used, given = read.parsed.numbers, parameters.numbers
    if len(used) != len(given):
        yield Broken(f"It has {len(used)} numbers, not {len(given)}.")
        return
    for at, (number, wanted) in enumerate(zip(used, given, strict=True)):
        if number != wanted:
            fixed = f"Number {at + 1} is {number}, not {wanted}: the numbers and their order are fixed."
            yield Broken(fixed, (at,))
    if tuple(given) != used:
        return
    if read.signed:
        yield Broken("A sign stands in front of a number or bracket, not between two.")
    value = read.parsed.value()
    if isinstance(value, Unreadable):
        yield Broken(f"{value.reason}.")
    elif value != parameters.target:
        yield Broken(f"The value is {value}, not {parameters.target}.")
    if read.right is not None and plain(read.right).strip("[] ") != str(parameters.target):
        yield Broken(f"The right-hand side of the equation is not {parameters.target}.")


def _question(numbers: list[int], target: int) -> str:
    return (
        f"Here are {len(numbers)} numbers in a fixed order: {', '.join(map(str, numbers))}\n"
        f"Put the signs + - * / and brackets between them so that the value is exactly {target}. Use every number "
        "once and keep the order. A sign always stands between two operands (no minus in front of a number), and "
        "numbers are not joined to longer ones.\n"
        "Give the list of all numbers and symbols, each an item of its own, as your final answer in the form "
        "<<<[item, item, ...]>>>. For example, the numbers 10, 2, 3 make 24 with <<<[(, 10, -, 2, ), *, 3]>>>."
    )


def _form(parts: list[str]) -> str:
    return f"<<<[{', '.join(parts)}]>>>"


class _Node(Struct, frozen=True):
    """An expression: a sign between two others, or a number (with no sign)."""

    value: int
    sign: str = ""
    sides: tuple[_Node, ...] = ()


def _sure(count: int) -> int:
    """Up to which target this many digits reach everything: 9 * x + r, where two digits fewer make x."""
    return _SURE[count] if count < len(_SURE) else _MOST


def _planted(rng: Random, count: int, value: int) -> _Node:
    """Draw an expression of `count` digits with this value, which is at most `_sure(count)`."""
    if count == 1:
        return _Node(value)
    for _ in range(_TRIES):
        size = integer(rng, 1, count - 1)
        sign = choice(rng, "+++--**/")
        split = _split(rng, sign, value, _sure(size), _sure(count - size))
        if split:
            return _Node(value, sign, (_planted(rng, size, split[0]), _planted(rng, count - size, split[1])))
    if count == 2:
        low, high = max(1, value - 9), min(9, value - 1)
        number = integer(rng, low, high) if low <= high else 9
        sign, other = ("+", value - number) if low <= high else ("-", number - value)
        return _Node(value, sign, (_Node(number), _Node(other)))
    number = min(_sure(count - 2), max(1, (value - 1) // 9))
    rest = value - 9 * number
    product = _Node(9 * number, "*", (_planted(rng, count - 2, number), _Node(9)))
    return _Node(value, "+" if rest > 0 else "-", (product, _Node(abs(rest))))


def _split(rng: Random, sign: str, value: int, left_most: int, right_most: int) -> tuple[int, int] | None:
    """Draw two values from 1 to their bounds between which the sign makes `value`; None if there are none."""
    if sign == "+":
        low, high = max(1, value - right_most), min(left_most, value - 1)
        left = integer(rng, low, high) if low <= high else 0
        return (left, value - left) if left else None
    if sign == "-":
        high = min(right_most, left_most - value)
        right = integer(rng, 1, high) if high >= 1 else 0
        return (value + right, right) if right else None
    if sign == "/":
        high = min(right_most, left_most // value, 12)
        right = integer(rng, 2, high) if high >= 2 else 0
        return (value * right, right) if right else None
    divisors = [number for number in range(1, value + 1) if value % number == 0 and 1 <= number <= left_most]
    fitting = [number for number in divisors if value // number <= right_most and 1 < number < value]
    left = choice(rng, fitting) if fitting else 0
    return (left, value // left) if left else None


def _parts(node: _Node) -> list[str]:
    """Write an expression as its symbols, with those brackets only that it needs."""
    if not node.sign:
        return [str(node.value)]
    left, right = node.sides
    strength = _STRENGTH[node.sign]
    first, second = _parts(left), _parts(right)
    if left.sign and _STRENGTH[left.sign] < strength:
        first = ["(", *first, ")"]
    if right.sign and (
        _STRENGTH[right.sign] < strength or (_STRENGTH[right.sign] == strength and node.sign in "-/")
    ):
        second = ["(", *second, ")"]
    return [*first, node.sign, *second]


TASK = CombinatorialCalculation()

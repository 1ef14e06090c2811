"""game24: make the target from the given numbers with + - * / and brackets, each number exactly once.

Rules: `symbench` specification 4.24. The published set has four numbers and the target 24, with harder
variants of up to 80 numbers and targets up to 122,880. A sign in front of a number or bracket is accepted, as it makes
nothing possible that could not be written without it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import combinations
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, choice, integer
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look
from codesteer_tui.symbench.reading.expression import Expression, expression
from codesteer_tui.symbench.solvers.game24 import reach
from codesteer_tui.symbench.task import Category, NoPolicy, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_SEARCHED_NUMBERS, _SEARCHED_VALUES = 4, 100
_SOLVED_NUMBERS = 6
_DRAWS = 12


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """How many `numbers` up to `max_value`, and a `target` that they can reach; more and larger is harder."""

    numbers: Annotated[int, Meta(ge=2, le=80)] = 4
    target: Annotated[int, Meta(ge=1, le=1_000_000)] = 24
    max_value: Annotated[int, Meta(ge=9, le=20_000)] = 13

    def __post_init__(self) -> None:
        """Refuse targets that the numbers cannot be sure to reach.

        That is sure up to `numbers * max_value`, and up to `max_value` to the power of half the numbers (rounded down).
        """
        most = max(self.numbers * self.max_value, self.max_value ** (self.numbers // 2))
        if self.target > most:
            raise ValueError(
                f"the target {self.target} is out of reach of {self.numbers} numbers up to {self.max_value} "
                f"(at most {most})"
            )


class Parameters(Struct, frozen=True):
    """What is checked: the numbers to use, and what they must make."""

    numbers: Annotated[list[int], Meta(min_length=1, max_length=1_000)]
    target: int


class Game24:
    """Reach the target with every number used exactly once."""

    id = "game24"
    title = "Game of 24"
    category: Category = "arithmetic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = NoPolicy

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw numbers that can make the target; `gold` is one way of making it."""
        numbers, gold = _draw(rng, difficulty)
        return Problem(
            question=_question(numbers, difficulty.target),
            task=self.id,
            parameters={"numbers": numbers, "target": difficulty.target},
            gold=f"<<<{gold}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: NoPolicy | None = None) -> Verdict:
        """Accept any expression of exactly the given numbers whose exact value is the target.

        "= target" may follow. Signs in front of a number or bracket are accepted, as they never make an expression
        possible that could not be written without them.
        """
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: NoPolicy | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge an equation or an expression. It is read as its sides, each an `Expression`.

        `where` are numbers that are missing, or not there as often as they are used.
        """
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        right = f"The value is {parameters.target}, each number used once."
        return look(answer, _read, partial(_broken_rules, parameters), right, lists=False, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Search all expressions of up to six numbers; of more, only those that `solvers.game24.reach` looks for."""
        parameters = parameters_for(problem, Parameters)
        numbers, target = parameters.numbers, parameters.target
        found = None
        if len(numbers) > _SEARCHED_NUMBERS:
            try:
                found = reach(numbers, target)
            except ValueError as error:
                raise ProblemError(
                    f"The solver of game24 cannot take this on: {error}.", "Give it less."
                ) from error
        if not found and len(numbers) <= _SOLVED_NUMBERS:
            found = solve(numbers, target)
        return f"<<<{found}>>>" if found else None


def _read(text: str) -> list[Expression] | Unreadable:
    sides = []
    for side in _tidied(text).split("=", 10):
        read = expression(side)
        if isinstance(read, Unreadable):
            return read
        sides.append(read)
    return sides


def solution_of(sides: list[Expression]) -> Expression:
    """The side of an equation that is meant as the solution: the first with more than one number."""
    return next((side for side in sides if len(side.numbers) > 1), sides[0])


def _broken_rules(parameters: Parameters, sides: list[Expression]) -> Iterator[Broken]:
    """Which rules an equation or expression breaks. What uses other numbers is not computed: it could be huge."""
    solution = solution_of(sides)
    given, used = Counter(parameters.numbers), Counter(solution.numbers)
    if difference := _difference(given, used):
        wrong = f"Not each number is used exactly once: {difference}."
        odd = tuple(sorted({*(given - used), *(used - given)}))
        yield Broken(wrong, odd, misfit=len(solution.numbers) == 1)
        return
    for side in sides:
        if len(side.numbers) > len(parameters.numbers):
            yield Broken("One side of the equation uses more numbers than are given.")
            return
        value = side.value()
        if isinstance(value, Unreadable):
            yield Broken(f"{value.reason}.")
        elif value != parameters.target:
            where = "The value" if side is solution else "Another side of the equation"
            yield Broken(f"{where} is {value}, not {parameters.target}.")


def _tidied(text: str) -> str:
    """Take a tick mark off the end, brackets off a "(= 24)", the ".0" off a value, and "One way:" off the front."""
    line = text.strip().rstrip("✓✔✅ ")
    line = re.sub(r"\(\s{0,9}(=[^()]{1,40})\)$", r"\1", line)
    line = re.sub(r"(=\s{0,9}-?[0-9]{1,30})\.0{1,9}$", r"\1", line)
    return re.sub(r"^one (?:way|solution|possibility)(?: is)?\s{0,4}:\s{0,4}", "", line, flags=re.IGNORECASE)


def _difference(given: Counter[int], used: Counter[int]) -> str:
    missing = [f"{number} is missing" for number in sorted((given - used).elements())]
    extra = [f"{number} is not there or used too often" for number in sorted((used - given).elements())]
    shown = (missing + extra)[:4]
    return ", ".join(shown) + (", …" if len(missing) + len(extra) > len(shown) else "")


def _question(numbers: list[int], target: int) -> str:
    shown = " ".join(map(str, numbers))
    return (
        f"Make {target} from these numbers: {shown}\n"
        "Use each of them exactly once, joined with + - * / and brackets; nothing else is allowed, and the "
        f"value has to be exactly {target}.\n"
        "Give the expression as your final answer in the form <<<expression>>>. For example, 2 3 4 makes 24 "
        "with <<<2 * 3 * 4>>>."
    )


def _draw(rng: Random, difficulty: Knobs) -> tuple[list[int], str]:
    """Draw numbers and a solution: by chance and search where they are few, else from the target back."""
    small = max(difficulty.target, difficulty.max_value) <= _SEARCHED_VALUES
    if small and difficulty.numbers <= _SEARCHED_NUMBERS:
        for _ in range(_DRAWS):
            numbers = sorted(integer(rng, 1, difficulty.max_value) for _ in range(difficulty.numbers))
            if gold := solve(numbers, difficulty.target):
                return numbers, gold
    return _build(rng, difficulty)


def _build(rng: Random, difficulty: Knobs) -> tuple[list[int], str]:
    """Take the target apart, one number at a time, until what is left is itself a number to give.

    Each step replaces the value that is still to be made by a smaller or equal task with one number less:
    `value = rest + number`, `rest - number`, or `rest * number`.
    """
    left, value, most = difficulty.numbers, difficulty.target, difficulty.max_value
    numbers: list[int] = []
    wrap = "{}"
    while left > 1:
        number, sign, value = _step(rng, value, left, most)
        wrap = wrap.format(f"({{}} {sign} {number})")
        numbers.append(number)
        left -= 1
    return sorted([*numbers, value]), wrap.format(value)[1:-1]


def _step(rng: Random, value: int, left: int, most: int) -> tuple[int, str, int]:
    """Choose (number, sign, rest) with `rest sign number == value`, `left - 1` numbers making rest."""
    if value > (left - 1) * most:
        remainder = value % most
        return (remainder, "+", value - remainder) if remainder else (most, "*", value // most)
    divisors = [number for number in range(2, min(most, value) + 1) if value % number == 0][:50]
    if divisors and chance(rng, 0.3):
        number = choice(rng, divisors)
        return number, "*", value // number
    low = max(1, value - (left - 1) * most)
    high = min(most, value - 1)
    if low <= high and (value > most or chance(rng, 0.5)):
        number = integer(rng, max(low, min(high, value - most)), high)
        return number, "+", value - number
    number = integer(rng, 1, max(1, min(most, (left - 1) * most - value)))
    return (number, "-", value + number) if value + number <= (left - 1) * most else (1, "*", value)


def solve(numbers: list[int], target: int) -> str | None:
    """Find one expression by exhaustive search over pairs, or None. Meant for up to six numbers."""
    return _search([(Fraction(number), str(number)) for number in numbers], Fraction(target))


def _search(terms: list[tuple[Fraction, str]], target: Fraction) -> str | None:
    if len(terms) == 1:
        return terms[0][1].removeprefix("(").removesuffix(")") if terms[0][0] == target else None
    seen: set[tuple[Fraction, Fraction]] = set()
    for first, second in combinations(range(len(terms)), 2):
        (a, left), (b, right) = sorted((terms[first], terms[second]), reverse=True)
        if (a, b) in seen:
            continue
        seen.add((a, b))
        rest = [term for at, term in enumerate(terms) if at not in (first, second)]
        made = [
            (a + b, f"({left} + {right})"),
            (a * b, f"({left} * {right})"),
            (a - b, f"({left} - {right})"),
        ]
        made += [(b - a, f"({right} - {left})")]
        made += [(a / b, f"({left} / {right})")] if b else []
        made += [(b / a, f"({right} / {left})")] if a else []
        for term in made:
            if found := _search([*rest, term], target):
                return found
    return None


TASK = Game24()

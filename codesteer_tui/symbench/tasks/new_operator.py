"""new_operator: work out an expression with operators that the question defines.

Rules: `symbench` specification 4.7. The published expressions are of two forms, ``(p#q)#r`` and ``(3#4)@5$6``; the
second leaves open in which order its operators apply. Expressions made here have all the brackets that they need.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from random import Random
from typing import Annotated, Literal

from msgspec import Meta, Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice, integer, sample, shuffled
from codesteer_tui.symbench.reading.answer import Unreadable, judge
from codesteer_tui.symbench.reading.expression import expression
from codesteer_tui.symbench.reading.numbers import number
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_SYMBOLS = "#@$&%~"


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The expression. More operators, applied more often, to larger numbers are harder.

    `operators`: how many are defined, all of them used. `applications`: how often an operator is applied.
    `max_number`: the largest number in the expression. `max_coefficient`: the largest one in a definition.
    """

    operators: Annotated[int, Meta(ge=1, le=6)] = 3
    applications: Annotated[int, Meta(ge=1, le=12)] = 3
    max_number: Annotated[int, Meta(ge=2, le=1_000)] = 10
    max_coefficient: Annotated[int, Meta(ge=1, le=100)] = 5

    def __post_init__(self) -> None:
        """Refuse operators that could not be used."""
        if self.operators > self.applications:
            raise ValueError(
                f"{self.operators} operators cannot all be used in {self.applications} applications"
            )


class Parameters(Struct, frozen=True):
    """What is checked: symbol → formula in a and b, and the expression.

    `decimals`: to how many decimals the question lets the value be rounded; published ones do not say.
    """

    operator_definitions: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=4)], Annotated[str, Meta(max_length=200)]],
        Meta(min_length=1, max_length=20),
    ]
    expression: Annotated[str, Meta(min_length=1, max_length=1_000)]
    decimals: Annotated[int, Meta(ge=0, le=10)] | None = None


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `absolute` and `relative`: how far off the answer may be where the question does not say how it may be rounded,
    whichever of the two allows more; with 0 for both, only the exact value counts. `grouping`: in which order
    operators apply where no brackets say so.
    """

    absolute: Annotated[float, Meta(ge=0, le=1)] = 0.005
    relative: Annotated[float, Meta(ge=0, le=0.1)] = 1e-6
    grouping: Literal["left to right", "right to left"] = "left to right"


class NewOperator:
    """Apply operators as they are defined."""

    id = "new_operator"
    title = "New operators"
    category: Category = "arithmetic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw definitions and an expression with all its brackets; no value in it is zero or negative."""
        symbols = sample(rng, _SYMBOLS, difficulty.operators)
        definitions = {symbol: _formula(rng, difficulty.max_coefficient) for symbol in symbols}
        extra = [choice(rng, symbols) for _ in range(difficulty.applications - len(symbols))]
        whole = _expression(rng, shuffled(rng, [*symbols, *extra]), difficulty.max_number)
        text = whole[1:-1]
        return Problem(
            question=_question(definitions, text),
            task=self.id,
            parameters={"operator_definitions": definitions, "expression": text, "decimals": 2},
            gold=f"<<<{solve(definitions, text)}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the value as a fraction or a decimal, rounded to two places at most; what stands after "=" counts."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return parameters
        choices = policy or Choices()
        value = _value(parameters, choices.grouping)
        if isinstance(value, Unreadable):
            return Verdict("could_not_check", f"The problem's parameters cannot be used: {value.reason}.")
        right = "It is the value of the expression."
        return judge(
            answer, partial(_broken_rule, value, _allowed(parameters, choices, value)), right, lists=False
        )

    def solve(self, problem: Problem) -> str | None:
        """Replace the innermost pair by its value until one is left; from left to right where brackets lack."""
        parameters = parameters_for(problem, Parameters)
        try:
            return f"<<<{solve(parameters.operator_definitions, parameters.expression)}>>>"
        except (ValueError, ZeroDivisionError) as error:
            raise ProblemError(
                f"The solver cannot read this problem: {error}.", "Generate the problem."
            ) from error


def _allowed(parameters: Parameters, policy: Choices, value: Fraction) -> Fraction:
    """How far off an answer may be: half of the last decimal where the question says which, else by the policy."""
    if parameters.decimals is not None:
        return Fraction(1, 2 * 10**parameters.decimals)
    return max(Fraction(str(policy.absolute)), Fraction(str(policy.relative)) * abs(value))


def _broken_rule(value: Fraction, allowed: Fraction, text: str) -> str | Unreadable | None:
    given = number(re.split("[=≈]", text)[-1].strip().strip("[]"))
    if isinstance(given, Unreadable):
        return given
    if abs(given - value) <= allowed:
        return None
    size = "larger" if given > value else "smaller"
    return f"The value is {_shown(value)}; the answer is {size}."


def _shown(value: Fraction) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"a fraction of {len(text)} characters, about {float(value):.6g}"


def _value(parameters: Parameters, grouping: str) -> Fraction | Unreadable:
    """Work the expression out with a stack of values and one of operators, all of which bind equally."""
    definitions = parameters.operator_definitions
    symbols = sorted(map(re.escape, definitions), key=len, reverse=True)
    tokens = re.findall(rf"\s*([0-9]{{1,100}}|[()]|{'|'.join(symbols)})", parameters.expression)
    if "".join(tokens) != re.sub(r"\s", "", parameters.expression):
        return Unreadable("the expression has an operator that is not defined")
    values: list[Fraction] = []
    waiting: list[str] = []

    def apply_last() -> Unreadable | None:
        if len(values) < 2:
            return Unreadable("an operator has nothing to apply to")
        second, first = values.pop(), values.pop()
        made = _applied(definitions[waiting.pop()], first, second)
        if isinstance(made, Unreadable):
            return made
        values.append(made)
        return None

    for token in [*tokens, ")"]:
        if token[0] in "0123456789":
            values.append(Fraction(int(token)))
        elif token in definitions and (grouping == "right to left" or not waiting or waiting[-1] == "("):
            waiting.append(token)
        elif token in definitions:
            if broken := apply_last():
                return broken
            waiting.append(token)
        elif token == "(":
            waiting.append(token)
        else:
            while waiting and waiting[-1] != "(":
                if broken := apply_last():
                    return broken
            waiting = waiting[:-1]
    return values[0] if len(values) == 1 and not waiting else Unreadable("the expression is not well-formed")


def _applied(formula: str, first: Fraction, second: Fraction) -> Fraction | Unreadable:
    operands = {
        "a": f"(({first.numerator})/({first.denominator}))",
        "b": f"(({second.numerator})/({second.denominator}))",
    }
    parsed = expression(re.sub("[ab]", lambda match: operands[match[0]], formula))
    return parsed if isinstance(parsed, Unreadable) else parsed.value()


def _question(definitions: dict[str, str], text: str) -> str:
    lines = "\n".join(f"a {symbol} b = {formula}" for symbol, formula in definitions.items())
    return (
        f"For any two numbers a and b, let\n{lines}\n"
        "where + - * / and brackets on the right-hand sides have their usual meaning.\n"
        f"Work out {text}.\n"
        "Give the value as an integer, a fraction or a decimal number (rounded to no fewer than two decimal places) as "
        "your final answer in the form <<<number>>>, for example <<<-3/8>>>."
    )


def _formula(rng: Random, most: int) -> str:
    kind = integer(rng, 1, 3)
    if kind == 1:
        return f"{integer(rng, 1, most)}*a + {integer(rng, 1, most)}*b"
    return f"{integer(rng, 1, most)}*a*b" if kind == 2 else "(a + b)/b"


def _expression(rng: Random, symbols: list[str], most: int) -> str:
    """Draw a bracketed expression that applies these symbols in this order from left to right."""
    if not symbols:
        return str(integer(rng, 1, most))
    at = integer(rng, 0, len(symbols) - 1)
    left, right = _expression(rng, symbols[:at], most), _expression(rng, symbols[at + 1 :], most)
    return f"({left} {symbols[at]} {right})"


_FORMS: tuple[tuple[re.Pattern[str], Callable[[list[int], Fraction, Fraction], Fraction]], ...] = (
    (re.compile(r"([0-9]+)\*a\+([0-9]+)\*b"), lambda c, a, b: c[0] * a + c[1] * b),
    (re.compile(r"([0-9]+)\*a\*b"), lambda c, a, b: c[0] * a * b),
    (re.compile(r"\(a\+b\)/b"), lambda c, a, b: (a + b) / b),
)


def solve(definitions: dict[str, str], text: str) -> Fraction:
    """Work an expression out by replacing one pair after the other by its value.

    Raises:
        ValueError: a formula is none of the three of the published data, or the expression is not well-formed.
        ZeroDivisionError: a value to divide by is zero.
    """
    functions = {symbol: _function(formula) for symbol, formula in definitions.items()}
    symbols = "|".join(sorted(map(re.escape, definitions), key=len, reverse=True))
    fraction = r"([0-9]+(?:/[0-9]+)?)"
    pair = re.compile(rf"(?<![^(]){fraction}({symbols}){fraction}")
    left = re.sub(r"\s", "", text)
    while not re.fullmatch(fraction, left):
        after = pair.sub(
            lambda found: str(functions[found[2]](Fraction(found[1]), Fraction(found[3]))), left, 1
        )
        after = re.sub(rf"\({fraction}\)", r"\1", after)
        if after == left:
            raise ValueError(f'"{left[:60]}" cannot be worked out')
        left = after
    return Fraction(left)


def _function(formula: str) -> Callable[[Fraction, Fraction], Fraction]:
    for pattern, function in _FORMS:
        match = pattern.fullmatch(re.sub(r"\s", "", formula))
        if match:
            return partial(function, [int(coefficient) for coefficient in match.groups()])
    raise ValueError(f'"{formula[:60]}" is none of the formulas that it knows')


TASK = NewOperator()

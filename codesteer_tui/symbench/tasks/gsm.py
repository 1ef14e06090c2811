"""gsm: a story with awkward numbers whose answer is one number.

Rules: `symbench` specification 4.35. The published set (gsm-hard) puts large numbers into school problems, so that
many of its answers are negative, tiny or senseless for their story. Its rows hold no data beside the question: the
verifier uses their stored answer, and only a reader can solve them.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice
from codesteer_tui.symbench.making.figures import Values
from codesteer_tui.symbench.making.gsm_stories import STORIES, UNITS, decimal
from codesteer_tui.symbench.reading.amounts import amount
from codesteer_tui.symbench.reading.answer import Unreadable, judge, shorten
from codesteer_tui.symbench.reading.numbers import number
from codesteer_tui.symbench.reading.units import foreign_unit
from codesteer_tui.symbench.solvers.gsm import SOLVERS
from codesteer_tui.symbench.task import Category, gold_text, parameters_for, read_parameters
from codesteer_tui.values import Verdict


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers of the story. Longer numbers and more parts are harder.

    `digits`: the digits of its awkward numbers. `parts`: of how many things, people or stretches it tells, in the
    stories that tell of several.
    """

    digits: Annotated[int, Meta(ge=1, le=9)] = 7
    parts: Annotated[int, Meta(ge=2, le=8)] = 3


class Parameters(Struct, frozen=True):
    """Which `story` it is, and its numbers by name. Empty in published problems, where only the question holds them."""

    story: str = ""
    values: Annotated[Values, Meta(max_length=20)] = {}


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `tolerance`: the largest relative error that is accepted where the question does not ask for the exact number, as
    those that are made here do; 1e-6 is the strict mode. `equations`: of "3 + 4 = 7" the
    right-hand side is the answer. `units`: a currency sign, a unit or a few words may stand beside the number.
    """

    tolerance: Annotated[float, Meta(ge=0, le=0.1)] = 1e-3
    equations: bool = True
    units: bool = True


class Gsm:
    """Work out what a story asks for."""

    id = "gsm"
    title = "Word problems with large numbers"
    category: Category = "mathematics"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a story and its numbers; the answer is exact, with a few decimals at most."""
        name = choice(rng, tuple(STORIES))
        told, values, answer = STORIES[name](rng, difficulty.digits, difficulty.parts)
        return Problem(
            question=(
                f"{told}\nGive the exact number, without a unit, as your final answer in the form <<<number>>>, for "
                "example <<<-0.125>>>."
            ),
            task=self.id,
            parameters={"story": name, "values": values},
            gold=f"<<<{decimal(answer)}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the stored number: exactly where the question asks for that, else as close as the policy demands."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return parameters
        stored = gold_text(problem)
        right = number(stored) if stored else None
        if not isinstance(right, Fraction):
            return Verdict("could_not_check", "The problem has no stored answer that could be compared with.")
        rule = partial(_broken_rule, right, UNITS.get(parameters.story, ""), policy or Choices())
        return judge(answer, rule, "It is the right number.", lists=False)

    def solve(self, problem: Problem) -> str | None:
        """Work the story out from its numbers, step by step."""
        parameters = parameters_for(problem, Parameters)
        if not parameters.story:
            raise ProblemError(
                "A published word problem is told in words that only a reader understands.",
                "Generate one: its parameters hold the numbers of the story.",
            )
        try:
            found = SOLVERS[parameters.story](parameters.values)
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise ProblemError(
                f'The numbers of the story "{shorten(parameters.story)}" cannot be used.',
                "Generate the problem.",
            ) from error
        return f"<<<{decimal(found)}>>>"


def _broken_rule(right: Fraction, unit: str, policy: Choices, text: str) -> str | Unreadable | None:
    """Hold a number against the right one; `unit` is what is asked for, which is known of the stories made here.

    Their questions ask for the exact number, whatever the policy.
    """
    value = amount(text, equations=policy.equations) if policy.units else number(text)
    if isinstance(value, Unreadable):
        return value
    if unit and (foreign := foreign_unit(text, unit)):
        return Unreadable(f'The answer names the unit "{shorten(foreign)}"; asked for: {unit}')
    if value == right:
        return None
    if value == -right:
        return "The sign is wrong."
    error = abs(value - right)
    if not unit and error <= Fraction(str(policy.tolerance)) * abs(right):
        return None
    if right == 0:
        return "The right number is 0."
    share = error / abs(right)
    size = f"{float(share):.2g} of it" if share < 100 else "more than a hundred times as much"
    accepted = "the exact number is asked for" if unit else f"at most {policy.tolerance:g} of it is accepted"
    return f"It is off the right number by {size}; {accepted}."


TASK = Gsm()

"""MATH_counting_and_probability: how many there are, or how likely it is, as an exact value.

Rules: `symbench` specification 4.36 to 4.37. The published set are the training problems in counting and
probability of MATH; their rows hold no data beside the question and its level, so that the verifier uses their
stored answer, and only a reader can solve them.
"""

from __future__ import annotations

from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice
from codesteer_tui.symbench.judging.mathematics import Demand, MathematicalAnswer, judge_mathematics
from codesteer_tui.symbench.making.counting_families import FAMILIES
from codesteer_tui.symbench.making.figures import Values, latex
from codesteer_tui.symbench.reading.answer import shorten
from codesteer_tui.symbench.solvers.math_counting import SOLVERS
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_DEMAND = Demand(digits=9, exact=True)
"""The questions made here ask for the exact value; a decimal that is right to nine digits can only mean it."""


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The problem. Higher levels and larger numbers are harder.

    `level`: the highest level of the kinds of problems to draw from, 1 (one formula) to 5 (several steps). `largest`:
    the largest number of things that is given.
    """

    level: Annotated[int, Meta(ge=1, le=5)] = 5
    largest: Annotated[int, Meta(ge=5, le=60)] = 12


class Parameters(Struct, frozen=True):
    """Which `family` of problems it is of, and its numbers by name.

    Empty in published problems, where only the question holds them; what else those hold is not used.
    """

    family: str = ""
    values: Annotated[Values, Meta(max_length=20)] = {}


class MathCounting:
    """Count, or weigh chances."""

    id = "MATH_counting_and_probability"
    title = "Counting and probability"
    category: Category = "mathematics"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = MathematicalAnswer

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a kind of problem of at most the wanted level, and its numbers."""
        name = choice(rng, [name for name, family in FAMILIES.items() if family.level <= difficulty.level])
        told, values, answer = FAMILIES[name].draw(rng, difficulty.largest)
        return Problem(
            question=(
                f"{told}\nGive the exact value as your final answer in the form <<<value>>>: a whole number, or a "
                "fraction such as <<<-\\frac{17}{19}>>> or <<<-17/19>>>."
            ),
            task=self.id,
            parameters={"family": name, "values": values},
            gold=f"<<<{latex(answer)}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: MathematicalAnswer | None = None) -> Verdict:
        """Accept the value of the stored answer, in any form that can be read; or its text, where it has no value."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return parameters
        return judge_mathematics(
            problem, answer, policy or MathematicalAnswer(), _DEMAND if parameters.family else Demand()
        )

    def solve(self, problem: Problem) -> str | None:
        """Count case by case, or step by step, in whole numbers and fractions."""
        parameters = parameters_for(problem, Parameters)
        if not parameters.family:
            raise ProblemError(
                "A published problem of counting is told in words that only a reader understands.",
                "Generate one: its parameters hold its numbers.",
            )
        try:
            found = SOLVERS[parameters.family](parameters.values)
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise ProblemError(
                f'The numbers of the problem "{shorten(parameters.family)}" cannot be used.',
                "Generate the problem.",
            ) from error
        return f"<<<{latex(found)}>>>"


TASK = MathCounting()

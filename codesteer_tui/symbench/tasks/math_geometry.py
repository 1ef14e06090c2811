"""MATH_geometry: a length, an angle, an area, a volume or a point of a figure, as an exact value.

Rules: `symbench` specification 4.36 to 4.37. The published set are the training problems in geometry of MATH; their
rows hold no data beside the question and its level, so that the verifier uses their stored answer, and only a
reader can solve them.
"""

from __future__ import annotations

from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice
from codesteer_tui.symbench.judging.mathematics import Demand, MathematicalAnswer, judge_mathematics
from codesteer_tui.symbench.making.figures import Values
from codesteer_tui.symbench.making.geometry_families import FAMILIES
from codesteer_tui.symbench.reading.answer import shorten
from codesteer_tui.symbench.solvers.math_geometry import SOLVERS
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_IN_DEGREES = ("angle of a polygon",)
_POINTS = ("centroid",)


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The problem. Higher levels and longer lengths are harder.

    `level`: the highest level of the kinds of problems to draw from, 1 (one formula) to 5 (several steps). `largest`:
    the longest length that is given.
    """

    level: Annotated[int, Meta(ge=1, le=5)] = 5
    largest: Annotated[int, Meta(ge=5, le=1_000)] = 20


class Parameters(Struct, frozen=True):
    """Which `family` of problems it is of, and its numbers by name.

    Empty in published problems, where only the question holds them; what else those hold is not used.
    """

    family: str = ""
    values: Annotated[Values, Meta(max_length=20)] = {}


class MathGeometry:
    """Measure a figure."""

    id = "MATH_geometry"
    title = "Geometry"
    category: Category = "mathematics"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = MathematicalAnswer

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a kind of problem of at most the wanted level, and its lengths."""
        name = choice(rng, [name for name, family in FAMILIES.items() if family.level <= difficulty.level])
        told, values, answer = FAMILIES[name].draw(rng, difficulty.largest)
        form = (
            " Write a point as <<<(x, y)>>>, for example <<<(-2, \\frac{17}{19})>>>."
            if name in _POINTS
            else ""
        )
        return Problem(
            question=(
                f"{told}\nGive the value, exactly or to six significant digits and without a unit, as your final "
                "answer in the form <<<value>>>. LaTeX may be used, for example <<<-\\frac{17\\sqrt{2}}{19}>>>."
                + form
            ),
            task=self.id,
            parameters={"family": name, "values": values},
            gold=f"<<<{answer}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: MathematicalAnswer | None = None) -> Verdict:
        """Accept the value of the stored answer, in any form that can be read; or its text, where it has no value."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return parameters
        return judge_mathematics(problem, answer, policy or MathematicalAnswer(), _demand(parameters.family))

    def solve(self, problem: Problem) -> str | None:
        """Measure the figure in coordinates, in floating point."""
        parameters = parameters_for(problem, Parameters)
        if not parameters.family:
            raise ProblemError(
                "A published problem of geometry is told in words and figures that only a reader understands.",
                "Generate one: its parameters hold the lengths.",
            )
        try:
            found = SOLVERS[parameters.family](parameters.values)
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise ProblemError(
                f'The numbers of the problem "{shorten(parameters.family)}" cannot be used.',
                "Generate the problem.",
            ) from error
        return (
            f"<<<({found[0]:.12g}, {found[1]:.12g})>>>" if isinstance(found, tuple) else f"<<<{found:.12g}>>>"
        )


def _demand(family: str) -> Demand:
    """What the questions made here ask for; nothing where the problem is a published one."""
    if not family:
        return Demand()
    return Demand(digits=6, unit="degree" if family in _IN_DEGREES else "", point=family in _POINTS)


TASK = MathGeometry()

"""string_splitting: take machines apart by five methods in turn, and count what is left.

Rules: `symbench` specification 4.23. A → 2X + Y, 2B → X, 2C → Y, B + C → A, X + Y → Z, visited in a circle, one
application a visit, until none can be carried out. The published problems start with 1 to 10 machines of each kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import integer
from codesteer_tui.symbench.judging.exchange import (
    MAX_COUNT,
    Given,
    Method,
    exhausted,
    read_counts,
    rules,
    wrong_counts,
)
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, look
from codesteer_tui.symbench.solvers.exchange import exchanged
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_MACHINES, NAMES = "ABC", "ABCXYZ"
METHODS = (
    Method({"A": 1}, {"X": 2, "Y": 1}),
    Method({"B": 2}, {"X": 1}),
    Method({"C": 2}, {"Y": 1}),
    Method({"B": 1, "C": 1}, {"A": 1}),
    Method({"X": 1, "Y": 1}, {"Z": 1}),
)
_BY_HAND = (("A", "XXY"), ("BB", "X"), ("CC", "Y"), ("BC", "A"), ("XY", "Z"))

Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The machines to begin with. More of them take more steps, and are harder.

    `min_count` and `max_count`: how many there are of each kind, drawn between them.
    """

    min_count: Annotated[int, Meta(ge=0, le=200)] = 4
    max_count: Annotated[int, Meta(ge=1, le=200)] = 10

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        if self.min_count > self.max_count:
            raise ValueError(f"min_count {self.min_count} is greater than max_count {self.max_count}")


class Parameters(Struct, frozen=True):
    """What is checked: the machines A, B and C to begin with."""

    initial: tuple[Count, Count, Count]

    @property
    def stock(self) -> dict[str, int]:
        """The machines by their names."""
        return dict(zip(_MACHINES, self.initial, strict=True))


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `integers`: the counts need not be in quotes. `glued`: the counts may be written as digits without anything between
    them ("010103").
    """

    integers: bool = True
    glued: bool = True


class StringSplitting:
    """Count what is left of machines that are taken apart."""

    id = "string_splitting"
    title = "Taking machines apart"
    category: Category = "strings"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw the numbers of machines."""
        initial = [integer(rng, difficulty.min_count, difficulty.max_count) for _ in _MACHINES]
        return Problem(
            question=_question(initial),
            task=self.id,
            parameters={"initial": initial},
            gold=_form(solve(initial)),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the six counts, in the order A, B, C, X, Y, Z."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge the counts. They are read as `Given`, in the kinds' order; `where` is the place of a wrong count."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        left = exhausted(METHODS, parameters.stock, once=True)
        right = [left.get(name, 0) for name in NAMES]
        choices = policy or Choices()
        read = partial(read_counts, names=NAMES, right=right, glued=choices.glued)
        return look(
            answer, read, partial(_broken_rules, right, choices), "All six counts are right.", most=most
        )

    def solve(self, problem: Problem) -> str | None:
        """Exchange the machines one by one."""
        return _form(solve(parameters_for(problem, Parameters).initial))


def _broken_rules(right: Sequence[int], policy: Choices, given: Given) -> Iterator[Broken]:
    yield from wrong_counts(NAMES, given.counts, right)
    if not policy.integers and "," in given.text and not ('"' in given.text or "'" in given.text):
        yield Broken("The counts are not in quotes.")


def _question(initial: list[int]) -> str:
    machines = ", ".join(f"{count} {name}" for count, name in zip(initial, _MACHINES, strict=True))
    return (
        f"A workshop takes machines of the kinds A, B and C apart into parts of the kinds X, Y and Z. It has these "
        f"machines: {machines}. It has no parts yet. These are its methods:\n"
        f"{rules(METHODS, once=True)}\n"
        "How many machines and parts of each kind are there in the end?\n"
        'Give your final answer in the form <<<["A", "B", "C", "X", "Y", "Z"]>>>, with the count of each kind in place '
        'of its letter; for example, <<<["1", "0", "2", "3", "0", "4"]>>> would be 1 A, no B, 2 C, 3 X, no Y and 4 Z.'
    )


def _form(counts: list[int]) -> str:
    return "<<<[" + ", ".join(f'"{count}"' for count in counts) + "]>>>"


def solve(initial: list[int] | tuple[int, int, int]) -> list[int]:
    """Exchange the machines one by one and count what is left of each kind, in the order A, B, C, X, Y, Z."""
    heap = "".join(name * count for name, count in zip(_MACHINES, initial, strict=True))
    left = exchanged(_BY_HAND, heap, once=True)
    return [left.count(name) for name in NAMES]


TASK = StringSplitting()

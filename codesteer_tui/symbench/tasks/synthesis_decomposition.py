"""synthesis_decomposition: exchange crops for products by two to four methods in turn, and count what is left.

Rules: `symbench` specification 4.4. The methods are visited in a circle, one application a visit, until none can be
carried out. Levels 1 and 2 of the published problems have two of them (A + B → X, 3A → 2X), 3 and 4 three
(A + B + C → X, A + B → 2C, 2C → X), 5 four (2A + B + C → 3X, A + B → 2C, 2C + X → Y, A + 2X → Y), with 2 to 8
units of each crop. The answer has a count for each crop and product of the level, and for no other.
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

Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]


class _System(Struct, frozen=True):
    """The methods of a level, and the crops and products in them; `by_hand` says the same for the solver."""

    crops: str
    products: str
    methods: tuple[Method, ...]
    by_hand: tuple[tuple[str, str], ...]

    @property
    def names(self) -> str:
        """The crops and products in the order of the answer."""
        return self.crops + self.products


_SYSTEMS = {
    2: _System(
        "AB",
        "X",
        (Method({"A": 1, "B": 1}, {"X": 1}), Method({"A": 3}, {"X": 2})),
        (("AB", "X"), ("AAA", "XX")),
    ),
    3: _System(
        "ABC",
        "X",
        (
            Method({"A": 1, "B": 1, "C": 1}, {"X": 1}),
            Method({"A": 1, "B": 1}, {"C": 2}),
            Method({"C": 2}, {"X": 1}),
        ),
        (("ABC", "X"), ("AB", "CC"), ("CC", "X")),
    ),
    4: _System(
        "ABC",
        "XY",
        (
            Method({"A": 2, "B": 1, "C": 1}, {"X": 3}),
            Method({"A": 1, "B": 1}, {"C": 2}),
            Method({"C": 2, "X": 1}, {"Y": 1}),
            Method({"A": 1, "X": 2}, {"Y": 1}),
        ),
        (("AABC", "XXX"), ("AB", "CC"), ("CCX", "Y"), ("AXX", "Y")),
    ),
}
"""By the number of methods."""

_METHODS_OF_LEVEL = (2, 2, 3, 3, 4)
_LEVEL = {2: 2, 3: 4, 4: 5}


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The methods and the stock. More methods, and more units to begin with, are harder.

    `methods`: how many there are. `min_count` and `max_count`: the units of each crop, drawn between them.
    """

    methods: Annotated[int, Meta(ge=2, le=4)] = 4
    min_count: Annotated[int, Meta(ge=0, le=200)] = 2
    max_count: Annotated[int, Meta(ge=1, le=200)] = 8

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        if self.min_count > self.max_count:
            raise ValueError(f"min_count {self.min_count} is greater than max_count {self.max_count}")


class Stock(Struct, frozen=True):
    """The units of each crop to begin with; C is not used by two methods."""

    A: Count
    B: Count
    C: Count = 0


class Parameters(Struct, frozen=True):
    """What is checked: the stock to begin with, and the published level, which stands for the methods."""

    initial_state: Stock
    complexity: Annotated[int, Meta(ge=1, le=5)]

    @property
    def system(self) -> _System:
        """The methods of the level."""
        return _SYSTEMS[_METHODS_OF_LEVEL[self.complexity - 1]]

    @property
    def crops(self) -> dict[str, int]:
        """The units of the crops that the methods use."""
        state = self.initial_state
        return dict(zip(self.system.crops, (state.A, state.B, state.C), strict=False))


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `bare`: the list may stand without its square brackets."""

    bare: bool = True


class SynthesisDecomposition:
    """Count what is left of crops that are exchanged for products."""

    id = "synthesis_decomposition"
    title = "Exchanging crops"
    category: Category = "strings"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw the units of each crop."""
        crops = _SYSTEMS[difficulty.methods].crops
        state = {crop: integer(rng, difficulty.min_count, difficulty.max_count) for crop in crops}
        parameters = Parameters(Stock(**state), _LEVEL[difficulty.methods])
        return Problem(
            question=_question(parameters),
            task=self.id,
            parameters={"initial_state": state, "complexity": parameters.complexity},
            gold=f"<<<{solve(parameters)}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the counts that the question asks for, no more and no fewer, in its order."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge the counts. They are read as `Given`, in the kinds' order; `where` is the place of a wrong count."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        names = parameters.system.names
        left = exhausted(parameters.system.methods, parameters.crops, once=True)
        right = [left.get(name, 0) for name in names]
        read = partial(read_counts, names=names, right=right, glued=False)
        rules = partial(_broken_rules, names, right, policy or Choices())
        return look(answer, read, rules, f"All {len(names)} counts are right.", most=most)

    def solve(self, problem: Problem) -> str | None:
        """Exchange the units one by one."""
        return f"<<<{solve(parameters_for(problem, Parameters))}>>>"


def _broken_rules(names: str, right: Sequence[int], policy: Choices, given: Given) -> Iterator[Broken]:
    yield from wrong_counts(names, given.counts, right)
    if not policy.bare and "[" not in given.text:
        yield Broken("The counts are not in square brackets.")


def _question(parameters: Parameters) -> str:
    system = parameters.system
    crops = ", ".join(f"{count} {name}" for name, count in parameters.crops.items())
    example = [1, 0, 2, 3, 1]
    shown = example[: len(system.crops)] + example[3 : 3 + len(system.products)]
    meaning = ", ".join(f"{count} {name}" for count, name in zip(shown, system.names, strict=True))
    return (
        f"A farm exchanges its crops {' and '.join(system.crops)} for the goods {' and '.join(system.products)}. "
        f"It begins with these units: {crops}, and nothing else. It can make these exchanges:\n"
        f"{rules(system.methods, once=True)}\n"
        "How many units of each kind are there in the end?\n"
        f"Give your final answer in the form <<<[{', '.join(system.names)}]>>>, with the number of units in place of "
        f"each letter; for example, <<<{shown}>>> would be {meaning}."
    )


def solve(parameters: Parameters) -> list[int]:
    """Exchange the units one by one and count what is left, in the order of the answer."""
    heap = "".join(name * count for name, count in parameters.crops.items())
    left = exchanged(parameters.system.by_hand, heap, once=True)
    return [left.count(name) for name in parameters.system.names]


TASK = SynthesisDecomposition()

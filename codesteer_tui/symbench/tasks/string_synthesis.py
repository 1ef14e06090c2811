"""string_synthesis: combine blocks by six methods in turn, and count what is left.

Rules: `symbench` specification 4.18. [A][B][C] → {A}, [A][B] → {C}, [B][C] → {B}, 2[C] → {C}, {A}{C} → (A)(B),
2{B} → (C), visited in a circle until none can be carried out. The published questions do not say whether a visit
carries a method out once or as often as possible; their stored answers take it as the latter, and in 142 of 200
problems the former would end differently. Generated questions say it. The published problems start with 1 to 8 blocks
of a kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated, Literal, TypeAlias

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
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Misfit, Unreadable, look
from codesteer_tui.symbench.solvers.exchange import exchanged
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Visit: TypeAlias = Literal["as_often_as_possible", "once"]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]

NAMES = ("[A]", "[B]", "[C]", "{A}", "{B}", "{C}", "(A)", "(B)", "(C)")
METHODS = (
    Method({"[A]": 1, "[B]": 1, "[C]": 1}, {"{A}": 1}),
    Method({"[A]": 1, "[B]": 1}, {"{C}": 1}),
    Method({"[B]": 1, "[C]": 1}, {"{B}": 1}),
    Method({"[C]": 2}, {"{C}": 1}),
    Method({"{A}": 1, "{C}": 1}, {"(A)": 1, "(B)": 1}),
    Method({"{B}": 2}, {"(C)": 1}),
)
_LETTERS = "ABCabcxyz"
_BY_HAND = (("ABC", "a"), ("AB", "c"), ("BC", "b"), ("CC", "c"), ("ac", "xy"), ("bb", "z"))
_IN_WORDS = {
    "as_often_as_possible": "a method is carried out as often as possible at each visit",
    "once": "a method is carried out only once at each visit",
}


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The blocks to begin with. More of them are harder, and so are visits of a single application.

    `min_count` and `max_count`: how many there are of [A], of [B] and of [C], drawn between them. `once`: a visit
    carries a method out once, and not as often as possible.
    """

    min_count: Annotated[int, Meta(ge=0, le=200)] = 1
    max_count: Annotated[int, Meta(ge=1, le=200)] = 8
    once: bool = False

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        if self.min_count > self.max_count:
            raise ValueError(f"min_count {self.min_count} is greater than max_count {self.max_count}")


class Parameters(Struct, frozen=True):
    """What is checked: the blocks to begin with, and what the question says about a visit, if anything."""

    A_count: Count
    B_count: Count
    C_count: Count
    visit: Visit | None = None

    @property
    def counts(self) -> tuple[int, int, int]:
        """The numbers of [A], [B] and [C]."""
        return self.A_count, self.B_count, self.C_count

    @property
    def stock(self) -> dict[str, int]:
        """The blocks by their names."""
        return dict(zip(NAMES, self.counts, strict=False))


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `visit`: how often a method is carried out when its turn comes, where the question does not say it. `lists`: the
    counts may stand in brackets.
    """

    visit: Visit = "as_often_as_possible"
    lists: bool = True


class StringSynthesis:
    """Count what is left of blocks that are combined."""

    id = "string_synthesis"
    title = "Combining blocks"
    category: Category = "strings"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw the numbers of blocks."""
        counts = [integer(rng, difficulty.min_count, difficulty.max_count) for _ in range(3)]
        visit: Visit = "once" if difficulty.once else "as_often_as_possible"
        parameters = Parameters(counts[0], counts[1], counts[2], visit)
        return Problem(
            question=_question(parameters),
            task=self.id,
            parameters={"A_count": counts[0], "B_count": counts[1], "C_count": counts[2], "visit": visit},
            gold=_form(solve(parameters.counts, visit)),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the nine counts; the reason says so where they are those of the other reading of the question."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge the counts. They are read as `Given`, in the kinds' order; `where` is the place of a wrong count."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        choices = policy or Choices()
        read, rules = partial(_read, parameters, choices), partial(_broken_rules, parameters, choices)
        return look(answer, read, rules, "All nine counts are right.", most=most)

    def solve(self, problem: Problem) -> str | None:
        """Combine the blocks one by one; where the question does not say how, as the published answers do."""
        parameters = parameters_for(problem, Parameters)
        return _form(solve(parameters.counts, parameters.visit or "as_often_as_possible"))


def _other(visit: Visit) -> Visit:
    return "once" if visit == "as_often_as_possible" else "as_often_as_possible"


def _read(parameters: Parameters, policy: Choices, text: str) -> Given | Unreadable:
    visit = parameters.visit or policy.visit
    given = read_counts(text, NAMES, _left(parameters, visit), glued=True)
    if not isinstance(given, Misfit):
        return given
    wanted = _left(parameters, _other(visit))  # those may be written without anything between them as well
    other = read_counts(text, NAMES, wanted, glued=True)
    return other if isinstance(other, Given) and other.counts == wanted else given


def _broken_rules(parameters: Parameters, policy: Choices, given: Given) -> Iterator[Broken]:
    visit = parameters.visit or policy.visit
    text = given.text.lstrip()
    if not policy.lists and text[:1] in ("[", "(") and not text.startswith(("[A]", "(A)")):
        yield Broken("The counts are in brackets.")
    broken = list(wrong_counts(NAMES, given.counts, _left(parameters, visit)))
    other = _other(visit)
    if broken and given.counts == _left(parameters, other):
        where = tuple(place for rule in broken for place in rule.where)
        yield Broken(f"It would be right if {_IN_WORDS[other]}; here, {_IN_WORDS[visit]}.", where)
    yield from broken


def _left(parameters: Parameters, visit: Visit) -> list[int]:
    left = exhausted(METHODS, parameters.stock, once=visit == "once")
    return [left.get(name, 0) for name in NAMES]


def _question(parameters: Parameters) -> str:
    blocks = ", ".join(f"{count} {name}" for count, name in zip(parameters.counts, NAMES, strict=False))
    return (
        f"There are blocks of nine kinds: {', '.join(NAMES)}. To begin with there are {blocks} and none of the other "
        "kinds. Blocks are combined by these methods:\n"
        f"{rules(METHODS, once=parameters.visit == 'once')}\n"
        "How many blocks of each kind are there in the end?\n"
        "Give your final answer as nine counts with blanks between them, in the order in which the kinds are named "
        "above, in the form <<<counts>>>; for example, <<<1 2 3 0 0 4 0 0 1>>> would be 1 [A], 2 [B], 3 [C], 4 {C} "
        "and 1 (C)."
    )


def _form(counts: list[int]) -> str:
    return f"<<<{' '.join(map(str, counts))}>>>"


def solve(counts: tuple[int, int, int], visit: Visit) -> list[int]:
    """Combine the blocks one by one and count what is left of each of the nine kinds."""
    heap = "".join(letter * count for letter, count in zip(_LETTERS, counts, strict=False))
    left = exchanged(_BY_HAND, heap, once=visit == "once")
    return [left.count(letter) for letter in _LETTERS]


TASK = StringSynthesis()

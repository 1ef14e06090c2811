"""string_synthesis: combine blocks by six methods in turn, and count what is left.

Rules: `symbench` specification 4.18. [A][B][C] → {A}, [A][B] → {C}, [B][C] → {B}, 2[C] → {C}, {A}{C} → (A)(B),
2{B} → (C), visited in a circle until none can be carried out. The published questions do not say whether a visit
carries a method out once or as often as possible; their stored answers take it as the latter, and in 142 of 200
problems the former would end differently. Generated questions say it. The published problems start with 1 to 8 blocks
of a kind.
"""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import integer
from codesteer_tui.symbench.judging.exchange import MAX_COUNT, Method, exhausted, rules, wrong_count
from codesteer_tui.symbench.reading.answer import Misfit, Unreadable, judge
from codesteer_tui.symbench.solvers.exchange import exchanged
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Visit: TypeAlias = Literal["as_often_as_possible", "once"]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]

_NAMES = ("[A]", "[B]", "[C]", "{A}", "{B}", "{C}", "(A)", "(B)", "(C)")
_METHODS = (
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
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return parameters
        rule = partial(_broken_rule, parameters, policy or Choices())
        return judge(answer, rule, "All nine counts are right.")

    def solve(self, problem: Problem) -> str | None:
        """Combine the blocks one by one; where the question does not say how, as the published answers do."""
        parameters = parameters_for(problem, Parameters)
        return _form(solve(parameters.counts, parameters.visit or "as_often_as_possible"))


def _broken_rule(parameters: Parameters, policy: Choices, text: str) -> str | Unreadable | None:
    visit = parameters.visit or policy.visit
    if not policy.lists and text.lstrip()[:1] in ("[", "(") and not text.lstrip().startswith(("[A]", "(A)")):
        return "The counts are in brackets."
    broken = wrong_count(text, _NAMES, _left(parameters, visit), glued=True)
    if broken is None or (isinstance(broken, Unreadable) and not isinstance(broken, Misfit)):
        return broken
    other: Visit = "once" if visit == "as_often_as_possible" else "as_often_as_possible"
    if wrong_count(text, _NAMES, _left(parameters, other), glued=True) is None:
        return f"It would be right if {_IN_WORDS[other]}; here, {_IN_WORDS[visit]}."
    return broken


def _left(parameters: Parameters, visit: Visit) -> list[int]:
    stock = dict(zip(_NAMES, parameters.counts, strict=False))
    left = exhausted(_METHODS, stock, once=visit == "once")
    return [left.get(name, 0) for name in _NAMES]


def _question(parameters: Parameters) -> str:
    blocks = ", ".join(f"{count} {name}" for count, name in zip(parameters.counts, _NAMES, strict=False))
    return (
        f"There are blocks of nine kinds: {', '.join(_NAMES)}. To begin with there are {blocks} and none of the other "
        "kinds. Blocks are combined by these methods:\n"
        f"{rules(_METHODS, once=parameters.visit == 'once')}\n"
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

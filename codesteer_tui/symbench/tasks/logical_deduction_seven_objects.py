"""logical_deduction_seven_objects: which object is at a place of an order that clues determine.

Rules: `symbench` specification 4.31 to 4.34. The published problems order seven objects by five themes. The
published rows hold no data beside the question, so that their solver reads its text, and the verifier their stored
answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, choice, sample, shuffled
from codesteer_tui.symbench.judging.choosing import OptionLetter, judge_option
from codesteer_tui.symbench.making.deduction_themes import THEMES, Theme, read
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

MOST_OBJECTS = 9

Clue: TypeAlias = "tuple[str, str, str | int]"
"""("before", one, other), or ("at", object, place), where places count from 0 at the theme's low end."""


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The order. More objects, and clues that compare rather than place, are harder.

    `objects`: how many there are. `comparing`: how likely a clue compares two objects instead of naming a place.
    """

    objects: Annotated[int, Meta(ge=3, le=MOST_OBJECTS)] = 7
    comparing: Annotated[float, Meta(ge=0, le=1)] = 0.5


Name = Annotated[str, Meta(min_length=1, max_length=60)]
Place = Annotated[int, Meta(ge=0, lt=MOST_OBJECTS)]


class Parameters(Struct, frozen=True):
    """What is known: the objects in the order of the options, the `clues`, and the `place` that is asked for.

    Empty in published problems, where only the question holds it.
    """

    objects: Annotated[list[Name], Meta(max_length=MOST_OBJECTS)] = []
    clues: Annotated[list[tuple[str, Name, Name | Place]], Meta(max_length=100)] = []
    place: Place = 0


class LogicalDeduction:
    """Find the one order that the clues leave."""

    id = "logical_deduction_seven_objects"
    title = "Ordering objects"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = OptionLetter

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw an order, and true clues until they leave no other; then drop those that are not needed.

        Clues that name a place are dropped first, and the question is about a place that none of them names, if any.
        """
        theme = choice(rng, THEMES)
        order = sample(rng, theme.names, difficulty.objects)
        clues = _clues(rng, order, difficulty.comparing)
        options = shuffled(rng, order)
        told = {place for kind, _, place in clues if kind == "at"}
        place = choice(rng, [at for at in range(len(order)) if at not in told] or list(range(len(order))))
        return Problem(
            question=_question(rng, theme, options, clues, place),
            task=self.id,
            parameters={"objects": options, "clues": [list(clue) for clue in clues], "place": place},
            gold=f"<<<({'ABCDEFGHI'[options.index(order[place])]})>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: OptionLetter | None = None) -> Verdict:
        """Accept the letter of the right option, or its text."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return parameters
        return judge_option(problem, answer, policy or OptionLetter())

    def solve(self, problem: Problem) -> str | None:
        """Try all orders, leaving off as soon as a clue is broken; a published problem is read from its text."""
        parameters = parameters_for(problem, Parameters)
        if parameters.objects:
            objects, clues = parameters.objects, parameters.clues
            options = {
                letter: (name, parameters.place)
                for letter, name in zip("ABCDEFGHI", parameters.objects, strict=False)
            }
        else:
            found = read(problem.question)
            if found is None or len(found.objects) > MOST_OBJECTS:
                raise ProblemError("The clues cannot be read.", "Generate the problem, or import it.")
            objects, clues, options = found.objects, found.clues, found.options
        right: list[str] | None = None
        for order in orders(objects, clues):
            held = [letter for letter, (name, place) in options.items() if order[place : place + 1] == [name]]
            right = held if right is None else [letter for letter in right if letter in held]
            if not right:
                return None
        return f"<<<({right[0]})>>>" if right and len(right) == 1 else None


def _clues(rng: Random, order: list[str], comparing: float) -> list[Clue]:
    compared = shuffled(
        rng, [(one, other) for one in range(len(order)) for other in range(one + 1, len(order))]
    )
    placed = shuffled(rng, range(len(order)))
    clues: list[tuple[int, int]] = []
    while _count(len(order), clues) > 1:
        if compared and (not placed or chance(rng, comparing)):
            clues.append(compared.pop())
        else:
            place = placed.pop()
            clues.append((place, place))
    for clue in sorted(clues, key=lambda clue: clue[0] != clue[1]):
        rest = [other for other in clues if other != clue]
        if _count(len(order), rest) == 1:
            clues = rest
    return [
        ("at", order[one], one) if one == other else ("before", order[one], order[other])
        for one, other in shuffled(rng, clues)
    ]


def _count(size: int, clues: list[tuple[int, int]]) -> int:
    """Count the orders of 0 to size - 1 that fit the clues; (a, a) places a at a, (a, b) puts a before b.

    A place is filled after the other, and the ways are counted by the set of those that have been placed.
    """
    needed = [0] * size
    fixed = {one for one, other in clues if one == other}
    for one, other in clues:
        if one != other:
            needed[other] |= 1 << one
    ways = {0: 1}
    for place in range(size):
        further: dict[int, int] = {}
        free = [place] if place in fixed else [one for one in range(size) if one not in fixed]
        for placed, count in ways.items():
            for one in free:
                if not placed >> one & 1 and needed[one] & placed == needed[one]:
                    further[placed | 1 << one] = further.get(placed | 1 << one, 0) + count
        ways = further
    return sum(ways.values())


def _question(rng: Random, theme: Theme, options: list[str], clues: list[Clue], place: int) -> str:
    size = len(options)
    told = []
    for kind, one, other in clues:
        if kind == "at":
            told.append(theme.placed(one, int(other), size, from_low=chance(rng, 0.5)))
        elif chance(rng, 0.5):
            told.append(theme.compared(one, str(other), before=True))
        else:
            told.append(theme.compared(str(other), one, before=False))
    from_low = chance(rng, 0.5)
    listed = "\n".join(
        f"({letter}) {theme.placed(name, place, size, from_low=from_low).rstrip('.')}"
        for letter, name in zip("ABCDEFGHI", options, strict=False)
    )
    names = ", ".join(theme.named(name) for name in shuffled(rng, options))
    return (
        f"{theme.scene.format(count=size)}: {names}. {theme.distinct} These clues are all true:\n"
        + "\n".join(f"- {line}" for line in told)
        + f"\nWhich one of these statements is true?\n{listed}\n"
        "Give your final answer in the form <<<(X)>>>, with the letter of the statement in the place of X."
    )


def orders(objects: list[str], clues: list[Clue]) -> Iterator[list[str]]:
    """Go through all orders that fit the clues, by filling one place after the other."""
    yield from _filled([], list(dict.fromkeys(objects)), clues)


def _filled(order: list[str], left: list[str], clues: list[Clue]) -> Iterator[list[str]]:
    if not left:
        yield order
    for name in left:
        rest = [other for other in left if other != name]
        if not any(_breaks(clue, name, len(order), rest) for clue in clues):
            yield from _filled([*order, name], rest, clues)


def _breaks(clue: Clue, name: str, place: int, later: list[str]) -> bool:
    """Whether a clue forbids `name` at `place`, where `later` are the objects that come after it."""
    kind, one, other = clue
    if kind == "at":
        return (one == name) != (other == place)
    return other == name and one in later


TASK = LogicalDeduction()

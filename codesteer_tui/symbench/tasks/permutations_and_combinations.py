"""permutations_and_combinations: put books in a row so that conditions on their places hold.

Rules: `symbench` specification 4.20. Left of and right of do not mean next to. The published set has six to nine
books with seven to eleven conditions, which most often leave several orders.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct, structs

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice, integer, sample, shuffled
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import items as read_items
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Kind: TypeAlias = Literal["at", "not at", "left of", "right of", "next to"]

_BOOKS = "ABCDEFGHIJKLMNOPQRST"
_WORDING: dict[Kind, str] = {
    "at": "{} is at position {}.",
    "not at": "{} is not at position {}.",
    "left of": "{} is somewhere to the left of {}.",
    "right of": "{} is somewhere to the right of {}.",
    "next to": "{} is directly next to {}.",
}
_CONDITION = re.compile(
    r"(?:[0-9]+\.\s*)?(?:book\s+)?(?P<book>\w+)\s+(?P<words>[^0-9\n]*?)"
    r"(?:position\s+(?P<position>[0-9]{1,6})|(?:of|to)\s+(?:book\s+)?(?P<other>\w+))\s*\.?",
    re.IGNORECASE,
)


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """How many `books` and different `conditions`; more are harder. Three books have at most 8, four at most 13."""

    books: Annotated[int, Meta(ge=3, le=20)] = 8
    conditions: Annotated[int, Meta(ge=1, le=60)] = 9

    def __post_init__(self) -> None:
        """Refuse more conditions than there are."""
        most = self.books * (self.books - 1) // 2 + 2 * self.books - 1
        if self.conditions > most:
            raise ValueError(f"there are no {self.conditions} different conditions on {self.books} books")


class Parameters(Struct, frozen=True):
    """What is checked: the books, and the conditions, one a line."""

    items: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=40)]], Meta(min_length=1, max_length=60)
    ]
    constraints_text: Annotated[str, Meta(max_length=20_000)]


class Condition(Struct, frozen=True):
    """What is said of a book: its position, or where it is from another."""

    kind: Kind
    book: str
    position: int = 0
    other: str = ""


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `unquoted`: the books may be listed without quotation marks."""

    unquoted: bool = True


class PermutationsAndCombinations:
    """Order books under conditions."""

    id = "permutations_and_combinations"
    title = "Books on a shelf"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw an order, and different conditions that hold in it."""
        books = list(_BOOKS[: difficulty.books])
        order = shuffled(rng, books)
        lines = _conditions(rng, order, difficulty.conditions)
        text = "\n".join(f"{at}. {worded(condition)}" for at, condition in enumerate(lines, 1))
        return Problem(
            question=_question(books, text),
            task=self.id,
            parameters={"items": books, "constraints_text": text},
            gold=_form(order),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any order of all books, each once, in which every condition holds."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge an order. It is read as a list of books.

        `where` are books at fault, or the place, from 0, of a condition that is broken.
        """
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        conditions = conditions_of(parameters)
        if isinstance(conditions, Unreadable):
            reason = f"The problem's parameters cannot be used: {conditions.reason}."
            return Look(Verdict("could_not_check", reason))

        def rules(read: tuple[list[str], int]) -> Iterator[Broken | Unreadable]:
            yield from _broken_rules(parameters.items, conditions, policy or Choices(), *read)

        seen = look(answer, partial(_read, parameters.items), rules, "Every condition holds.", most=most)
        return structs.replace(seen, value=seen.value and seen.value[0])

    def solve(self, problem: Problem) -> str | None:
        """Put one book after the other, and never try the same set with the same last book twice."""
        parameters = parameters_for(problem, Parameters)
        conditions = conditions_of(parameters)
        if isinstance(conditions, Unreadable):
            raise ProblemError(
                f"The conditions cannot be read: {conditions.reason}.", "Generate the problem."
            )
        found = solve(parameters.items, conditions)
        return _form(found) if found else None


def conditions_of(parameters: Parameters) -> list[Condition] | Unreadable:
    """Read the conditions, in the wording of a generated problem or of a published one."""
    conditions = []
    for line in parameters.constraints_text.strip().splitlines():
        match = _CONDITION.fullmatch(line.strip())
        words = match["words"].lower().split() if match else []
        if match is None or match["book"] not in parameters.items:
            return Unreadable(f'"{shorten(line)}" is no condition on one of the books')
        kind: Kind = "at"
        if match["position"]:
            kind = "not at" if "not" in words or "cannot" in words else "at"
        elif match["other"] not in parameters.items or match["other"] == match["book"]:
            return Unreadable(f'"{shorten(line)}" names no other book')
        else:
            kind = "left of" if "left" in words else "right of" if "right" in words else "next to"
        conditions.append(Condition(kind, match["book"], int(match["position"] or 0), match["other"] or ""))
    return conditions


def _read(books: list[str], text: str) -> tuple[list[str], int] | Unreadable:
    """The order, and how many quotation marks stand in its text."""
    listed = read_items(text)
    if isinstance(listed, Unreadable):
        return listed
    spelled = {book.casefold(): book for book in books}
    of_case = spelled if len(spelled) == len(books) else {}
    listed = [of_case.get(book.casefold(), book) for book in listed]
    order = [book for book in listed if book in books or book.lower() not in ("book", "and", "->", "→")]
    return order, sum(text.count(quote) for quote in "\"'“”‘’")


def _broken_rules(
    books: list[str], conditions: list[Condition], policy: Choices, order: list[str], quotes: int
) -> Iterator[Broken | Unreadable]:
    if not policy.unquoted and quotes < 2 * len(order):
        yield Broken("The books are not in quotation marks.")
    longest = max(map(len, books))
    counts = Counter(order)
    for book in order:
        if len(book) > longest or not re.search(r"\w", book):
            yield Unreadable(f'"{shorten(book)}" is none of the books')
        elif book not in books:
            yield Broken(f'"{shorten(book)}" is none of the books.', (book,), misfit=True)
        elif counts[book] > 1:
            yield Broken(f"{book} is listed more than once.", (book,))
    missing = [book for book in books if book not in counts]
    if missing:
        yield Broken(f"{missing[0]} is missing.", tuple(missing), misfit=True)
        return
    place = {book: at for at, book in enumerate(order, 1)}
    for at, condition in enumerate(conditions):
        if not _holds(condition, place):
            where = f"{condition.book} is at position {place[condition.book]}"
            where += f", {condition.other} at {place[condition.other]}" if condition.other else ""
            reason = f'Condition {at + 1} is broken ("{worded(condition)[:-1]}"): {where}.'
            yield Broken(reason, (at,))


def _holds(condition: Condition, place: dict[str, int]) -> bool:
    here, there = place[condition.book], place.get(condition.other, 0)
    if condition.kind == "at":
        return here == condition.position
    if condition.kind == "not at":
        return here != condition.position
    if condition.kind == "next to":
        return abs(here - there) == 1
    return here < there if condition.kind == "left of" else here > there


def worded(condition: Condition) -> str:
    return _WORDING[condition.kind].format(condition.book, condition.other or condition.position)


def _form(order: list[str]) -> str:
    return "<<<[" + ", ".join(f'"{book}"' for book in order) + "]>>>"


def _question(books: list[str], text: str) -> str:
    return (
        f"The {len(books)} books {', '.join(books)} stand in a row, at positions 1 (far left) to {len(books)} (far "
        f"right). This is known of them:\n{text}\n"
        "Find an order of all books in which every condition holds; if there are several, any of them is right.\n"
        "Give the books from left to right as your final answer in the form <<<[list of letters in quotation "
        'marks]>>>, for example <<<["X", "Y", "Z"]>>>.'
    )


def _conditions(rng: Random, order: list[str], count: int) -> list[Condition]:
    """Draw different conditions that hold, one kind as likely as another while there are any of it.

    That one book is left of another and the other right of the one are the same condition.
    """
    size = len(order)
    pairs = [(first, second) for second in range(size) for first in range(second)]
    left: dict[str, list[Condition]] = {
        "at": [Condition("at", book, at) for at, book in enumerate(order, 1)],
        "not at": [
            Condition("not at", book, at)
            for place, book in enumerate(order, 1)
            for at in range(1, size + 1)
            if at != place
        ],
        "next to": [_either(rng, "next to", "next to", order[at], order[at + 1]) for at in range(size - 1)],
        "order": [
            _either(rng, "left of", "right of", order[first], order[second]) for first, second in pairs
        ],
    }
    kinds = ["at", "not at", "next to", "order", "order"]
    drawn: list[Condition] = []
    while len(drawn) < count:
        kind = choice(rng, [kind for kind in kinds if left[kind]])
        drawn.append(left[kind].pop(integer(rng, 0, len(left[kind]) - 1)))
        if kind == "at":
            # What is said of a book whose position is given need not be said again.
            known = drawn[-1].book
            left["not at"] = [other for other in left["not at"] if other.book != known]
    return drawn


def _either(rng: Random, kind: Kind, turned: Kind, first: str, second: str) -> Condition:
    """Say it of the one or of the other book."""
    one = sample(rng, [0, 1], 1)[0]
    return Condition(turned, second, other=first) if one else Condition(kind, first, other=second)


def solve(books: list[str], conditions: list[Condition]) -> list[str] | None:
    """Find an order from left to right; gives up on what is placed as soon as no book can follow."""
    size = len(books)
    before = dict.fromkeys(books, 0)
    beside: dict[str, set[str]] = {book: set() for book in books}
    allowed = {book: set(range(size)) for book in books}
    bit = {book: 1 << at for at, book in enumerate(books)}
    for one in conditions:
        if one.kind == "at":
            allowed[one.book] &= {one.position - 1}
        elif one.kind == "not at":
            allowed[one.book] -= {one.position - 1}
        elif one.kind == "next to":
            beside[one.book].add(one.other)
            beside[one.other].add(one.book)
        else:
            first, second = (one.book, one.other) if one.kind == "left of" else (one.other, one.book)
            before[second] |= bit[first]
    dead: set[tuple[int, str]] = set()

    def follow(placed: int, order: list[str]) -> bool:
        if len(order) == size:
            return True
        last = order[-1] if order else ""
        if (placed, last) in dead:
            return False
        waiting = [book for book in beside.get(last, ()) if not placed & bit[book]]
        for book in waiting if waiting else books:
            if placed & bit[book] or before[book] & ~placed or len(order) not in allowed[book]:
                continue
            if len(waiting) > 1 or any(placed & bit[other] and other != last for other in beside[book]):
                continue
            if any(
                not placed & bit[other] and max(allowed[other]) <= len(order)
                for other in books
                if other != book
            ):
                continue
            order.append(book)
            if follow(placed | bit[book], order):
                return True
            order.pop()
        dead.add((placed, last))
        return False

    order: list[str] = []
    return order if all(allowed.values()) and follow(0, order) else None


TASK = PermutationsAndCombinations()

"""Books on a shelf: the order of the answer, and each condition with whether it holds."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.reading.answer import Unreadable
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.permutations_and_combinations import Parameters, conditions_of, worded
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    GOOD,
    Figure,
    Line,
    below,
    figure,
    inside,
    legend,
    places,
    titled,
    wrapped,
)

MOST_BOOKS = 60
"""Books that are drawn."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the shelf with its positions, and the conditions: + holds, [x] does not."""
    given = parameters_for(problem, Parameters)
    known = conditions_of(given)
    bad = places(seen) if seen else set()
    order: list[str] | None = seen.value if seen else None
    judged = order is not None and len(order) == len(given.items) and not bad & {*given.items, *order}
    books = given.items if order is None else order[:MOST_BOOKS]
    numbered: list[Line] = []
    for at, book in enumerate(books, 1):
        name = inside(book, 24)
        number: Line = ((f"{at} ", FAINT),) if order is not None else ()
        numbered.append((*number, (f"[{name}]", BAD) if book in bad else (name, GIVEN)))
    missing = [book for book in given.items if book in bad and order is not None and book not in order]
    gone = [((f"[missing: {', '.join(inside(book, 24) for book in missing)}]", BAD),)] if missing else []
    lines: list[Line] = []
    for at, condition in enumerate([] if isinstance(known, Unreadable) else known):
        text = worded(condition)
        mark = ("[x] ", BAD) if at in bad else (" +  " if judged else "    ", GOOD)
        lines.append((mark, f"{at + 1}. ", (text, BAD) if at in bad else text))
    signs = [("+", GOOD, "holds")] if judged else []
    signs += [("[ ]", BAD, "breaks a rule")] if bad else []
    shelf = titled("books" if order is None else "answer, from left to right", wrapped(numbered, width))
    return below(shelf, Figure(tuple(gone)), titled("conditions", figure(*lines)), legend(*signs))

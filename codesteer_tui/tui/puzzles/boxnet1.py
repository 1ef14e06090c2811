"""Passing on boxes: what lies on the squares at the start, and as far as the plan works; the plan, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.boxnet1 import (
    Action,
    Choices,
    Held,
    Parameters,
    Square,
    do_step,
    held_at_first,
)
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    Cell,
    Figure,
    Line,
    below,
    beside,
    figure,
    grid,
    hanging,
    inside,
    legend,
    places,
    titled,
    wrapped,
    wrong,
)

HEAD = 5
"""Columns before what is done in a step."""

MOST_STEPS = 40
"""Steps that are listed."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the squares: capitals are boxes, small letters targets, each the beginning of its colour."""
    given = parameters_for(problem, Parameters)
    held = held_at_first(given)
    short = _short({item for items in held.values() for item in items})
    start = titled("start", _squares(held, short, set()))
    signs = legend(("A", GIVEN, "box"), ("a", FAINT, "target"), ("+", FAINT, "nothing there"))
    names = wrapped(
        (((abbreviation, GIVEN), f" {name}") for name, abbreviation in sorted(short.items())), width
    )
    if seen is None or seen.value is None:
        return below(start, below(names, signs, gap=0))
    bad = places(seen)
    steps: list[list[Action]] = seen.value
    done = next((at for at in range(len(steps)) if at in bad), len(steps))
    for actions in steps[:done]:
        do_step(held, actions, Choices())
    left = {square for square in held if square in bad}
    title = "in the end" if done == len(steps) else f"before step {done + 1}"
    reached = titled(title, _squares(held, short, left))
    listed = [_step(at, acts, short, at in bad, width) for at, acts in enumerate(steps[:MOST_STEPS])]
    if len(steps) > MOST_STEPS:
        listed.append(figure(((f"and {len(steps) - MOST_STEPS} steps more", FAINT),)))
    marks = legend(("[ ]", BAD, "not possible, or a box is left")) if bad else Figure()
    return below(beside(width, reached, start), below(*listed, gap=0), below(names, signs, marks, gap=0))


def _short(items: set[str]) -> dict[str, str]:
    """The shortest beginning of each colour that no other one has."""
    colours = sorted({item.partition("_")[2] for item in items})
    found: dict[str, str] = {}
    for colour in colours:
        sizes = (n for n in range(1, len(colour)) if sum(c.startswith(colour[:n]) for c in colours) == 1)
        found[colour] = colour[: next(sizes, len(colour))]
    return found


def _squares(held: Held, short: Mapping[str, str], bad: set[Square]) -> Figure:
    rows = sorted({square[0] for square in held})
    columns = sorted({square[1] for square in held})
    cells = [
        [
            _cell(held[row, column], short, bad=(row, column) in bad) if (row, column) in held else Cell("")
            for column in columns
        ]
        for row in rows
    ]
    return grid(
        cells,
        names=([f"{row:g}" for row in rows], [f"{column:g}" for column in columns]),
        block=(1, 1),
        most=24,
    )


def _cell(items: Counter[str], short: Mapping[str, str], *, bad: bool) -> Cell:
    shown = []
    for item in sorted(items.elements()):
        kind, _, colour = item.partition("_")
        begin = short.get(colour, colour)
        shown.append(begin.upper() if kind == "box" else begin.lower())
    text = " ".join(shown) or "+"
    return wrong(text) if bad else Cell(text, GIVEN if shown else FAINT)


def _step(at: int, actions: list[Action], short: Mapping[str, str], bad: bool, width: int) -> Figure:
    """A step: its number, in brackets where it is not possible, and what each agent does."""
    head: Line = ((f"[{at + 1}]", BAD),) if bad else (f" {at + 1} ",)
    pieces: list[Line] = [
        (f"{action.agent[0]:g},{action.agent[1]:g}: {_box(action, short)} -> {_to(action)}",)
        for action in actions
    ]
    return hanging(head, wrapped(pieces or [(("nothing", FAINT),)], width - HEAD), HEAD)


def _box(action: Action, short: Mapping[str, str]) -> str:
    colour = action.box.partition("_")[2]
    return short.get(colour, inside(colour)).upper()


def _to(action: Action) -> str:
    return "target" if action.square is None else f"{action.square[0]:g},{action.square[1]:g}"

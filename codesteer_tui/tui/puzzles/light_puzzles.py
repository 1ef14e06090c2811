"""Lights and buttons: the lights at the start, what each button switches, and the lights of the answer."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.light_puzzles import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    NEW,
    Cell,
    Figure,
    below,
    beside,
    figure,
    grid,
    inside,
    legend,
    places,
    titled,
    wrapped,
    wrong,
)

MOST_LIGHTS = 4_000
"""Lights that are drawn for the buttons, all of them together."""

MOST_PRESSES = 400
"""Presses that are listed."""

_SIGNS = {"1": ("*", GIVEN), "0": (".", FAINT)}


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the lights before and after: a star for one that is on; and the buttons as grids of their own."""
    given = parameters_for(problem, Parameters)
    start = grid([[_light(str(light)) for light in row] for row in given.initial_state])
    panels = [titled("at the start", start)]
    bad = places(seen) if seen else set()
    if seen and seen.value is not None:
        rows = [
            [_light(text, wrong_one=(at, column) in bad) for column, text in enumerate(row)]
            for at, row in enumerate(seen.value)
        ]
        panels.append(titled("answer", grid(rows)))
    signs = [("*", GIVEN, "on"), (".", FAINT, "off")]
    signs += [("[*]", BAD, "wrong")] if bad else []
    shown = list(given.buttons)[: max(1, MOST_LIGHTS // given.n**2)]
    buttons = [
        titled(f"{inside(name)}  pressed {given.operations.count(name)}x", _wires(given, name))
        for name in shown
    ]
    left = len(given.buttons) - len(shown)
    more = figure(((f"and {left} buttons more", FAINT),)) if left else Figure()
    order = wrapped(
        [(("pressed:", FAINT),), *((inside(name),) for name in given.operations[:MOST_PRESSES])], width, " "
    )
    signs.append(("#", NEW, "switched by the button"))
    return below(beside(width, *panels), order, beside(width, *buttons), more, legend(*signs))


def _light(text: str, *, wrong_one: bool = False) -> Cell:
    sign, style = _SIGNS[text]
    return wrong(sign) if wrong_one else Cell(sign, style)


def _wires(given: Parameters, name: str) -> Figure:
    wired = set(given.buttons[name])
    return grid(
        [
            [
                Cell("#", NEW) if (row, column) in wired else Cell(".", FAINT)
                for column in range(1, given.n + 1)
            ]
            for row in range(1, given.n + 1)
        ],
        first=None,
    )

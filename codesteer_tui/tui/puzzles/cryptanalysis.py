"""Finding a password: the guesses with what was said of them, and which of them the answer does not fit."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.cryptanalysis import Parameters, hints_of
from codesteer_tui.tui.blocks import Part
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
)

_SIDES = ({-1: "too small", 0: "", 1: "too large"}, {-1: "too early", 0: "", 1: "too late"})


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw a line for each guess: + where what was said of it fits the password of the answer, [x] where not."""
    given = parameters_for(problem, Parameters)
    bad = places(seen) if seen else set()
    answer = seen.value if seen else None
    password = figure((("password  ", FAINT), (" ".join(inside(answer)) if answer else "? ? ? ?", GIVEN)))
    lines: list[Line] = []
    for at, (guess, feedback) in enumerate(given.guesses):
        mark = ("[x]", BAD) if at in bad else (" + " if answer else "   ", GOOD)
        lines.append((mark, f" {at + 1:>2}  ", *_said(guess, feedback)))
    signs = [("o x .", FAINT, "right, in the other place, wrong"), *_fits(answer)]
    signs += [("[x]", BAD, "does not fit")] if bad else []
    return below(password, figure(*lines), legend(*signs))


def _fits(answer: str | None) -> list[tuple[str, str, str]]:
    return [("+", GOOD, "fits")] if answer else []


def _said(guess: str, feedback: str) -> Line:
    """The digits and the letters of a guess, each with signs for what was said, and how the wrong ones lie."""
    hints = hints_of(feedback)
    if hints is None:
        return ((" ".join(guess), GIVEN), (f"   {inside(feedback, 60)}", FAINT))
    parts: list[Part] = []
    for part, hint, sides in zip((guess[:2], guess[2:]), hints, _SIDES, strict=True):
        signs = "o" * hint.in_place + "x" * hint.misplaced + "." * hint.wrong
        parts += [(" ".join(part), GIVEN), (f"  {signs:<2} {sides[hint.side]:<10}  ", FAINT)]
    return tuple(parts)

"""Logical equations: the value of each letter, and each condition with whether it holds."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.reading.answer import Unreadable
from codesteer_tui.symbench.solvers.logical_equation import conditions_of
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.logical_equation import Parameters
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

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the values to give away, those of the answer, and the conditions: + holds, [x] does not."""
    given = parameters_for(problem, Parameters)
    letters = _LETTERS[: given.num_letters]
    known = conditions_of(given.constraints, letters)
    texts = given.constraints if isinstance(known, Unreadable) else [one.text for one in known]
    bad = places(seen) if seen else set()
    answered = seen is not None and seen.value is not None
    values = dict(zip(letters, seen.value if seen and seen.value else [], strict=False))
    judged = answered and len(values) == len(letters) == len(seen.value if seen else [])
    held = titled("values", wrapped([(str(value),) for value in given.values], width))
    who: list[Line] = []
    for letter in letters:
        value = inside(str(values[letter])) if letter in values else "?"
        who.append(((f"[{letter} = {value}]", BAD),) if letter in bad else ((letter, GIVEN), f" = {value}"))
    lines: list[Line] = []
    room = max(map(len, texts), default=0)
    for at, text in enumerate(texts):
        if at in bad:
            lines.append(((f"[x {text}]{'':<{room - len(text)}}", BAD),))
        else:
            lines.append(((" + " if judged else "   ", GOOD), f"{text:<{room + 1}}"))
    signs = [("+", GOOD, "holds")] if judged else []
    signs += [("[ ]", BAD, "breaks a rule")] if bad else []
    shown = titled("answer", wrapped(who, width)) if answered else figure((("letters ", FAINT), letters))
    return below(held, shown, titled("conditions", wrapped(lines, width)), legend(*signs))

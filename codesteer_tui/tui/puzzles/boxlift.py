"""Lifting boxes: the boxes and lifters, and step by step who lifts what with how much strength to spare."""

from __future__ import annotations

from collections import Counter

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.boxlift import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    Figure,
    Line,
    below,
    figure,
    hanging,
    legend,
    places,
    wrapped,
)

HEAD = 6
"""Columns before what is done in a step."""

MOST_STEPS = 40
"""Steps that are listed."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw weights and capacities, and a plan; the lift that is not allowed is between brackets."""
    given = parameters_for(problem, Parameters)
    lifters: list[Line] = [((f"{at}:", FAINT), str(capacity)) for at, capacity in enumerate(given.lifters)]
    strong = hanging((("lifters", GIVEN),), wrapped(lifters, width - 9), 9)
    steps = [] if seen is None or seen.value is None else seen.value
    bad = places(seen) if seen else set()
    done = next((at for at in range(len(steps)) if any(place[0] == at for place in bad)), len(steps))
    lifted = Counter(weight for lifts in steps[:done] for weight, _ in lifts)
    boxes: list[Line] = []
    for weight in given.boxes:
        gone = lifted[weight] > 0
        lifted[weight] -= gone
        boxes.append(((f"({weight})", FAINT),) if gone else (str(weight),))
    heavy = hanging((("boxes", GIVEN),), wrapped(boxes, width - 9), 9)
    head = below(strong, heavy, figure((("at most ", FAINT), f"{given.max_steps} steps")), gap=0)
    if not steps:
        return head
    listed = [_step(given, at, lifts, bad, width) for at, lifts in enumerate(steps[:MOST_STEPS])]
    if len(steps) > MOST_STEPS:
        listed.append(figure(((f"and {len(steps) - MOST_STEPS} steps more", FAINT),)))
    signs = [("(1)", FAINT, "lifted"), ("50 <= 0+2: 60", "", "weight, lifters, strength")]
    signs += [("[ ]", BAD, "not allowed")] if bad else []
    return below(head, below(*listed, gap=0), legend(*signs))


def _step(
    given: Parameters, at: int, lifts: list[tuple[int, list[int]]], bad: set[tuple[int, int]], width: int
) -> Figure:
    wrong = any(place[0] == at for place in bad) or at >= given.max_steps
    pieces: list[Line] = []
    for place, (weight, lifters) in enumerate(lifts):
        words = (
            f"{_short(weight)} <= {'+'.join(map(_short, lifters)) or 'nobody'}: {_strength(given, lifters)}"
        )
        pieces.append(((f"[{words}]", BAD),) if (at, place) in bad else (words,))
    head: Line = ((f"[{at + 1}]", BAD),) if wrong else (f" {at + 1} ",)
    return hanging(head, wrapped(pieces or [(("nothing", FAINT),)], width - HEAD), HEAD)


def _strength(given: Parameters, lifters: list[int]) -> int:
    return sum(given.lifters[lifter] for lifter in set(lifters) if 0 <= lifter < len(given.lifters))


def _short(number: int) -> str:
    return str(number) if abs(number) < 10**9 else "?"

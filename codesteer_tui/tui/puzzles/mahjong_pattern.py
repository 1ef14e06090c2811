"""Mahjong with letters: the hand at the start, the rounds, the hand before the last card, and the result."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.mahjong_pattern import NAMES, Parameters, hand_at_last
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    NEW,
    Figure,
    Line,
    below,
    figure,
    inside,
    legend,
    places,
    wrapped,
)

MOST_CARDS = 200
"""Cards that are drawn."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the cards sorted, the rounds, and the result that the answer gives to the last card."""
    given = parameters_for(problem, Parameters)
    start = _cards("hand at the start", "".join(sorted(given.initial_cards)), width)
    rounds: list[Line] = []
    for at, one in enumerate(given.rounds[:-1], 1):
        gone = f", {one.remove} leaves" if one.remove else ""
        rounds.append((f"{at}. {one.add} comes{gone}",))
    last = given.rounds[-1].add
    now = _cards("hand before the last card", "".join(sorted((+hand_at_last(given)).elements())), width)
    result: list[Line] = [(("the last card  ", FAINT), (last, NEW))]
    bad = places(seen) if seen else set()
    if seen and seen.value is not None:
        known = 0 <= seen.value < len(NAMES)
        said = f"{NAMES[seen.value]} ({seen.value})" if known else inside(str(seen.value))
        result.append((("the answer     ", FAINT), (f"[{said}]", BAD) if bad else (said, GIVEN)))
    signs = legend(("[ ]", BAD, "wrong")) if bad else Figure()
    return below(start, wrapped(rounds[:MOST_CARDS], width), now, figure(*result), signs)


def _cards(title: str, cards: str, width: int) -> Figure:
    pieces: list[Line] = [((card, GIVEN),) for card in cards[:MOST_CARDS]]
    return below(figure(((title, FAINT),)), wrapped(pieces, width, " "), gap=0)

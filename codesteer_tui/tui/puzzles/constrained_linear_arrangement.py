"""The opponent's cards: round by round one's own card, the opponent's of the answer, and the result."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.constrained_linear_arrangement import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    Cell,
    Figure,
    below,
    figure,
    grid,
    legend,
    places,
    wrong,
)

_GAMES = {
    "elements": "A wood, B fire, C earth, D metal, E water",
    "stick_game": "A stick, B tiger, C chicken, D worm",
    "animal": "A elephant, B lion, C tiger, D leopard, E wolf, F dog, G cat, H mouse",
}


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw a column for each round; a card of the opponent that cannot be so is between square brackets."""
    given = parameters_for(problem, Parameters)
    cards: list[str] = seen.value if seen and seen.value is not None else []
    bad = places(seen) if seen else set()
    count = len(given.results)
    theirs = [
        wrong(cards[at]) if at in bad and at < len(cards) else Cell(cards[at] if at < len(cards) else "?")
        for at in range(count)
    ]
    rows = [
        [Cell(card) for card in given.player_moves],
        theirs,
        [Cell(str(result)) for result in given.results],
    ]
    names = (["own card", "opponent", "result"], [str(at) for at in range(1, count + 1)])
    more = "[too many cards]" if len(cards) > count else ""
    return below(
        grid(rows, names=names),
        figure(((more, BAD),)) if more else Figure(),
        figure(_GAMES[given.game_type]),
        legend(("[A]", BAD, "cannot be so")) if bad else Figure(),
    )

"""The published judge of constrained_linear_arrangement.

In elements and stick_game, won and lost rounds must have the stored card, and a drawn round anything that one's own
card does not beat (elements: nor generate; stick_game: and that does not beat it); a card may be used again. In animal
the results count, except that the elephant may also beat the mouse, and no card may be used again.
"""

from __future__ import annotations

from itertools import pairwise

import msgspec

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.task import gold_text, read_parameters
from codesteer_tui.symbench.tasks.constrained_linear_arrangement import Parameters
from codesteer_tui.values import Verdict

_GENERATES = dict(pairwise("ABCDEA"))
_OVERCOMES = dict(pairwise("ACEBDA"))
_BEATS = dict(pairwise("ABCDA"))
_RANKS = "HGFEDCBA"


def accepts(problem: Problem, text: str) -> bool:
    """Go through the rounds; anything unexpected is a rejection."""
    parameters = read_parameters(problem, Parameters)
    stored = _stored(gold_text(problem) or "")
    cards = [card.strip() for card in text.split(",")]
    if isinstance(parameters, Verdict) or not len(cards) == len(stored) == len(parameters.results):
        return False
    if parameters.game_type == "animal":
        return len(set(cards)) == len(cards) and all(
            _fits_animal(mine, card, result)
            for mine, card, result in zip(parameters.player_moves, cards, parameters.results, strict=True)
        )
    draws = _draws_in_elements if parameters.game_type == "elements" else _draws_with_sticks
    return all(
        draws(mine, card) if result == "draw" else card == kept
        for mine, card, result, kept in zip(
            parameters.player_moves, cards, parameters.results, stored, strict=True
        )
    )


def _stored(gold: str) -> list[str]:
    try:
        return msgspec.json.decode(gold, type=list[str])
    except msgspec.MsgspecError:
        return [card.strip() for card in gold.split(",")]


def _draws_in_elements(mine: str, card: str) -> bool:
    return card not in (_GENERATES[mine], _OVERCOMES[mine])


def _draws_with_sticks(mine: str, card: str) -> bool:
    return card != _BEATS[mine] and card in _BEATS and mine != _BEATS[card]


def _fits_animal(mine: str, card: str, result: str) -> bool:
    if result == "draw":
        return card == mine
    if len(card) != 1 or card not in _RANKS:
        return False
    difference = _RANKS.index(mine) - _RANKS.index(card)
    if result == "win":
        return difference > 0 or (mine, card) == ("H", "A")
    return difference < 0 or (mine, card) == ("A", "H")

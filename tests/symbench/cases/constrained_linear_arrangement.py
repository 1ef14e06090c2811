from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice, permutations
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.marked import inside

GOLDEN = "e5aa9f342b3abc78"
BROKEN: list[dict[str, Any]] = [
    {"game": "stick_game", "rounds": 5},
    {"game": "elements", "rounds": 6},
    {"rounds": 9},
    {"game": "chess"},
]
HARDEST: dict[str, Any] = {"game": "animal", "rounds": 8}
CARDS = {"elements": "ABCDE", "stick_game": "ABCD", "animal": "ABCDEFGH"}
LOSERS = {
    "elements": {"A": "CE", "B": "DA", "C": "EB", "D": "AC", "E": "BD"},
    "stick_game": {"A": "B", "B": "C", "C": "D", "D": "A"},
    "animal": {
        "A": "BCDEFG",
        "B": "CDEFGH",
        "C": "DEFGH",
        "D": "EFGH",
        "E": "FGH",
        "F": "GH",
        "G": "H",
        "H": "A",
    },
}


def knobs(rng: Random) -> dict[str, Any]:
    game = rng.choice(["any", *CARDS])
    return {"game": game, "rounds": rng.randint(1, len(CARDS.get(game, "ABCDEFGH")))}


def _fits(problem: Problem, cards: list[str]) -> bool:
    losers = LOSERS[problem.parameters["game_type"]]
    results = problem.parameters["results"]
    if len(cards) != len(results) or len(set(cards)) != len(cards):
        return False
    for mine, card, result in zip(problem.parameters["player_moves"], cards, results, strict=True):
        made = "win" if card in losers[mine] else "loss" if mine in losers[card] else "draw"
        if made != result:
            return False
    return True


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    deck, count = CARDS[problem.parameters["game_type"]], len(problem.parameters["results"])
    every = (list(cards) for cards in permutations(deck, count))
    for cards in islice((cards for cards in every if _fits(problem, cards)), 5):
        yield f"<<<{','.join(cards)}>>>"
        yield f"My answer: {', '.join(cards)}"
        yield f"<<<{json.dumps(cards)}>>>"
        yield f"<<<{', '.join(f'Round {at}: {card.lower()}' for at, card in enumerate(cards, 1))}>>>"
        yield "So they were <<<\n" + "\n".join(cards) + "\n>>>."


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    deck = CARDS[problem.parameters["game_type"]]
    cards = re.findall(r"[A-H]", solved)
    yield f"<<<{','.join(cards[:-1]) or 'none'}>>>"
    yield f"<<<{','.join([*cards, cards[0]])}>>>"
    yield f"<<<{','.join([*cards[:-1], 'Z'])}>>>"
    for _ in range(10):
        others = [rng.choice(deck) for _ in cards]
        if not _fits(problem, others):
            yield f"<<<{','.join(others)}>>>"


def holds(problem: Problem, text: str) -> bool:
    return _fits(problem, re.findall(r"\b[A-H]\b", inside(text).upper()))

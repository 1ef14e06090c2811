"""constrained_linear_arrangement: which cards the opponent played, from one's own cards and the results.

Rules: `symbench` specification 4.13. Both players own one copy of every card and play each at most once. Three games:
*elements* (A generates B generates C generates D generates E generates A, and A overcomes C overcomes E overcomes B
overcomes D overcomes A; the holder of the generating card loses, the holder of the overcoming card wins, equal cards
draw), *stick_game* (A beats B beats C beats D beats A; other cards draw) and *animal* (A beats B beats ... beats H,
the larger always the smaller, but H beats A; equal cards draw). Any sequence that fits all results is right. 24 of the
published problems have none; nothing is accepted for them, and `solve` says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from random import Random
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice, sample
from codesteer_tui.symbench.reading.answer import (
    MOST_BROKEN,
    Broken,
    Look,
    Unreadable,
    look,
    shorten,
    there_are,
)
from codesteer_tui.symbench.reading.lists import items
from codesteer_tui.symbench.reading.numbers import plain
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Game: TypeAlias = Literal["elements", "stick_game", "animal"]
Result: TypeAlias = Literal["win", "loss", "draw"]

_CARDS: dict[Game, str] = {"elements": "ABCDE", "stick_game": "ABCD", "animal": "ABCDEFGH"}
_BEATS: dict[Game, frozenset[tuple[str, str]]] = {
    "elements": frozenset([*pairwise("ACEBDA"), *((fed, feeder) for feeder, fed in pairwise("ABCDEA"))]),
    "stick_game": frozenset(pairwise("ABCDA")),
    "animal": frozenset(
        [
            (big, small)
            for big in "ABCDEFGH"
            for small in "ABCDEFGH"
            if big < small and (big, small) != ("A", "H")
        ]
        + [("H", "A")]
    ),
}
"""Who beats whom, as (winner, loser)."""


_NAMES: dict[Game, str] = {
    "elements": "wood fire earth metal water",
    "stick_game": "stick tiger chicken worm",
    "animal": "elephant lion tiger leopard wolf dog cat mouse",
}
_ROUND = re.compile(r"\bround\s{0,5}[0-9]{1,3}\s{0,5}[:.=-]?", re.IGNORECASE)


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The game and its length. More rounds leave fewer sequences, and larger games have more cards to think of.

    `game`: which one is played; "any" is drawn among those with enough cards. `rounds`: how many cards are played, at
    most 5 in elements, 4 in stick_game and 8 in animal.
    """

    game: Literal["any", "elements", "stick_game", "animal"] = "any"
    rounds: Annotated[int, Meta(ge=1, le=8)] = 4

    def __post_init__(self) -> None:
        """Refuse more rounds than the game has cards."""
        if self.game != "any" and self.rounds > len(_CARDS[self.game]):
            raise ValueError(
                f"the game {self.game} has {len(_CARDS[self.game])} cards, too few for {self.rounds} rounds"
            )


class Parameters(Struct, frozen=True):
    """What is checked: the game, one's own cards, and the results from one's own side, round by round."""

    game_type: Game
    player_moves: Annotated[list[Annotated[str, Meta(pattern="^[A-H]$")]], Meta(min_length=1, max_length=8)]
    results: Annotated[list[Result], Meta(min_length=1, max_length=8)]

    def __post_init__(self) -> None:
        """Refuse cards that the game does not have, and another number of results than of cards."""
        if len(self.player_moves) != len(self.results):
            raise ValueError("there are not as many results as cards")
        for card in self.player_moves:
            if card not in _CARDS[self.game_type]:
                raise ValueError(f"the game {self.game_type} has no card {card}")


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `quotes`: the cards may be quoted and the list bracketed. `any_case`: "c" is card C.
    """

    quotes: bool = True
    any_case: bool = True


class ConstrainedLinearArrangement:
    """Deduce the opponent's cards."""

    id = "constrained_linear_arrangement"
    title = "The opponent's cards"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Let two players play at random, and tell one player's cards and the results."""
        games: list[Game] = [game for game in _CARDS if len(_CARDS[game]) >= difficulty.rounds]
        game = choice(rng, games) if difficulty.game == "any" else difficulty.game
        mine = sample(rng, _CARDS[game], difficulty.rounds)
        theirs = sample(rng, _CARDS[game], difficulty.rounds)
        results = [_RESULT_IN[game](card, other) for card, other in zip(mine, theirs, strict=True)]
        return Problem(
            question=_question(game, mine, results),
            task=self.id,
            parameters={"game_type": game, "player_moves": mine, "results": results},
            gold=f"<<<{','.join(theirs)}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept every sequence of different cards that gives the result of every round."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge cards. They are read as a list of letters; `where` are rounds, from 0, that cannot be so."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        choices = policy or Choices()
        read, rules = partial(_read, parameters, choices), partial(_broken_rules, parameters)
        right = "The cards are different and give the result of every round."
        keep = "" if choices.quotes else "\"'"
        return look(answer, read, rules, right, keep=keep, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Assign cards to rounds, one round after the other, going back where none is left."""
        parameters = parameters_for(problem, Parameters)
        found = solve(parameters.game_type, parameters.player_moves, list(parameters.results))
        return f"<<<{','.join(found)}>>>" if found else None


def _read(parameters: Parameters, policy: Choices, text: str) -> list[str] | Unreadable:
    line = re.sub(r"\band\b", " ", _ROUND.sub(" ", plain(text)))
    for card, name in zip(_CARDS[parameters.game_type], _NAMES[parameters.game_type].split(), strict=True):
        line = re.sub(rf"\b{card}\s{{0,3}}\(\s{{0,3}}{name}\s{{0,3}}\)", card, line, flags=re.IGNORECASE)
    if not policy.quotes and any(sign in line for sign in "[]()\"'"):
        return Unreadable(f'"{shorten(line)}" has quotes or brackets')
    found = items(line.strip("{}"))
    if isinstance(found, Unreadable):
        return found
    if policy.any_case:
        found = [card.upper() for card in found]
    deck = list(_CARDS[parameters.game_type])
    wrong = [card for card in found if card not in deck]
    if wrong and not all(len(card) == 1 and card.isalpha() for card in wrong):
        return Unreadable(f'There is no card "{shorten(wrong[0])}" in this game')
    return found


def _broken_rules(parameters: Parameters, cards: list[str]) -> Iterator[Broken]:
    deck = list(_CARDS[parameters.game_type])
    for at, card in enumerate(cards):
        if card not in deck:
            yield Broken(f'There is no card "{shorten(card)}" in this game.', (at,))
    if len(cards) != len(parameters.results):
        count = f"{there_are(len(cards), 'cards')} for {len(parameters.results)} rounds."
        yield Broken(count, misfit=True)
        return
    beats = _BEATS[parameters.game_type]
    rounds = zip(parameters.player_moves, cards, parameters.results, strict=True)
    for at, (mine, other, result) in enumerate(rounds):
        if other in cards[:at]:
            first = cards.index(other)
            twice = f"Card {other} is played twice, in rounds {first + 1} and {at + 1}."
            yield Broken(twice, (first, at))
            continue
        if other not in deck:
            continue
        made = "win" if (mine, other) in beats else "loss" if (other, mine) in beats else "draw"
        if made != result:
            yield Broken(f"Round {at + 1}: {mine} against {other} is a {made}, not a {result}.", (at,))


_STATED: dict[Game, str] = {
    "elements": (
        "The five cards are A (wood), B (fire), C (earth), D (metal) and E (water). Wood generates fire, fire "
        "generates earth, earth generates metal, metal generates water, and water generates wood. Wood overcomes "
        "earth, earth overcomes water, water overcomes fire, fire overcomes metal, and metal overcomes wood. The "
        "player whose card overcomes the other card wins, the player whose card generates the other card loses, and "
        "equal cards are a draw."
    ),
    "stick_game": (
        "The four cards are A (stick), B (tiger), C (chicken) and D (worm). A stick beats a tiger, a tiger beats a "
        "chicken, a chicken beats a worm, and a worm beats a stick. Any other two cards, and equal cards, are a draw."
    ),
    "animal": (
        "The eight cards are animals, from the largest to the smallest: A (elephant), B (lion), C (tiger), "
        "D (leopard), E (wolf), F (dog), G (cat) and H (mouse). The larger animal wins, except that the mouse wins "
        "against the elephant. Equal animals are a draw."
    ),
}


def _question(game: Game, mine: list[str], results: list[Result]) -> str:
    rounds = "\n".join(
        f"Round {number}: I played {card}, and for me it was a {result}."
        for number, (card, result) in enumerate(zip(mine, results, strict=True), 1)
    )
    return (
        "Two players have the same set of cards, one of each kind. In every round both lay down one card at the same "
        f"time, and no player uses a card twice.\n{_STATED[game]}\n\n{rounds}\n\n"
        "Which cards may my opponent have played, so that every result is as stated? If several sequences are "
        "possible, any of them will do.\n"
        "Give the letters of the opponent's cards round by round as your final answer, separated by commas, in the "
        "form <<<card,card,...>>>; with other cards than these it might be <<<X,Y,Z>>>."
    )


def solve(game: Game, mine: list[str], results: list[Result]) -> list[str] | None:
    """Search depth first for different cards of the opponent; None where no sequence fits."""
    result_of = _RESULT_IN[game]
    if len(mine) > len(_CARDS[game]):
        return None

    def extended(played: list[str]) -> list[str] | None:
        at = len(played)
        if at == len(mine):
            return played
        for card in _CARDS[game]:
            if card not in played and result_of(mine[at], card) == results[at]:
                found = extended([*played, card])
                if found:
                    return found
        return None

    return extended([])


def _elements_result(mine: str, other: str) -> Result:
    """Two steps on in the cycle of generation is overcome; four steps on is what generates the card."""
    steps = (ord(other) - ord(mine)) % 5
    return "draw" if steps == 0 else "win" if steps in (2, 4) else "loss"


def _stick_result(mine: str, other: str) -> Result:
    steps = (ord(other) - ord(mine)) % 4
    return "win" if steps == 1 else "loss" if steps == 3 else "draw"


def _animal_result(mine: str, other: str) -> Result:
    if mine == other:
        return "draw"
    reverse = {mine, other} == {"A", "H"}
    return "win" if (mine < other) != reverse else "loss"


_RESULT_IN: dict[Game, Callable[[str, str], Result]] = {
    "elements": _elements_result,
    "stick_game": _stick_result,
    "animal": _animal_result,
}

TASK = ConstrainedLinearArrangement()

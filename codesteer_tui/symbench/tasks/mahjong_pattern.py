"""mahjong_pattern: what drawing a card into a hand of letters makes: a triple, a run, or nothing.

Rules: `symbench` specification 4.5. Each round a card is drawn, and judged against the hand as it was before: "Peng"
(1) where the hand holds at least two of its kind; else "Chi" (2), where the problem has it, if the card makes three
consecutive letters with two cards of the hand; else "Pass" (0). Then the card joins the hand, and one card leaves it.
Asked is the result of the last round. Runs do not go on from Z to A. The published problems have 13 cards and one to
five rounds, with Chi from three rounds on.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice, sample
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.numbers import integer as read_integer
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NAMES = ("Pass", "Peng", "Chi")
_PASS, _PENG, _CHI = range(3)
_NAMED = re.compile(
    r"(?P<before>[+-]?[0-9]{1,9}(?:\.0{1,9})?)?[\s(:=,-]{0,10}(?P<name>pass|peng|chi)[\s):=,(-]{0,10}"
    r"(?P<after>[+-]?[0-9]{1,9}(?:\.0{1,9})?)?[\s).]{0,10}",
    re.IGNORECASE,
)


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The hand and the rounds. More rounds are harder, and so is Chi.

    `cards`: cards in the hand. `rounds`: how many cards are drawn. `chi`: runs of three count too.
    """

    cards: Annotated[int, Meta(ge=4, le=40)] = 13
    rounds: Annotated[int, Meta(ge=1, le=40)] = 5
    chi: bool = True


Card = Annotated[str, Meta(min_length=1, max_length=1)]


class Round(Struct, frozen=True):
    """The card that is drawn, and the one that leaves the hand; nothing leaves it where that is not told."""

    add: Card
    remove: Annotated[str, Meta(max_length=1)] = ""


class Parameters(Struct, frozen=True):
    """What is checked: the hand, the rounds, and whether there is Chi (untold: from a `complexity` of 3 on)."""

    initial_cards: Annotated[str, Meta(max_length=1_000)]
    rounds: Annotated[list[Round], Meta(min_length=1, max_length=1_000)]
    complexity: int | None = None
    chi: bool | None = None

    @property
    def with_chi(self) -> bool:
        """Whether the question defines Chi."""
        if self.chi is not None:
            return self.chi
        return (len(self.rounds) if self.complexity is None else self.complexity) > 2


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `names`: the result may be named, as in "Peng" or "1 (Peng)"."""

    names: bool = True


class MahjongPattern:
    """Judge the last card that is drawn."""

    id = "mahjong_pattern"
    title = "Mahjong with letters"
    category: Category = "games"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a hand with at most two cards of a kind, and rounds whose results are equally likely if possible."""
        hand = sample(rng, _ALPHABET * 2, difficulty.cards)
        start = "".join(hand)
        rounds = _draw_rounds(rng, hand, difficulty)
        return Problem(
            question=_question(start, rounds, difficulty.chi),
            task=self.id,
            parameters={"initial_cards": start, "rounds": rounds, "chi": difficulty.chi},
            gold=f"<<<{_solve(start, rounds, difficulty.chi)}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the number of the last round's result, with or without its name."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a result. It is read as its number; `where` is "result" where it is not right."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        read, rules = partial(_read, policy=policy or Choices()), partial(_broken_rules, parameters)
        return look(answer, read, rules, "It is the result of the last round.", lists=False, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Keep the hand as a string, and search it."""
        parameters = parameters_for(problem, Parameters)
        rounds = [{"add": one.add, "remove": one.remove} for one in parameters.rounds]
        return f"<<<{_solve(parameters.initial_cards, rounds, parameters.with_chi)}>>>"


def _broken_rules(parameters: Parameters, value: int) -> Iterator[Broken]:
    result = _last_result(parameters)
    if value == result:
        return
    card = parameters.rounds[-1].add
    said = f"{NAMES[value]} ({value})" if value in (_PASS, _PENG, _CHI) else shorten(str(value))
    if value == _CHI and not parameters.with_chi:
        yield Broken("There is no Chi (2) in this problem.", ("result",))
    else:
        yield Broken(f"The last card, {card}, makes {NAMES[result]} ({result}), not {said}.", ("result",))


def _read(text: str, policy: Choices) -> int | Unreadable:
    named = _NAMED.fullmatch(text.strip().strip("\"'*")) if policy.names and len(text) < 100 else None
    if named is None:
        return read_integer(text)
    value = NAMES.index(named["name"].capitalize())
    for number in (named["before"], named["after"]):
        if number and read_integer(number) != value:
            return Unreadable(f'"{shorten(text)}" names one result and numbers another')
    return value


def hand_at_last(parameters: Parameters) -> Counter[str]:
    """Go through the rounds but the last with a count of each card; gives the hand before the last card is drawn."""
    hand = Counter(parameters.initial_cards)
    for one in parameters.rounds[:-1]:
        hand[one.add] += 1
        hand[one.remove] -= 1 if hand[one.remove] > 0 else 0
    return hand


def _last_result(parameters: Parameters) -> int:
    hand = hand_at_last(parameters)
    card = parameters.rounds[-1].add
    if hand[card] >= 2:
        return _PENG
    if parameters.with_chi:
        for lowest in range(ord(card) - 2, ord(card) + 1):
            others = [
                chr(code)
                for code in range(max(lowest, 0), min(lowest + 3, sys.maxunicode + 1))
                if code != ord(card)
            ]
            if len(others) == 2 and all(hand[other] > 0 for other in others):
                return _CHI
    return _PASS


def _question(start: str, rounds: list[dict[str, str]], chi: bool) -> str:
    lines = []
    for number, one in enumerate(rounds, 1):
        leaves = f"; then {one['remove']} leaves the hand" if one.get("remove") else ""
        lines.append(f"Round {number}: {one['add']} is drawn{leaves}.")
    rules = ["- Peng (1): the hand holds at least two cards with the letter of the drawn card."]
    if chi:
        rules.append(
            "- Chi (2): it is not Peng, and the drawn card and two cards of the hand are three letters that follow one "
            "another in the alphabet, such as D, E and F; the drawn card may be any of the three. A does not follow Z."
        )
    rules.append(f"- Pass (0): it is {'neither Peng nor Chi' if chi else 'not Peng'}.")
    shown = "\n".join(rules)
    numbers = "0, 1 or 2" if chi else "0 or 1"
    return (
        f"You hold {len(start)} cards with a letter each. In each round you draw a card, which is judged by the cards "
        f"that you hold before you take it:\n{shown}\n"
        "Whatever the result, you then take the drawn card into your hand, and one card leaves your hand.\n\n"
        f"Your hand: {' '.join(start)}\n" + "\n".join(lines) + "\n\n"
        "What is the result of the last round?\n"
        f"Give its number as your final answer in the form <<<number>>>, where the number is {numbers}."
    )


def _draw_rounds(rng: Random, hand: list[str], difficulty: Knobs) -> list[dict[str, str]]:
    """Draw rounds, each of which aims at a result drawn first; the last one tells no card that leaves."""
    rounds: list[dict[str, str]] = []
    wanted = (_PASS, _PENG, _CHI) if difficulty.chi else (_PASS, _PENG)
    for number in range(difficulty.rounds):
        held = "".join(hand)
        aim = choice(rng, wanted)
        fitting = [card for card in _ALPHABET if _result(held, card, difficulty.chi) == aim]
        card = choice(rng, fitting or _ALPHABET)
        if number == difficulty.rounds - 1:
            rounds.append({"add": card})
            break
        hand.append(card)
        leaves = choice(rng, hand)
        hand.remove(leaves)
        rounds.append({"add": card, "remove": leaves})
    return rounds


def _solve(hand: str, rounds: list[dict[str, str]], chi: bool) -> int:
    for one in rounds[:-1]:
        hand = (hand + one["add"]).replace(one.get("remove") or "\0", "", 1)
    return _result(hand, rounds[-1]["add"], chi)


def _result(hand: str, card: str, chi: bool) -> int:
    """Judge one card by looking at the distances of the hand's letters to it."""
    if hand.count(card) > 1:
        return _PENG
    distances = {ord(other) - ord(card) for other in hand}
    if chi and (distances >= {-2, -1} or distances >= {-1, 1} or distances >= {1, 2}):
        return _CHI
    return _PASS


TASK = MahjongPattern()

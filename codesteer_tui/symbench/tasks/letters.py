"""letters: how often a letter occurs in a word, and where.

Rules: `symbench` specification 4.30. Positions count from 1. The published words have 5 to 800 letters,
with the letter 1 to 200 times.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice, integer, sample
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import integers
from codesteer_tui.symbench.reading.numbers import plain
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(
    r"\**count\s*\**\s*:\s*\**\s*(?P<count>[0-9]{1,9})\**\s*[,\n]\s*\**positions\s*\**\s*:\s*\**\s*"
    r"(?P<positions>\[[^\[\]]*\])\**\s*\.?",
    re.IGNORECASE,
)


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """How long the word is, and how often it has the letter. Longer words with more of it are harder.

    `min_length` and `max_length`: letters in the word, drawn between them. `frequency`: how often the letter occurs.
    """

    min_length: Annotated[int, Meta(ge=1, le=800)] = 10
    max_length: Annotated[int, Meta(ge=1, le=800)] = 15
    frequency: Annotated[int, Meta(ge=0, le=800)] = 3

    def __post_init__(self) -> None:
        """Refuse an empty range, and a letter that is more frequent than the word is long."""
        if self.min_length > self.max_length:
            raise ValueError(f"min_length {self.min_length} is greater than max_length {self.max_length}")
        if self.frequency > self.min_length:
            raise ValueError(f"a word of {self.min_length} letters cannot have one {self.frequency} times")


class Parameters(Struct, frozen=True):
    """What is checked: the word, and the letter to count in it."""

    word: Annotated[str, Meta(max_length=100_000)]
    letter: Annotated[str, Meta(min_length=1, max_length=1)]


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `any_order`: the positions may be listed in any order. `repeats`: a position may be listed more than once.
    """

    any_order: bool = True
    repeats: bool = False


class Letters:
    """Count a letter and list its positions."""

    id = "letters"
    title = "Counting letters"
    category: Category = "strings"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a letter and a synthetic word that has it exactly `frequency` times."""
        letter = choice(rng, _ALPHABET)
        word = _word(rng, letter, difficulty)
        return Problem(
            question=_question(word, letter),
            task=self.id,
            parameters={"word": word, "letter": letter},
            gold=_form(solve(word, letter)),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the right count with the right positions, in the form that was asked for and in no other."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge count and positions. They are read as (count, positions); `where` are wrong or missing positions."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        rules = partial(_broken_rules, parameters, policy or Choices())
        return look(answer, _read, rules, "Count and positions are right.", lists=False, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Count by splitting the word at the letter."""
        parameters = parameters_for(problem, Parameters)
        return _form(solve(parameters.word, parameters.letter))


def _read(text: str) -> tuple[int, list[int]] | Unreadable:
    match = _FORM.fullmatch(plain(text))
    if match is None:
        return Unreadable(f'"{shorten(text)}" is not of the form "Count: X, Positions: [Y, Z]"')
    positions = integers(match["positions"])
    return positions if isinstance(positions, Unreadable) else (int(match["count"]), positions)


def _broken_rules(parameters: Parameters, policy: Choices, read: tuple[int, list[int]]) -> Iterator[Broken]:
    """Hold count and positions against the word."""
    word, letter = parameters.word, parameters.letter
    count, positions = read
    right = word.count(letter)
    if count != right:
        yield Broken(f'"{letter}" occurs {right} times, not {count}.')
    for position in positions:
        if not 1 <= position <= len(word):
            beyond = f"is outside of the word, which has positions 1 to {len(word)}."
            yield Broken(f"Position {position} {beyond}", (position,))
        elif word[position - 1] != letter:
            yield Broken(f'Position {position} holds "{word[position - 1]}", not "{letter}".', (position,))
    listed = Counter(positions)
    if len(listed) != len(positions) and not policy.repeats:
        twice = next(position for position in positions if listed[position] > 1)
        yield Broken(f"Position {twice} is listed more than once.", (twice,))
    if missing := [at for at, found in enumerate(word, 1) if found == letter and at not in listed]:
        yield Broken(f"{len(missing)} of {right} positions are missing.", tuple(missing[:MOST_BROKEN]))
    if not policy.any_order and positions != sorted(positions):
        yield Broken("The positions are not in ascending order.")


def _form(positions: list[int]) -> str:
    return f"<<<Count: {len(positions)}, Positions: {positions}>>>"


def _question(word: str, letter: str) -> str:
    return (
        f'How many times does the letter "{letter}" occur in the word "{word}", and at which positions? '
        "The first letter of the word is at position 1.\n"
        "Give your final answer in the form <<<Count: X, Positions: [Y, Z, ...]>>>, with all positions; for "
        'example, for the letter "a" in "banana": <<<Count: 3, Positions: [2, 4, 6]>>>.'
    )


def _word(rng: Random, letter: str, difficulty: Knobs) -> str:
    length = integer(rng, difficulty.min_length, difficulty.max_length)
    others = _ALPHABET.replace(letter, "")
    letters = [choice(rng, others) for _ in range(length)]
    for at in sample(rng, range(length), difficulty.frequency):
        letters[at] = letter
    return "".join(letters)


def solve(word: str, letter: str) -> list[int]:
    """List the 1-based positions of a letter, by splitting the word at it."""
    positions: list[int] = []
    at = 0
    for part in word.split(letter)[:-1]:
        at += len(part) + 1
        positions.append(at)
    return positions


TASK = Letters()

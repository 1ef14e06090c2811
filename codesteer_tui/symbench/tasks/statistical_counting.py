"""statistical_counting: add up the scores of the runs of equal letters in a string.

Rules: `symbench` specification 4.6. Every maximal run that is long enough adds its letter's score once, however long it
is. The published strings have 5 to 65 letters of 2 to 7 kinds, with the scores 1, 2, 3, ... for A, B, C, ... and runs
of at least two letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, choice, integer
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look
from codesteer_tui.symbench.reading.numbers import integer as read_integer
from codesteer_tui.symbench.task import Category, NoPolicy, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_POINTS = re.compile(r"\s*\bpoints?\b\s*\.?\s*$", re.IGNORECASE)
_WORDS = re.compile(
    r"\s*(?:the\s+)?(?:total\s+|final\s+){0,2}score\s*(?:is|=|:)\s*(?P<rest>.{1,100}?)\s*\.?\s*",
    re.IGNORECASE,
)


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The string and its runs. Longer strings with more kinds of letters are harder.

    `length`: letters in the string. `letters`: how many kinds there are. `min_run`: the shortest run that scores.
    `repeats`: how likely a letter is made equal to the one before it, on top of chance; more of it makes longer runs.
    """

    length: Annotated[int, Meta(ge=5, le=500)] = 65
    letters: Annotated[int, Meta(ge=2, le=26)] = 5
    min_run: Annotated[int, Meta(ge=2, le=5)] = 2
    repeats: Annotated[float, Meta(ge=0, le=0.9)] = 0.0


class Rule(Struct, frozen=True):
    """What one letter scores, and how long its run must be."""

    letter: Annotated[str, Meta(min_length=1, max_length=1)]
    score: Annotated[int, Meta(ge=-(10**9), le=10**9)]
    min_consecutive: Annotated[int, Meta(ge=1, le=1_000_000)] = 2


class Parameters(Struct, frozen=True):
    """What is checked: the string, and one rule a letter. Letters without a rule score nothing."""

    sequence: Annotated[str, Meta(max_length=100_000)]
    rules: Annotated[list[Rule], Meta(min_length=1, max_length=200)]


class StatisticalCounting:
    """Add up the scores of runs."""

    id = "statistical_counting"
    title = "Scores of runs"
    category: Category = "strings"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = NoPolicy

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a string of the wanted letters in which at least one run scores."""
        letters = _ALPHABET[: difficulty.letters]
        sequence = _draw(rng, letters, difficulty)
        rules = [Rule(letter, at + 1, difficulty.min_run) for at, letter in enumerate(letters)]
        return Problem(
            question=_question(sequence, rules),
            task=self.id,
            parameters={
                "sequence": sequence,
                "rules": [
                    {"letter": rule.letter, "score": rule.score, "min_consecutive": rule.min_consecutive}
                    for rule in rules
                ],
            },
            gold=f"<<<{solve(sequence, rules)}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: NoPolicy | None = None) -> Verdict:
        """Accept the total score."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: NoPolicy | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a score. It is read as a number; `where` is "score" where it is not right."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        rules = partial(_broken_rules, parameters)
        return look(answer, _read, rules, "It is the total score.", lists=False, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Find the runs with regular expressions."""
        parameters = parameters_for(problem, Parameters)
        return f"<<<{solve(parameters.sequence, parameters.rules)}>>>"


def _read(text: str) -> int | Unreadable:
    words = _WORDS.fullmatch(text) if len(text) < 200 else None
    said = (words["rest"] if words else text).rpartition("=")[2]
    return read_integer(_POINTS.sub("", said) if len(said) < 200 else said)


def _broken_rules(parameters: Parameters, value: int) -> Iterator[Broken]:
    runs = scored(parameters)
    total = sum(score for _, _, score in runs)
    if value != total:
        yield Broken(f"The {len(runs)} runs that score add up to {total}, not to what was given.", ("score",))


def scored(parameters: Parameters) -> list[tuple[int, int, int]]:
    """Go through the string once; gives the runs that score: where each begins and ends, and its score."""
    rules = {rule.letter: rule for rule in parameters.rules}
    sequence = parameters.sequence
    runs, start = [], 0
    for at in range(1, len(sequence) + 1):
        if at < len(sequence) and sequence[at] == sequence[start]:
            continue
        rule = rules.get(sequence[start])
        if rule and at - start >= rule.min_consecutive:
            runs.append((start, at, rule.score))
        start = at
    return runs


def _question(sequence: str, rules: list[Rule]) -> str:
    scores = ", ".join(f"{rule.letter} {rule.score}" for rule in rules)
    least = rules[0].min_consecutive
    run = "A" * (least + 1)
    return (
        f"In the string below, look for runs of one letter that stands {least} or more times in a row. Each such run "
        f"scores once, as a whole, however long it is, and shorter ones score nothing; {run}B{run}, for one, has two "
        f"runs of A that score.\nThe scores of the letters: {scores}.\n\n{sequence}\n\n"
        "What is the total score of the string, starting from 0?\n"
        "Give it as your final answer in the form <<<number>>>."
    )


def _draw(rng: Random, letters: str, difficulty: Knobs) -> str:
    """Draw a string; where chance made no run that scores, one is put in."""
    sequence = ""
    for _ in range(difficulty.length):
        again = sequence and chance(rng, difficulty.repeats)
        sequence += sequence[-1] if again else choice(rng, letters)
    least = difficulty.min_run
    if solve(sequence, [Rule(letter, 1, least) for letter in letters]):
        return sequence
    at = integer(rng, 0, difficulty.length - least)
    return sequence[:at] + choice(rng, letters) * least + sequence[at + least :]


def solve(sequence: str, rules: list[Rule]) -> int:
    """Count each letter's runs with a regular expression of its own."""
    return sum(
        rule.score * len(re.findall(f"{re.escape(rule.letter)}{{{rule.min_consecutive},}}", sequence))
        for rule in {rule.letter: rule for rule in rules}.values()
    )


TASK = StatisticalCounting()

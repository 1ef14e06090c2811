"""cryptanalysis: find the password of two digits and two capital letters from guesses and what was said about them.

Rules: `symbench` specification 4.22. The digits differ, and so do the letters. For each guess the digits and the
letters are judged apart: how many are right and in place, how many are right but in the other place, and how many are
wrong. Wrong ones are too small (too early) where all of them come before both of the password's, too large (too
late) where all come behind both. The published problems have 2 to 17 guesses, and one password that fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Annotated

from msgspec import Meta, Struct, structs

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import sample, shuffled
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Misfit, Unreadable, look, shorten
from codesteer_tui.symbench.reading.strings import string
from codesteer_tui.symbench.solvers.cryptanalysis import passwords
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_DIGITS, _LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_EXAMPLE = "53FA"
_LISTED = re.compile(r"([0-9])[\s,;]*([0-9])[\s,;]+([A-Z])[\s,;]*([A-Z])\.?")
_CLAUSE = re.compile(
    r"(?P<many>one|both) (?P<kind>number|letter)s? (?:is|are) "
    r"(?:(?P<place>correct and in the correct|correct but in the wrong) positions?"
    r"|incorrect(?: and (?P<side>too (?:small|large|early in the alphabet|late in the alphabet)|incorrect))?)"
)
_TRIES, _SAMPLES = 4, 6


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The guesses. More of them are more to combine, since each then tells less; few leave little to go on.

    `guesses`: how many are given.
    """

    guesses: Annotated[int, Meta(ge=2, le=30)] = 8


Guess = Annotated[str, Meta(pattern="^[0-9]{2}[A-Z]{2}$", max_length=4)]
Feedback = Annotated[str, Meta(max_length=500)]


class Parameters(Struct, frozen=True):
    """What is checked: the guesses, each with what was said about it, in the published phrases."""

    guesses: Annotated[list[tuple[Guess, Feedback]], Meta(min_length=1, max_length=200)]


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `plain`: the password may be written as one word ("53FA")."""

    plain: bool = True


class Hint(Struct, frozen=True):
    """What is said about two digits or two letters. `side` of the wrong ones: -1 before both, 1 behind both, else 0."""

    in_place: int = 0
    misplaced: int = 0
    wrong: int = 0
    side: int = 0


class Cryptanalysis:
    """Find a password from guesses."""

    id = "cryptanalysis"
    title = "Finding a password"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a password, and guesses that leave no other one."""
        digits, letters = "".join(sample(rng, _DIGITS, 2)), "".join(sample(rng, _LETTERS, 2))
        if digits + letters == _EXAMPLE:
            digits = digits[::-1]
        guesses = [
            first + second
            for first, second in zip(
                _halves(rng, _DIGITS, digits, difficulty.guesses),
                _halves(rng, _LETTERS, letters, difficulty.guesses),
                strict=True,
            )
        ]
        judged = [(guess, hint(guess[:2], digits), hint(guess[2:], letters)) for guess in guesses]
        return Problem(
            question=_question(judged),
            task=self.id,
            parameters={
                "guesses": [
                    [guess, f"{_phrase(first, 'number')}; {_phrase(second, 'letter')}"]
                    for guess, first, second in judged
                ]
            },
            gold=_form(digits + letters),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept a password about which the same would have been said for every guess."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a password. It is read as a string; `where` are guesses, from 0, that it does not fit."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        judged = []
        for number, (guess, feedback) in enumerate(parameters.guesses, start=1):
            hints = hints_of(feedback)
            if hints is None:
                unknown = f'What is said of guess {number} is unknown: "{feedback[:200]}".'
                return Look(Verdict("could_not_check", unknown))
            judged.append((guess, *hints))
        choices = policy or Choices()

        def rules(read: tuple[str, bool]) -> Iterator[Broken]:
            yield from _broken_rules(judged, read[0], plain=read[1] and not choices.plain)

        seen = look(answer, _read, rules, "The password fits all guesses.", most=most)
        return structs.replace(seen, value=seen.value and seen.value[0])

    def solve(self, problem: Problem) -> str | None:
        """Cross out, guess by guess, the pairs of digits and of letters that do not fit."""
        found = passwords(parameters_for(problem, Parameters).guesses)
        return _form(found[0]) if found else None


def _read(text: str) -> tuple[str, bool] | Unreadable:
    """The password, and whether it stands there as one word, not as a list."""
    listed = _LISTED.fullmatch(text.strip()) if len(text) < 100 else None
    password = "".join(listed.groups()) if listed else string(text)
    if isinstance(password, Unreadable):
        return password
    if not re.fullmatch("[0-9]{2}[A-Z]{2}", password):
        kind = Misfit if re.fullmatch("[0-9A-Za-z]{1,10}", password) else Unreadable
        return kind(f'"{shorten(password)}" is not two digits and then two capital letters')
    return password, "[" not in text


def _broken_rules(judged: list[tuple[str, Hint, Hint]], password: str, *, plain: bool) -> Iterator[Broken]:
    if plain:
        yield Broken("The four symbols are not in a list.")
    if password[0] == password[1] or password[2] == password[3]:
        yield Broken(f"A symbol occurs twice in {password}.")
    for at, (guess, *hints) in enumerate(judged):
        for part, said, noun in zip((slice(2), slice(2, 4)), hints, ("digit", "letter"), strict=True):
            would = hint(guess[part], password[part])
            if would != said:
                yield Broken(
                    f"Guess {at + 1} ({guess}) does not fit: with {password}, its {noun}s would be "
                    f"{in_words(would, noun)}, but they are {in_words(said, noun)}.",
                    (at,),
                )


def hint(guess: str, password: str) -> Hint:
    """Say about two digits or two letters what is to be said of them."""
    return Hint(*_said(guess, password))


def _said(guess: str, password: str) -> tuple[int, int, int, int]:
    """Give the fields of a hint."""
    first, second, one, two = tuple(guess + password)
    in_place = (first == one) + (second == two)
    wrong = [symbol for symbol in (first, second) if symbol not in (one, two)]
    if not wrong:
        return in_place, 2 - in_place, 0, 0
    low, high = (one, two) if one < two else (two, one)
    side = (min(wrong) > high) - (max(wrong) < low)
    return in_place, 2 - in_place - len(wrong), len(wrong), side


def hints_of(feedback: str) -> tuple[Hint, Hint] | None:
    """Read the published phrases; None where one is unknown or they do not account for two digits and two letters."""
    found = {"number": Hint(), "letter": Hint()}
    for clause in feedback.strip().removesuffix(".").split(";"):
        match = _CLAUSE.fullmatch(clause.strip())
        if match is None:
            return None
        before, count = found[match["kind"]], 1 if match["many"] == "one" else 2
        side = match["side"] or ""
        found[match["kind"]] = Hint(
            before.in_place + (count if (match["place"] or "").endswith("correct") else 0),
            before.misplaced + (count if (match["place"] or "").endswith("wrong") else 0),
            before.wrong + (0 if match["place"] else count),
            before.side
            + (side.startswith(("too large", "too late")) - side.startswith(("too small", "too early"))),
        )
    complete = all(said.in_place + said.misplaced + said.wrong == 2 for said in found.values())
    return (found["number"], found["letter"]) if complete else None


def _phrase(said: Hint, noun: str) -> str:
    """Write a hint in the published phrases, in which the parameters are stored."""
    sides = ("", "too large", "too small") if noun == "number" else ("", *_ALPHABET_SIDES)
    one, both = f"one {noun} is", f"both {noun}s are"
    parts = []
    if said.in_place:
        parts.append(f"{one if said.in_place == 1 else both} correct and in the correct position")
    if said.misplaced:
        parts.append(f"{one if said.misplaced == 1 else both} correct but in the wrong position")
    parts = [part + ("s" if part.startswith("both") else "") for part in parts]
    if said.wrong == 1:
        parts.append(f"{one} incorrect and {sides[said.side] or 'incorrect'}")
    elif said.wrong:
        parts.append(f"{both} incorrect" + (f" and {sides[said.side]}" if said.side else ""))
    return "; ".join(parts)


_ALPHABET_SIDES = ("too late in the alphabet", "too early in the alphabet")


def in_words(said: Hint, noun: str) -> str:
    """Say a hint in the words of the generated questions."""
    sides = ("", "too large", "too small") if noun == "digit" else ("", "too late", "too early")
    parts = [f"{said.in_place} right and in place"] if said.in_place else []
    parts += [f"{said.misplaced} right but in the other place"] if said.misplaced else []
    parts += [f"{said.wrong} wrong" + (f" and {sides[said.side]}" if said.side else "")] if said.wrong else []
    return ", ".join(parts)


def _question(judged: list[tuple[str, Hint, Hint]]) -> str:
    lines = "\n".join(
        f"{number}. {guess}: digits: {in_words(first, 'digit')}; letters: {in_words(second, 'letter')}"
        for number, (guess, first, second) in enumerate(judged, start=1)
    )
    return (
        "A password has two different digits followed by two different capital letters. These guesses have been made, "
        f"and this has been said about each:\n{lines}\n"
        '"Right" is what occurs in the password. Wrong digits are called too small if all of them are smaller than '
        "both digits of the password, and too large if all of them are larger than both; wrong letters are called too "
        "early or too late in the same way, in the order of the alphabet. Where neither is said, neither is the case.\n"
        "Which is the only password that fits everything that has been said?\n"
        "Give its four symbols as your final answer in the form "
        '<<<["digit", "digit", "letter", "letter"]>>>; for example, <<<["5", "3", "F", "A"]>>>.'
    )


def _form(password: str) -> str:
    return "<<<[" + ", ".join(f'"{symbol}"' for symbol in password) + "]>>>"


def _halves(rng: Random, symbols: str, password: str, count: int) -> list[str]:
    """Draw the digits, or the letters, of `count` guesses that leave only the password's.

    They are drawn so that what is left shrinks evenly. Where that fails, two guesses with one symbol of the password
    each, beside the same wrong one, decide it.
    """
    for _ in range(_TRIES):
        halves, left = _drawn(rng, symbols, password, count)
        if left == 1:
            return halves
    wrong = sample(rng, [symbol for symbol in symbols if symbol not in password], 1)[0]
    halves, _ = _drawn(rng, symbols, password, count - 2)
    return shuffled(rng, [*halves, password[0] + wrong, wrong + password[1]])


def _drawn(rng: Random, symbols: str, password: str, count: int) -> tuple[list[str], int]:
    """Draw guesses one after the other, and give with them how many pairs still fit all of them."""
    pairs = _pairs(symbols)
    halves: list[str] = []
    left = (1 << len(pairs)) - 1
    for at in range(count):
        choices = []
        for half in sample(
            rng, [pair for pair in pairs if pair != password and pair not in halves], _SAMPLES
        ):
            choices.append((half, left & _fitting(symbols, half)[_said(half, password)]))
        wanted = (len(pairs).bit_length() * (count - 1 - at)) // count
        ahead = left.bit_count().bit_length() <= wanted
        chosen = (max if ahead else min)(choices, key=lambda drawn: drawn[1].bit_count())
        halves.append(chosen[0])
        left = chosen[1]
    return halves, left.bit_count()


@cache
def _pairs(symbols: str) -> list[str]:
    return [first + second for first in symbols for second in symbols if first != second]


@cache
def _fitting(symbols: str, half: str) -> dict[tuple[int, int, int, int], int]:
    """Give, for all that can be said of half a guess, the pairs about which it would be said: bit n is the nth pair."""
    fitting: dict[tuple[int, int, int, int], int] = {}
    for at, pair in enumerate(_pairs(symbols)):
        said = _said(half, pair)
        fitting[said] = fitting.get(said, 0) | 1 << at
    return fitting


TASK = Cryptanalysis()

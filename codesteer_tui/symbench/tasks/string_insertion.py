"""string_insertion: put a letter behind every occurrence of five substrings, all at once.

Rules: `symbench` specification 4.16. Behind ABCD goes A, behind BCDE B, behind CDEA C, behind DEAB D, behind
EABC E. Occurrences are those in the string as it is given, also where they overlap; an inserted letter neither
makes one nor breaks one. The published strings have 14 to 18 letters and three occurrences, none overlapping.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, choice, integer, shuffled
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.strings import string
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_LETTERS = "ABCDE"
_INSERTED = {"ABCD": "A", "BCDE": "B", "CDEA": "C", "DEAB": "D", "EABC": "E"}
_WIDTH = 4
_LONGEST_FILLER = 3


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The string and what occurs in it. Longer strings, more occurrences and overlapping ones are harder.

    `min_length` and `max_length`: letters in the string, drawn between them. `occurrences`: how many of the five
    substrings are found in it. `overlaps`: how many of these overlap with the one before.
    """

    min_length: Annotated[int, Meta(ge=8, le=1_000)] = 14
    max_length: Annotated[int, Meta(ge=8, le=1_000)] = 18
    occurrences: Annotated[int, Meta(ge=1, le=200)] = 3
    overlaps: Annotated[int, Meta(ge=0, le=199)] = 0

    def __post_init__(self) -> None:
        """Refuse an empty range, and more occurrences than fit into the shortest string."""
        if self.min_length > self.max_length:
            raise ValueError(f"min_length {self.min_length} is greater than max_length {self.max_length}")
        if self.overlaps >= self.occurrences:
            raise ValueError(
                f"of {self.occurrences} occurrences, overlaps can be at most {self.occurrences - 1}"
            )
        if self.letters > self.min_length:
            raise ValueError(
                f"{self.occurrences} occurrences with {self.overlaps} overlaps take {self.letters} letters: "
                f"min_length {self.min_length} is too short"
            )

    @property
    def letters(self) -> int:
        """How many letters the occurrences take up."""
        return _WIDTH * (self.occurrences - self.overlaps) + self.overlaps


class Parameters(Struct, frozen=True):
    """What is checked: the string before the insertions."""

    original_string: Annotated[str, Meta(max_length=20_000, pattern="^[A-E]*$")]


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open. `quotes`: the string may stand in quotation marks."""

    quotes: bool = True


class StringInsertion:
    """Insert letters behind substrings."""

    id = "string_insertion"
    title = "Insertion into a string"
    category: Category = "strings"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a string with exactly the wanted occurrences."""
        original = _string(rng, difficulty)
        return Problem(
            question=_question(original),
            task=self.id,
            parameters={"original_string": original},
            gold=f"<<<{solve(original)}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept exactly the string with all insertions; the case of the letters matters."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a string. It is read as one; `where` is its first wrong letter, from 0."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        choices = policy or Choices()
        read, rules = partial(_read, choices), partial(_broken_rules, parameters.original_string)
        right, keep = "Every letter is inserted where it belongs.", "" if choices.quotes else "\"'"
        return look(answer, read, rules, right, lists=False, keep=keep, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Insert while going through the string once, by the length of each alphabetical run."""
        return f"<<<{solve(parameters_for(problem, Parameters).original_string)}>>>"


def _read(policy: Choices, text: str) -> str | Unreadable:
    given = string(text, quotes=policy.quotes)
    if isinstance(given, Unreadable):
        return given
    if not given or given.upper().strip(_LETTERS):
        return Unreadable(f'"{shorten(text)}" is not a string of the letters A to E')
    return given


def _broken_rules(original: str, given: str) -> Iterator[Broken]:
    marked = _inserted(original)
    right = "".join(letter for letter, _ in marked)
    if given == right:
        return
    at = next((at for at, letter in enumerate(right) if given[at : at + 1] != letter), len(right))
    if given.upper() == right:
        yield Broken("The letters have to be capitals.", (at,))
    elif given == original:
        substring, start = next(origin for _, origin in marked if origin)
        yield Broken(f"Nothing is inserted, although {substring} occurs at letter {start}.", (at,))
    else:
        yield Broken(_first_difference(marked, given), (at,))


def _inserted(original: str) -> list[tuple[str, tuple[str, int] | None]]:
    """Give the letters after all insertions; with an inserted one, its substring and where that begins."""
    marked: list[tuple[str, tuple[str, int] | None]] = []
    for at, letter in enumerate(original):
        marked.append((letter, None))
        start = at - _WIDTH + 1
        substring = original[max(start, 0) : at + 1]
        if substring in _INSERTED:
            marked.append((_INSERTED[substring], (substring, start + 1)))
    return marked


def _first_difference(marked: list[tuple[str, tuple[str, int] | None]], given: str) -> str:
    for at, (letter, origin) in enumerate(marked):
        there = given[at : at + 1]
        if there == letter:
            continue
        if origin:
            substring, start = origin
            return f"{letter} is missing behind the {substring} at letter {start} of the given string."
        return f"Letter {at + 1} is {there}, not {letter}." if there else f"It ends after {at} letters."
    return f"It goes on behind its last letter, letter {len(marked)}."


def _question(original: str) -> str:
    rules = "\n".join(f"- behind {substring} insert {letter}" for substring, letter in _INSERTED.items())
    return (
        f"In the string {original}, letters are to be inserted:\n{rules}\n"
        "Find all occurrences of these five substrings in the string as it is given here, including those that "
        "overlap, and insert one letter directly behind the last letter of each. Inserted letters do not count when "
        "you look for occurrences. What is the string after all insertions?\n"
        "Give it as your final answer in the form <<<string>>>; for example, EABCDB becomes <<<EABCEDAB>>>."
    )


def _string(rng: Random, difficulty: Knobs) -> str:
    """Join alphabetical runs (E is followed by A), of which those of r > 3 letters hold r - 3 occurrences."""
    length = integer(rng, difficulty.min_length, difficulty.max_length)
    runs = [_WIDTH] * (difficulty.occurrences - difficulty.overlaps)
    for _ in range(difficulty.overlaps):
        runs[integer(rng, 0, len(runs) - 1)] += 1
    left = length - difficulty.letters
    while left:
        filler = 1
        while filler < min(left, _LONGEST_FILLER) and chance(rng, 0.3):
            filler += 1
        runs.append(filler)
        left -= filler
    text = ""
    for run in shuffled(rng, runs):
        start = choice(rng, [letter for letter in _LETTERS if not text or letter != _next(text[-1], 1)])
        text += "".join(_next(start, step) for step in range(run))
    return text


def _next(letter: str, steps: int) -> str:
    return _LETTERS[(_LETTERS.index(letter) + steps) % len(_LETTERS)]


def solve(original: str) -> str:
    """Go through the string and count how long the letters follow one another in the circle of A to E.

    The five substrings are all runs of four, and each inserts the letter that it begins with.
    """
    result = ""
    run = 0
    for at, letter in enumerate(original):
        follows = at > 0 and (ord(letter) - ord(original[at - 1])) % 5 == 1
        run = run + 1 if follows else 1
        result += letter + (original[at - 3] if run > 3 else "")
    return result


TASK = StringInsertion()

"""What the demo model's problem families share: the template filler and the shape of a parsed question.

Safety rule: every program is a fixed template of this package into which `fill()` puts parsed values as
Python literals. Nothing that a question says can become code; at worst it becomes a string constant.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from random import Random
from typing import ClassVar, TypeAlias

from msgspec import Struct

Value: TypeAlias = "int | str | Sequence[Value] | Mapping[str, Value]"
"""What may be put into a template."""

ALLOWED_IMPORTS = frozenset(
    {"ast", "collections", "fractions", "functools", "itertools", "math", "operator", "re"}
)
"""Modules that the programs may import: nothing that reaches files, the network or the system."""

MAX_DIGITS = 400
"""Longest integer that is put into a program, in decimal digits."""

NO_SOLUTION = "no solution"
_SAYS_NONE = re.compile(
    r"\bno\b[\w\s]{0,40}\b(solution|expression|way|placement|completion|plan|answer)|impossible|unsolvable"
    r"|cannot be|can't be|not possible|not solvable|\bnone\b",
    re.IGNORECASE,
)
_MARKER = re.compile(r"@([A-Z_]+)@")

VERDICT = """

problem = problem_with(CLAIM)
print("VERDICT: FAIL: " + " ".join(problem.split()) if problem else "VERDICT: PASS")
"""
"""The end of every test program. `problem_with()` returns a reason, or an empty string."""

LAZY = "print(@ANSWER@)\n"


class Declined(Struct, frozen=True):
    """The question belongs to a known family, but this instance is refused; `reason` is a sentence."""

    reason: str


class DemoProblem(ABC):
    """One question, parsed. Answers are given without the `<<<`/`>>>` markers."""

    family: ClassVar[str]
    """What people call this kind of problem."""
    approach: ClassVar[str]
    """The sentence that introduces the better program."""

    @abstractmethod
    def guess(self, rng: Random) -> str:
        """The answer of someone who does not compute; wrong where language models tend to be."""

    @abstractmethod
    def explain(self, answer: str) -> str:
        """A sentence or two of reasoning, as a text answer would have it, leading to `answer`."""

    @abstractmethod
    def solver(self) -> str:
        """A program that computes the answer and prints it between the markers."""

    @abstractmethod
    def test(self, claim: str) -> str | Declined:
        """A program that tests the claimed answer, ending in a `VERDICT:` line."""

    def second_look(self) -> str | None:
        """The right answer where looking again in text is enough to find it, else None."""
        return None


Recognised: TypeAlias = DemoProblem | Declined | None


def phrase(*parts: str) -> re.Pattern[str]:
    """Compile a wording: any case, and at most three characters of white space where it says some.

    The bound keeps matching linear on a question that is mostly blanks.
    """
    return re.compile("".join(parts).replace(r"\s*", r"\s{0,3}").replace(r"\s+", r"\s{1,3}"), re.IGNORECASE)


def literal(value: Value) -> str:
    """`value` as a Python literal in plain ASCII, without backticks, so it cannot end a code fence.

    Raises:
        TypeError: the value is of another type than `Value`.
        ValueError: an integer has more than `MAX_DIGITS` digits.
    """
    if type(value) is int:
        if abs(value) >= 10**MAX_DIGITS:
            raise ValueError(f"integer of more than {MAX_DIGITS} digits")
        return repr(value)
    if type(value) is str:
        return ascii(value).replace("`", "\\x60")
    if type(value) is list or type(value) is tuple:
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if type(value) is dict:
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    raise TypeError(f"a {type(value).__name__} cannot be put into a program")


def fill(template: str, **values: Value) -> str:
    """Replace each `@NAME@` of a template by the literal of that value, in a single pass."""
    return _MARKER.sub(lambda found: literal(values[found.group(1)]), template)


def lazy_program(answer: str) -> str:
    """The program of a model that only pretends to compute."""
    return fill(LAZY, ANSWER=f"<<<{answer}>>>")


def says_none(claim: str) -> bool:
    """Whether a claimed answer says that there is no solution."""
    return bool(_SAYS_NONE.search(claim))


def one_line(text: str) -> str:
    """`text` with every run of white space made one blank."""
    return " ".join(text.split())


def integers(text: str) -> list[int]:
    """The unsigned integers of a list such as `4, 7, 8 and 8`; at most `MAX_DIGITS` digits each."""
    return [int(digits[:MAX_DIGITS]) for digits in re.findall(r"[0-9]+", text)]

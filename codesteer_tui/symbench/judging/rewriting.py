"""Rules that rewrite a string, read from their published phrases: what string_deletion_and_modification verifies with.

Its solver is `rewriting_by_hand`, which shares nothing with this module.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

Order: TypeAlias = Literal["restart", "cycle"]
Where: TypeAlias = Literal["start", "end", "anywhere", "later", "even", "longer"]

MAX_STEPS = 2_000
MAX_LENGTH = 4_000
"""Rewriting that takes more steps, or makes a longer string, is taken to have no end."""

_NUMBERS = {"two": 2, "three": 3}
_WORD = "'([a-z]{1,20})'"
_CONDITION = re.compile(
    rf"If the string (?:(?P<start>prefix is|starts with) {_WORD}|(?P<end>suffix is|ends with) {_WORD}"
    rf"|contains {_WORD}(?P<later> \(not at the start\))?), (?P<action>.{{1,200}})\."
)
_REPLACED = re.compile(rf"replace it with {_WORD}(?P<extra> and .*)?")
_CUT = re.compile(
    r"(?:delete|remove) the (?:(?P<one>first|second|last) character"
    r"|(?P<side>first|last) (?P<count>two|three) characters)(?P<extra> and .*)?"
)
_EXCHANGED = re.compile(rf"replace the (?P<side>first|last) (?P<count>two|three) characters with {_WORD}")
_OCCURRENCE = re.compile(rf"replace the first occurrence with (?:{_WORD}|its reverse \({_WORD}\))")
_LATER = "remove the first occurrence found after the first character"
_EVEN = re.compile(
    r"If the string contains an even number of '([a-z])'s \(and at least one '\1'\), "
    rf"append {_WORD} at the end\."
)
_LONGER = re.compile(r"If the string length is greater than ([0-9]{1,4}), remove the middle character\.")
_APPENDED = re.compile(rf" and append {_WORD} to the end")
_PREPENDED = re.compile(rf" and prepend {_WORD} to the start")
_DROPPED = " and delete the last character"


class Rule(Struct, frozen=True):
    """A rule: where `word` has to be, and what it becomes (`new`).

    With `append`, `prepend` and `drop_last` the other end of the string changes, too. At "even", the string must have
    an even number of the letter `word`, and not none; at "longer", it must be longer than `length`, and its middle
    character goes (of an even number the right one of the two in the middle).
    """

    where: Where
    word: str = ""
    new: str = ""
    append: str = ""
    prepend: str = ""
    drop_last: bool = False
    length: int = 0

    def applied(self, string: str) -> str | None:
        """Give the string that the rule makes of one; None where the rule cannot be carried out."""
        if self.where == "start":
            if not string.startswith(self.word):
                return None
            rest = string[len(self.word) :]
            return self.new + (rest[:-1] if self.drop_last else rest) + self.append
        if self.where == "end":
            if not string.endswith(self.word):
                return None
            return self.prepend + string[: len(string) - len(self.word)] + self.new
        if self.where == "even":
            count = string.count(self.word)
            return None if count == 0 or count % 2 else string + self.append
        if self.where == "longer":
            middle = len(string) // 2
            return string[:middle] + string[middle + 1 :] if len(string) > self.length else None
        at = string.find(self.word, 1 if self.where == "later" else 0)
        return None if at < 0 else string[:at] + self.new + string[at + len(self.word) :]

    def __str__(self) -> str:
        """Say it in the words of the generated questions."""
        if self.where == "longer":
            return f"it has more than {self.length} characters: delete the middle one"
        if self.where == "even":
            return f'the letter "{self.word}" occurs in it 2, 4, 6, … times: put "{self.append}" at its end'
        place = {
            "start": "begins with",
            "end": "ends with",
            "anywhere": "contains",
            "later": "contains, not counting its first character,",
        }[self.where]
        which = "" if self.where in ("start", "end") else "the first such "
        change = (
            f'replace {which}"{self.word}" by "{self.new}"' if self.new else f'delete {which}"{self.word}"'
        )
        change += f', and put "{self.append}" at the end' if self.append else ""
        change += f', and put "{self.prepend}" at the start' if self.prepend else ""
        change += ", and delete the last character of the string" if self.drop_last else ""
        return f'it {place} "{self.word}": {change}'

    @property
    def phrase(self) -> str:
        """The published phrase, in which parameters are stored."""
        if self.where == "longer":
            return f"If the string length is greater than {self.length}, remove the middle character."
        if self.where == "even":
            return (
                f"If the string contains an even number of '{self.word}'s (and at least one '{self.word}'), "
                f"append '{self.append}' at the end."
            )
        if self.where == "later":
            return f"If the string contains '{self.word}' (not at the start), {_LATER}."
        if self.where == "anywhere":
            change = (
                f"replace the first occurrence with '{self.new}'"
                if self.new
                else "delete the first occurrence entirely"
            )
            return f"If the string contains '{self.word}', {change}."
        count = next(name for name, number in _NUMBERS.items() if number == len(self.word))
        side, end = ("prefix", "first") if self.where == "start" else ("suffix", "last")
        change = f"replace it with '{self.new}'" if self.new else f"delete the {end} {count} characters"
        change += f" and append '{self.append}' to the end" if self.append else ""
        change += f" and prepend '{self.prepend}' to the start" if self.prepend else ""
        change += _DROPPED if self.drop_last else ""
        return f"If the string {side} is '{self.word}', {change}."


def rule(phrase: str) -> Rule | None:
    """Read a published phrase; None where it is none."""
    if match := _EVEN.fullmatch(phrase):
        return Rule("even", match[1], append=match[2])
    if match := _LONGER.fullmatch(phrase):
        return Rule("longer", length=int(match[1]))
    match = _CONDITION.fullmatch(phrase)
    if match is None:
        return None
    word = match[2] or match[4] or match[5]
    if match["start"] or match["end"]:
        return _at_an_end("start" if match["start"] else "end", word, match["action"])
    if match["later"]:
        return Rule("later", word) if match["action"] == _LATER else None
    if match["action"] == "delete the first occurrence entirely":
        return Rule("anywhere", word)
    changed = _OCCURRENCE.fullmatch(match["action"])
    return Rule("anywhere", word, changed[1] or changed[2]) if changed else None


def _at_an_end(where: Where, word: str, action: str) -> Rule | None:
    """Read what a rule does at the start or the end of a string."""
    sides = ("first", "second") if where == "start" else ("last",)
    if match := _REPLACED.fullmatch(action):
        return _with_extra(Rule(where, word, match[1]), match["extra"])
    if match := _EXCHANGED.fullmatch(action):
        cut = _NUMBERS[match["count"]]
        if match["side"] not in sides or cut > len(word):
            return None
        return Rule(where, word, match[3] + word[cut:] if where == "start" else word[:-cut] + match[3])
    match = _CUT.fullmatch(action)
    if match is None or (match["one"] or match["side"]) not in sides:
        return None
    if match["one"]:
        at = {"first": 0, "second": 1, "last": len(word) - 1}[match["one"]]
        return (
            _with_extra(Rule(where, word, word[:at] + word[at + 1 :]), match["extra"])
            if at < len(word)
            else None
        )
    cut = _NUMBERS[match["count"]]
    kept = word[cut:] if where == "start" else word[: len(word) - cut]
    return _with_extra(Rule(where, word, kept), match["extra"]) if cut <= len(word) else None


def _with_extra(plain: Rule, extra: str | None) -> Rule | None:
    """Add what a rule does at the other end of the string."""
    if not extra:
        return plain
    if plain.where == "end":
        match = _PREPENDED.fullmatch(extra)
        return Rule("end", plain.word, plain.new, prepend=match[1]) if match else None
    if extra == _DROPPED:
        return Rule("start", plain.word, plain.new, drop_last=True)
    match = _APPENDED.fullmatch(extra)
    return Rule("start", plain.word, plain.new, append=match[1]) if match else None


def rewritten(
    rules: Sequence[Rule], string: str, order: Order, max_steps: int = MAX_STEPS
) -> list[str] | None:
    """Give the string to begin with and after each change; None where there is no end within `max_steps`.

    "restart": every search for a rule that can be carried out begins with the first; "cycle": it begins with the one
    behind the rule that was carried out last.
    """
    states = [string]
    turn = 0
    while len(states[-1]) <= MAX_LENGTH and len(states) <= max_steps + 1:
        for offset in range(len(rules)):
            number = (turn + offset) % len(rules)
            changed = rules[number].applied(states[-1])
            if changed is not None:
                break
        else:
            return states
        states.append(changed)
        turn = 0 if order == "restart" else number + 1
    return None

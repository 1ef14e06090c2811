"""Rewriting a string by cutting it apart at what a phrase names: the solver of string_deletion_and_modification."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBERS = {"two": 2, "three": 3}
_MOST_STEPS = 2_000
_LONGEST = 4_000


def rewritten_by_hand(phrases: Sequence[str], string: str, *, restart: bool) -> str | None:
    """Give the string in the end; None where the end does not come, or a phrase is not understood."""
    steps, idle, turn = 0, 0, 0
    try:
        while idle < len(phrases):
            changed = _changed(phrases[turn], string)
            if changed is None:
                idle, turn = idle + 1, (turn + 1) % len(phrases)
                continue
            string, idle, steps = changed, 0, steps + 1
            turn = 0 if restart else (turn + 1) % len(phrases)
            if steps > _MOST_STEPS or len(string) > _LONGEST:
                return None
    except (IndexError, KeyError, ValueError):
        return None
    return string


def _changed(phrase: str, string: str) -> str | None:
    if "length is greater" in phrase:
        half = len(string) // 2
        return (
            string[:half] + string[half:][1:] if len(string) > int(re.findall("[0-9]+", phrase)[0]) else None
        )
    named = re.findall("'([a-z]+)'", phrase)
    if "even number" in phrase:
        parts = len(string.split(named[0]))
        return string + named[-1] if parts > 1 and parts % 2 else None
    word, action = named[0], phrase.partition(", ")[2]
    if "not at the start" in phrase:
        before, found, behind = string[1:].partition(word)
        return string[0] + before + behind if found else None
    if "contains" in phrase:
        before, found, behind = string.partition(word)
        return before + ("" if "delete" in action else named[-1]) + behind if found else None
    if "prefix" in phrase or "starts" in phrase:
        before, found, rest = string.partition(word)
        return None if before or not found else _at_start(word, action, named[1:], rest)
    rest, found, behind = string.rpartition(word)
    return None if behind or not found else _at_end(word, action, named[1:], rest)


def _at_start(word: str, action: str, named: Sequence[str], rest: str) -> str:
    letters = list(word)
    if "replace it" in action:
        letters = [named[0]]
    elif "characters with" in action:
        letters[: _NUMBERS[action.split()[3]]] = [named[0]]
    elif "second" in action:
        del letters[1]
    else:
        del letters[: _NUMBERS.get(action.split()[3], 1)]
    if "delete the last" in action:
        rest = rest[:-1]
    return "".join(letters) + rest + (named[-1] if "append" in action else "")


def _at_end(word: str, action: str, named: Sequence[str], rest: str) -> str:
    letters = list(word)
    if "replace it" in action:
        letters = [named[0]]
    else:
        del letters[-_NUMBERS.get(action.split()[3], 1) :]
    return (named[-1] if "prepend" in action else "") + rest + "".join(letters)

"""Joining a reply that broke off with its continuation, in which models tend to repeat a little."""

from __future__ import annotations

import re

LONGEST = 4000
"""Characters of the end of a text that are searched for at the start of its continuation."""

LEAST = 16
"""Characters that count as repeated wherever they stand; shorter repetitions may well be meant."""

LEAST_OF_LINE = 4
"""Characters that count as repeated where they are all that has arrived of the last line."""

_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_OPENING = re.compile(r"\s*(?:```|~~~)[\w+-]*[ \t]*\n")


def joined(before: str, after: str) -> str:
    """`before` and what continues it as one text, without what the continuation repeats.

    A code fence that the continuation opens although it is open already is left out, and so are the last
    characters of `before` where they come again. A continuation that starts all over replaces `before`.
    """
    if not before or not after:
        return before or after
    if len(before) >= LEAST and after.lstrip().startswith(before.strip()):
        return after
    least = LEAST_OF_LINE
    if len(_FENCE.findall(before)) % 2 and (opening := _OPENING.match(after)):
        after, least = after[opening.end() :], 1
    for start in (after, after.lstrip()):
        if length := _repeated(before, start, least):
            return before + start[length:]
    return before + after


def _repeated(before: str, after: str, least: int) -> int:
    """How many characters at the end of `before` come again at the start of `after`; 0 where too few to tell.

    `least` is how many are enough where they are a whole line.
    """
    line = before[before.rfind("\n") + 1 :]
    for length in range(min(len(before), len(after), LONGEST), least - 1, -1):
        if before.endswith(after[:length]):
            meant = length >= LEAST or (length >= len(line) and len(after[:length].strip()) >= least)
            return length if meant else 0
    return 0

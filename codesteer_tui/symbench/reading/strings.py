"""Reading one string of characters that has a meaning of its own: in or out of quotes, spelled out, or wrapped."""

from __future__ import annotations

import re

from codesteer_tui.symbench.reading.answer import Unreadable, shorten
from codesteer_tui.symbench.reading.lists import items

_ARROW = re.compile(r"-{1,3}>|={1,3}>|→|⇒|\\(?:to|rightarrow|Rightarrow)(?![A-Za-z])")
_LATEX_TEXT = re.compile(r"\$?\s*\\(?:text|texttt|textbf|mathrm|mathtt)\s*\{(?P<inside>[^{}\\]*)\}\s*\$?\.?")
_LABEL = re.compile(
    r"(?!.{0,80}\bnot\b)[A-Za-z*_ ,()]{1,80}(?::[*_]{0,2}|\b(?:is|becomes)(?=\s*[\"'`“*$\\]))\s*",
    re.IGNORECASE,
)
_LATEX_MATH = re.compile(r"\\[(\[](?P<inside>[^\n]*)\\[)\]]\.?")
_PAIRS = {'"': '"', "'": "'", "“": "”", "„": "“", "‘": "’", "`": "`", "*": "*", "$": "$"}
_QUOTES = "\"'“„‘"
_MAX_LAYERS = 6
_SHORTEST_WRAP = 20


def string(text: str, *, quotes: bool = True) -> str | Unreadable:
    """Read one string without white space in it: ``"abca"``, ``'abca'``, ``**abca**``, ``a b c a``, or ``["abca"]``.

    Of ``ab -> aab -> aaab`` the last string is read, of ``The final string is: aaab`` the one behind the colon. Lines
    that are all equally long, but for a shorter last one, are one string that was wrapped. With `quotes` false, quotes
    stay where they are. The case is left alone.
    """
    line = _ARROW.split(text.strip())[-1].strip()
    label = _LABEL.match(line)
    line = line[label.end() :].strip() if label else line
    for dress in (_LATEX_MATH, _LATEX_TEXT):
        dressed = dress.fullmatch(line)
        line = dressed["inside"].strip() if dressed else line
    line = _unwrapped(line, quotes)
    if line[:1] in ("[", "(") and line[-1:] in ("]", ")"):
        found = items(line)
        if isinstance(found, Unreadable):
            return found
        if len(found) == 1 or all(len(item) == 1 for item in found):
            return "".join(found)
        return Unreadable(f'"{shorten(line)}" is a list, not one string')
    pieces = line.split()
    if len(pieces) <= 1 or all(len(piece) == 1 for piece in pieces) or _is_wrapped(pieces):
        return "".join(pieces)
    return Unreadable(f'"{shorten(line)}" is more than one string')


def is_quoted(text: str) -> bool:
    """Tell whether a string is given in quotation marks."""
    line = text.strip()
    return len(line) >= 2 and line[0] in _QUOTES and line[-1] == _PAIRS[line[0]]


def _unwrapped(line: str, quotes: bool) -> str:
    """Take matching quotes and markdown off, and one full stop behind them."""
    for _ in range(_MAX_LAYERS):
        bare = line.removesuffix(".").strip()
        pair = len(bare) >= 2 and _PAIRS.get(bare[0]) == bare[-1] and (quotes or bare[0] not in _QUOTES)
        if not pair:
            return bare
        line = bare[1:-1].strip()
    return line


def _is_wrapped(pieces: list[str]) -> bool:
    width = len(pieces[0])
    return (
        width >= _SHORTEST_WRAP
        and all(len(piece) == width for piece in pieces[:-1])
        and len(pieces[-1]) <= width
    )

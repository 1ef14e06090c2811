"""Reading a choice: the letter of an option, or yes or no."""

from __future__ import annotations

import re
from collections.abc import Mapping

from codesteer_tui.symbench.reading.answer import Unreadable, shorten
from codesteer_tui.symbench.reading.numbers import plain

_LETTER = re.compile(
    r"(?:option\s+|choice\s+)?\(?(?P<letter>[A-Za-z])(?:\)|[.:](?=\s|$)|(?=\s)|$)(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)
_FURTHER_LETTER = re.compile(r"\(([A-Za-z])\)|^\W*(?:or|and)\s+([A-Za-z])\W*$", re.IGNORECASE)
_YES_NO = re.compile(r"(?P<word>yes|no)\b[.!]?(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_FURTHER_WORD = re.compile(r"\W*(?:(?:or|and|maybe|perhaps|but)\s+)?(?P<word>yes|no)\W*", re.IGNORECASE)
_LISTED = re.compile(r"^[ \t]*\((?P<letter>[A-Z])\)[ \t]+(?P<text>\S.{0,500})$", re.MULTILINE)


def listed(question: str) -> dict[str, str]:
    """Find the options of a question: capital letter → text, from lines such as ``(A) 01/29/2011``."""
    return {match["letter"]: match["text"].rstrip() for match in _LISTED.finditer(question)}


def letter(text: str, options: Mapping[str, str]) -> str | Unreadable:
    """Read which of `options` (capital letter → text) is meant; the letter decides where both are given.

    "(C)", "C", "c)", "option C", "(C) the text of any option" are C, as is the text of C alone where no other option
    has the same. A letter that is no option is read as it is; two letters, as in "(A) or (B)", are unreadable. With
    text behind it a bare letter counts only where that text is an option's, so that "A bird" is not option A.
    """
    line = " ".join(plain(text).strip("\"'*. ").split())
    words = {name: _folded(words) for name, words in options.items()}
    named = [name for name, words in words.items() if words == _folded(line)]
    if len(named) == 1:
        return named[0]
    match = _LETTER.fullmatch(line)
    if match is None:
        return Unreadable(f'"{shorten(line)}" is none of the options')
    rest = _folded(match["rest"].strip(" .:-"))
    marked = line.lower().startswith(("(", "option", "choice")) or line[1:2] in (")", ".", ":")
    if rest and not marked and rest not in words.values():
        return Unreadable(f'"{shorten(line)}" is none of the options')
    further = {(one or other).upper() for one, other in _FURTHER_LETTER.findall(match["rest"])}
    if (further & set(options)) - {match["letter"].upper()}:
        return Unreadable(f'"{shorten(line)}" names more than one option')
    return match["letter"].upper()


def yes_or_no(text: str) -> str | Unreadable:
    """Read "Yes" or "No" in any case; "yes, because …" is yes, and "yes or no" is neither."""
    line = " ".join(plain(text).strip("\"'*. ").split())
    match = _YES_NO.fullmatch(line)
    if match is None or (match["rest"] and match["rest"][0] not in " ,.;:-"):
        return Unreadable(f'"{shorten(line)}" is neither yes nor no')
    further = _FURTHER_WORD.fullmatch(match["rest"])
    if further and further["word"].lower() != match["word"].lower():
        return Unreadable(f'"{shorten(line)}" is both yes and no')
    return match["word"].capitalize()


def _folded(text: str) -> str:
    return " ".join(text.casefold().strip(" .").split())

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
_YES_NO = re.compile(r"(?P<word>yes|no)\b[*_\"'`]{0,3}(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_EXPLAINED = re.compile(
    r"\s*[,.;:!(–—-]|\s+(?:because|since|as|for|it|he|she|they|you|we|i|this|that|the)\b", re.IGNORECASE
)
_TAKEN_BACK = re.compile(
    r"\b(?:wait|correction|scratch that|on second thought|unsure|unclear|unknown|not (?:sure|certain|clear)|"
    r"(?:cannot|can['’]t|could not|couldn['’]t) (?:tell|say|know|be sure|decide|determine)|maybe|perhaps)\b",
    re.IGNORECASE,
)
_OTHER_WORD = {
    "Yes": re.compile(r"\bno\b(?!\s+(?-i:[a-z]))", re.IGNORECASE),
    "No": re.compile(r"\byes\b", re.IGNORECASE),
}
_DENIED = re.compile(
    r"\b(?:not|no|nor|never|false|wrong|incorrect|invalid|excluded|eliminated|rejected|ruled out|"
    r"cannot|unlikely|impossible|unless|except|maybe|"
    r"perhaps|wait)\b|n['’]t\b|\?",
    re.IGNORECASE,
)
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
    if rest not in words.values() and _DENIED.search(match["rest"]):
        return Unreadable(f'"{shorten(line)}" does not say for certain which option is meant')
    return match["letter"].upper()


def yes_or_no(text: str) -> str | Unreadable:
    """Read "Yes" or "No" in any case; "yes, because …" is yes, and "yes or no" is neither.

    What follows has to explain the word: "no idea" and "no, wait: yes" are not read.
    """
    line = " ".join(plain(text).strip("\"'*. ").split())
    match = _YES_NO.fullmatch(line)
    if match is None or (match["rest"] and not _EXPLAINED.match(match["rest"])):
        return Unreadable(f'"{shorten(line)}" is neither yes nor no')
    word = match["word"].capitalize()
    if _OTHER_WORD[word].search(match["rest"]):
        return Unreadable(f'"{shorten(line)}" is both yes and no')
    if _TAKEN_BACK.search(match["rest"]):
        return Unreadable(f'"{shorten(line)}" does not say for certain whether yes or no is meant')
    return word


def _folded(text: str) -> str:
    return " ".join(text.casefold().strip(" .").split())

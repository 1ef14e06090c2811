r"""Finding the final answer in what a model or a program wrote.

The rule, in order: the last non-empty ``<<<…>>>``, the last non-empty ``\boxed{…}``, the last line that
announces an answer ("Answer: 24", "The answer is 24."). Nothing else is guessed at.
"""

from __future__ import annotations

import re

from msgspec import Struct

_OPEN, _CLOSE, _BOXED = "<<<", ">>>", "\\boxed"

_ANNOUNCED = re.compile(
    r"""^[\s>#*_`-]*                                                  # markdown around the line
    (?:(?:so|thus|hence|therefore|and)\b[,\s]{1,4})?
    (?:the\s{1,4}|my\s{1,4}|our\s{1,4})?
    (?:final\s{1,4}|correct\s{1,4}|exact\s{1,4})?
    (?P<word>answer|result|solution|product|total|value)
    [*_]{0,3}\s{0,4}(?:is\b[ \t]{0,4}:?|:|=)[*_]{0,3}
    (?P<rest>.*)$""",
    re.IGNORECASE | re.VERBOSE,
)
_MAX_LINE = 10_000
_MAX_EMPTY_PAIRS = 10_000
_TAIL = 100_000
"""Characters from the end in which an unmarked answer is looked for; bounds the work on hostile text."""


class FinalAnswer(Struct, frozen=True):
    """The final answer of a text: the answer itself, and in words where it was found.

    `found` is false, and `text` empty, where nothing in the text says that it is the answer.
    """

    text: str
    how: str
    found: bool = True


def final_answer(text: str) -> FinalAnswer:
    """Find the final answer in a text. Works on any text, in time that grows with its length only."""
    if marked := _last_marked(text):
        return FinalAnswer(marked, "the last <<<…>>>")
    tail = text[-_TAIL:]
    if boxed := _last_boxed(tail):
        return FinalAnswer(boxed, "the last \\boxed{…}")
    return _last_announced(tail) or FinalAnswer("", "nothing in the text says that it is the answer", False)


def without_announcement(text: str) -> str:
    """Take the words that announce an answer off its front: "The answer is 24." gives "24".

    A text of several lines, or one that announces nothing, comes back stripped and otherwise as it was.
    """
    line = text.strip()
    if "\n" not in line and len(line) <= _MAX_LINE and (match := _ANNOUNCED.match(line)):
        return _bare(match["rest"]) or line
    return line


def _last_marked(text: str) -> str:
    """Give the content of the last pair of markers that holds anything.

    The opening marker is the one nearest to its closing marker, the closing marker the first one after
    it: a stray ``>>>`` (a Python prompt, say) or an unfinished ``<<<`` further on does no harm.
    """
    end = text.rfind(_CLOSE)
    for _ in range(_MAX_EMPTY_PAIRS):
        start = text.rfind(_OPEN, 0, end)
        if end < 0 or start < 0:
            return ""
        content = text[start + len(_OPEN) : text.find(_CLOSE, start + len(_OPEN))].strip()
        if content:
            return content
        end = text.rfind(_CLOSE, 0, start)
    return ""


def _last_boxed(text: str) -> str:
    r"""Give the content of the last ``\boxed{…}`` whose braces are balanced and that is not empty."""
    limit = len(text)
    while (start := text.rfind(_BOXED, 0, limit)) >= 0:
        content = _braced(text[start + len(_BOXED) : limit].lstrip())
        if content:
            return content
        limit = start
    return ""


def _braced(text: str) -> str:
    """Give what the balanced braces at the start of a text hold, stripped; empty where there are none."""
    if not text.startswith("{"):
        return ""
    depth = 0
    for match in re.finditer(r"\\.|[{}]", text):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return text[1 : match.start()].strip()
    return ""


def _last_announced(text: str) -> FinalAnswer | None:
    """Find the last line that announces an answer; the answer may stand on the next line that has text."""
    below = ""
    for line in reversed(text.splitlines()):
        if len(line) <= _MAX_LINE and (match := _ANNOUNCED.match(line)):
            found = _bare(match["rest"]) or _bare(below)
            if found:
                return FinalAnswer(found, f'the last line that announces one ("{match["word"].lower()}")')
        below = line if line.strip() else below
    return None


def _bare(text: str) -> str:
    """Take white space, markdown, dollar signs and one closing full stop off an answer."""
    inner = text.strip().strip("*_`").strip().removesuffix(".").strip().strip("*_`").strip()
    if len(inner) >= 2 and inner.startswith("$") and inner.endswith("$"):
        inner = inner.strip("$").strip()
    return inner

"""From a model's final text to a verdict: what in it may be the answer, and the first of it that can be read."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from codesteer_tui.answers import FinalAnswer, final_answer, without_announcement
from codesteer_tui.values import Verdict

MAX_ANSWER_CHARS = 50_000
"""Longest final answer that is read. Right answers are an order of magnitude shorter."""

_TAIL = 100_000
_MAX_LINES = 1_000
_FENCE = re.compile(
    r"^[ \t]{0,3}```[^\n`]{0,40}\n(?P<inside>.*?)^[ \t]{0,3}```[ \t]*$", re.DOTALL | re.MULTILINE
)


class Unreadable(Struct, frozen=True):
    """Why a text could not be read as a value. A clause without a full stop."""

    reason: str


class Misfit(Unreadable, frozen=True):
    """Why a text is not the whole answer although it could be read as a part of one: a table of another size, say.

    It is judged wrong, unless another candidate of the same text fits.
    """


def judge(answer: str, broken_rule: Callable[[str], str | Unreadable | None], right: str) -> Verdict:
    """Judge a model's final text with a task's rule.

    `broken_rule` gets one candidate for the answer after the other (see `candidates`). It says which rule the
    candidate breaks, as a sentence; None where it breaks none; or `Unreadable` where it is no answer at all, and then
    the next candidate is tried (`Misfit` where it is wrong unless another one fits). `right` is the sentence for an
    answer that breaks no rule.
    """
    found = candidates(answer)
    if isinstance(found, Unreadable):
        return Verdict("could_not_check", f"{found.reason}.")
    reason, misfit = "", None
    for candidate in found:
        broken = broken_rule(candidate)
        if broken is None:
            return Verdict("pass", right, shorten(candidate, 200))
        if not isinstance(broken, Unreadable):
            return Verdict("fail", broken, shorten(candidate, 200))
        if isinstance(broken, Misfit):
            misfit = misfit or Verdict("fail", f"{broken.reason}.", shorten(candidate, 200))
        reason = reason or broken.reason
    if misfit:
        return misfit
    return Verdict("could_not_check", f"{reason}.", shorten(found[0], 200))


def candidates(text: str) -> list[str] | Unreadable:
    """What may be the final answer in a model's text, most explicit first; never an empty list.

    Between markers (``<<<…>>>``) only what stands there counts, with or without words that announce it. Elsewhere,
    in this order: what a ``\\boxed{…}`` or a line that announces it holds, the whole text, its last line, its last
    paragraph, the inside of its last fenced block, its last list in brackets, and what the last announcement announces
    as it is written.
    """
    answer = final_answer(text)
    if answer.found and answer.how.startswith("the last <<<"):
        return _fitting([answer.text, without_announcement(answer.text)])
    whole = text.strip()
    if not whole:
        return Unreadable("The answer is empty")
    tail = whole[-_TAIL:]
    return _fitting([*_announced(answer), whole, *_careful(tail), *_as_written(tail)])


def _announced(answer: FinalAnswer) -> list[str]:
    return [answer.text, without_announcement(answer.text)] if answer.found else []


def _careful(tail: str) -> list[str]:
    """What a careful reader would take where nothing in the text says that it is the answer."""
    paragraph = re.split(r"\n[ \t]*\n", tail)[-1].strip()
    found = [tail.rsplit("\n", 1)[-1].strip(), without_announcement(tail.rsplit("\n", 1)[-1]), paragraph]
    fences = list(_FENCE.finditer(tail))
    if fences:
        found.append(fences[-1]["inside"].strip())
    found.append(_last_bracketed(tail))
    return found


def _as_written(tail: str) -> list[str]:
    """What the last announcement of a text announces, with signs that may be markdown: its line, and its paragraph.

    The signs can be part of the answer (``Answer: *,0,1,*``), and the answer can have several lines.
    """
    lines = tail.splitlines()[-_MAX_LINES:]
    for at in range(len(lines) - 1, -1, -1):
        announced = final_answer(f"{lines[at]}\n0")
        if not announced.found:
            continue
        start = lines[at].rfind(announced.text) if announced.text in lines[at] else len(lines[at])
        while start and lines[at][start - 1] in "*_`$":
            start -= 1
        end = next((below for below in range(at + 1, len(lines)) if not lines[below].strip()), len(lines))
        line = lines[at][start:].strip()
        return [line, "\n".join([line, *lines[at + 1 : end]]).strip()]
    return []


def _last_bracketed(text: str) -> str:
    """The last outermost ``[…]`` or ``(…)`` of a text, with its brackets; empty where there is none."""
    end = max(text.rfind("]"), text.rfind(")"))
    depth = 0
    for at in range(end, -1, -1):
        sign = text[at]
        if sign in "])":
            depth += 1
        elif sign in "[(":
            depth -= 1
            if depth == 0:
                return text[at : end + 1]
    return ""


def _fitting(texts: list[str]) -> list[str] | Unreadable:
    fitting = [text for text in dict.fromkeys(texts) if text and len(text) <= MAX_ANSWER_CHARS]
    return fitting or Unreadable(f"The answer is longer than {MAX_ANSWER_CHARS:,} characters")


def shorten(text: str, limit: int = 60) -> str:
    """Put a text on one line of at most `limit` characters."""
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else line[: limit - 1] + "…"

"""From a model's final text to a verdict: what in it may be the answer, and the first of it that can be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct

from codesteer_tui.answers import FinalAnswer, final_answer, without_announcement
from codesteer_tui.symbench.reading.wrapping import (
    has_words,
    only_bold,
    only_bracketed,
    unwrapped,
    without_label,
    without_sentences,
)
from codesteer_tui.values import Verdict

T = TypeVar("T")

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


class Broken(Struct, frozen=True):
    """A rule that an answer breaks: the sentence that says so, and where.

    `where` are the places that break it, in the terms of the task: cells, steps, positions in a list. With `misfit` it
    counts only where no other candidate of the same text fits, as `Misfit` does.
    """

    reason: str
    where: tuple[Any, ...] = ()
    misfit: bool = False


class Look(Struct, frozen=True):
    """A verdict, with what was read in the answer, and the rules that it breaks, the one of the verdict first.

    `value` is None where nothing could be read.
    """

    verdict: Verdict
    value: Any = None
    broken: tuple[Broken, ...] = ()


MOST_BROKEN = 100
"""Broken rules that are looked for in one answer."""


def judge(
    answer: str,
    broken_rule: Callable[[str], str | Unreadable | None],
    right: str,
    *,
    lists: bool = True,
    keep: str = "",
) -> Verdict:
    """Judge a model's final text with a task's rule.

    `broken_rule` gets one candidate for the answer after the other (see `candidates`). It says which rule the
    candidate breaks, as a sentence; None where it breaks none; or `Unreadable` where it is no answer at all, and then
    the next candidate is tried (`Misfit` where it is wrong unless another one fits). `right` is the sentence for an
    answer that breaks no rule.

    What is no answer as it is written is tried without what stands around it (see `wrapping`); `keep` are quotes that
    belong to the answer. Where the task's answers are no `lists`, no brackets in a sentence are taken for one.
    """

    def rules(text: str) -> Iterator[Broken | Unreadable]:
        broken = broken_rule(text)
        if broken is not None:
            yield broken if isinstance(broken, Unreadable) else Broken(broken)

    return look(answer, lambda text: text, rules, right, lists=lists, keep=keep, most=1).verdict


def look(
    answer: str,
    read: Callable[[str], T | Unreadable],
    broken_rules: Callable[[T], Iterator[Broken | Unreadable]],
    right: str,
    *,
    lists: bool = True,
    keep: str = "",
    most: int = MOST_BROKEN,
) -> Look:
    """Judge a model's final text as `judge` does, and tell what was read in it and all that is wrong with it.

    `read` makes a value of a candidate, and `broken_rules` gives the rules that a value breaks, one after the other:
    the first of them decides, and at most `most` are asked for.
    """
    found = _found(answer, lists)
    if isinstance(found, Unreadable):
        return Look(Verdict("could_not_check", f"{found.reason}."))
    reason, misfit = "", None
    for candidate, certain in _with_bare(found, keep):
        value = read(candidate)
        unread = isinstance(value, Unreadable)
        rules = iter((value,)) if isinstance(value, Unreadable) else broken_rules(value)
        broken = next(rules, None)
        if broken is None:
            return Look(Verdict("pass", right, shorten(candidate, 200)), value)
        if isinstance(broken, Broken) and not broken.misfit:
            all_of_them = (broken, *_first(rules, most - 1))
            return Look(Verdict("fail", broken.reason, shorten(candidate, 200)), value, all_of_them)
        said = broken.reason.removesuffix(".") if isinstance(broken, Broken) else broken.reason
        fits_badly = isinstance(broken, Broken | Misfit)
        if fits_badly and misfit is None and certain and not has_words(candidate):
            verdict = Verdict("fail", f"{said}.", shorten(candidate, 200))
            misfit = Look(verdict, None if unread else value, _first([broken, *rules], most))
        reason = reason or said
    if misfit:
        return misfit
    return Look(Verdict("could_not_check", f"{reason}.", shorten(found[0][0], 200)))


def _first(rules: Iterable[Broken | Unreadable], most: int) -> tuple[Broken, ...]:
    return tuple(islice((broken for broken in rules if isinstance(broken, Broken)), most))


def candidates(text: str) -> list[str] | Unreadable:
    """What may be the final answer in a model's text, most explicit first; never an empty list.

    Between markers (``<<<…>>>``) only what stands there counts, with or without words that announce it. Elsewhere,
    in this order: what a ``\\boxed{…}`` or a line that announces it holds, and the whole text; then what a careful
    reader would take (see `_careful`), and what the last announcement announces as it is written.
    """
    found = _found(text, lists=True)
    return found if isinstance(found, Unreadable) else [candidate for candidate, _ in found]


def _found(text: str, lists: bool) -> list[tuple[str, bool]] | Unreadable:
    """The candidates of a text, and whether each is what the text gives as its answer, for certain."""
    answer = final_answer(text)
    if answer.found and answer.how.startswith("the last <<<"):
        return _fitting(
            [answer.text, without_announcement(answer.text)],
            [without_label(answer.text), without_sentences(answer.text)],
        )
    whole = text.strip()
    if not whole:
        return Unreadable("The answer is empty")
    tail = whole[-_TAIL:]
    return _fitting([*_announced(answer), whole], [*_careful(tail, lists), *_as_written(tail)])


def _with_bare(found: list[tuple[str, bool]], keep: str) -> Iterator[tuple[str, bool]]:
    """Go through candidates, each followed by itself without what stands around it, where that is something else."""
    seen = {candidate for candidate, _ in found}
    for candidate, certain in found:
        yield candidate, certain
        bare = unwrapped(candidate, keep)
        if bare and bare not in seen:
            seen.add(bare)
            yield bare, certain


def _announced(answer: FinalAnswer) -> list[str]:
    return [answer.text, without_announcement(answer.text)] if answer.found else []


def _careful(tail: str, lists: bool) -> list[str]:
    """What a careful reader would take where nothing in the text says that it is the answer.

    Its last line, its last paragraph, the inside of its last fenced block, the only part in bold type of its last line
    and what that says with a name ("The score is 36"), all but the sentences around it, and, among `lists`, its only
    list in brackets; the last four only where no word denies or doubts them.
    """
    paragraph = re.split(r"\n[ \t]*\n", tail)[-1].strip()
    line = tail.rsplit("\n", 1)[-1].strip()
    found = [line, without_announcement(line), paragraph]
    fences = list(_FENCE.finditer(tail))
    if fences:
        found.append(fences[-1]["inside"].strip())
    found += [only_bold(line), without_label(line), without_sentences(tail)]
    if lists:
        found.append(only_bracketed(tail))
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
        found = [line, "\n".join([line, *lines[at + 1 : end]]).strip()]
        if lines[at].lstrip().startswith("**") and line.endswith("**"):
            found.append(line.removesuffix("**"))
        return found
    return []


def _fitting(certain: list[str], guessed: list[str]) -> list[tuple[str, bool]] | Unreadable:
    texts = dict.fromkeys(certain, True)
    for guess in guessed:
        texts.setdefault(guess, False)
    fitting = [(text, sure) for text, sure in texts.items() if text and len(text) <= MAX_ANSWER_CHARS]
    return fitting or Unreadable(f"The answer is longer than {MAX_ANSWER_CHARS:,} characters")


def there_are(count: int, things: str) -> str:
    """Say how many there are: "There is 1 cell", "There are 3 cells"."""
    return f"There is 1 {things.removesuffix('s')}" if count == 1 else f"There are {count} {things}"


def shorten(text: str, limit: int = 60) -> str:
    """Put a text on one line of at most `limit` characters."""
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else line[: limit - 1] + "…"

"""The TASK pane: the TaskLLM's answer, prose and code, as it streams in."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import msgspec

from codesteer_tui.text import plain
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui import bound
from codesteer_tui.tui.blocks import Block, BlockKind, Bounds, block, bounded, in_chunks
from codesteer_tui.tui.course import DECISION, cut_short, failure, never, player, runs_on, waits_for_person
from codesteer_tui.tui.difference import code_before, difference
from codesteer_tui.tui.drawing.calls import (
    change_blocks,
    failed_blocks,
    loading_words,
    note_blocks,
    shortened_blocks,
)
from codesteer_tui.tui.words import cut, duration, tokens

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^`]*$")
_PERHAPS_FENCE = re.compile(r"^[^\S\n]*(?:```|~~~).*$", re.MULTILINE)

FINISH = {
    "length": ("bad", "cut off: the model reached its token limit"),
    "refused": ("bad", "the model refused"),
    "broken": ("bad", "broken off here; what came is kept"),
    "cancelled": ("unsure", "stopped by you; what came is kept"),
}

DEMO = "built-in demo, no language model"


def title(transcript: Transcript, this: Round | None) -> str:
    """Who answers, that it is the demo where it is, and where it runs if it is here."""
    role = player(transcript, "task_llm", this)
    if role is None:
        return ""
    return "  ".join([DEMO if role.kind == "demo" else role.label, *runs_on(transcript, "task_llm", this)])


def blocks(transcript: Transcript, this: Round | None, bounds: Bounds) -> list[Block]:
    """Reasoning, answer, why it is not whole where it is not, and what there is to know of the model."""
    if this is None:
        return [block("dim", "No answer yet.")]
    before, after = shortened_blocks(this, "task_llm"), note_blocks(this, "task_llm")
    return [*before, *_answer(transcript, this, bounds), *after]


def _answer(transcript: Transcript, this: Round, bounds: Bounds) -> list[Block]:
    shown = change_blocks(transcript, this, "task_llm")
    reasoning = this.answer.reasoning if this.answer else this.reasoning_so_far
    if reasoning:
        shown += [block("dim", "reasoning"), *bounded("quote", reasoning, bounds)]
    if this.answer_text:
        shown += answer_blocks(this.answer_text, bounds)
    failed = failure(transcript, this, "task_llm")
    if this.answer is None:
        if failed and not this.answer_so_far:
            shown += failed_blocks(failed, bounds)
        shown += _unfinished(transcript, this)
        return shown
    if not this.answer.text:
        shown.append(block("bad", "The answer is empty."))
    if this.answer.finish != "stop":
        kind, words = FINISH[this.answer.finish]
        shown.append(block("bad" if kind == "bad" else "unsure", words))
        if failed and this.answer.finish == "broken":
            shown += failed_blocks(failed, bounds, text=False)
    broken = failed if failed and this.answer.finish == "broken" else None
    shown.append(block("dim", f"{tokens((broken or this.answer).usage)}   {duration(this.answer.seconds)}"))
    if waits_for_person(transcript, this, "task"):
        shown.append(block("unsure", f"~ {DECISION}"))
    if this.code and this.code.note:
        shown.append(block("note", this.code.note))
    return shown + _compared(transcript, this)


def _compared(transcript: Transcript, this: Round) -> list[Block]:
    """How much the code differs from the one before."""
    before = code_before(transcript, this) if this.code and this.code.source else None
    if before is None or before.code is None or this.code is None:
        return []
    words = difference(before.code.source, this.code.source).words
    return [block("dim", f"against R{before.number}: {words}   {bound.key('difference')} compares")]


def _unfinished(transcript: Transcript, this: Round) -> list[Block]:
    guidance = this.guidance
    if guidance and guidance.decision in ("return_answer", "terminate"):
        return [block("dim", "Nothing was asked of the TaskLLM in this round.")]
    if ended := cut_short(transcript, this):
        if this.answer_so_far or this.reasoning_so_far:
            return [block("unsure", f"{ended.word} here; what came is kept")]
        return [block("unsure", f"No answer came: the {never(transcript, this)}.")]
    if transcript.ending:
        return [block("dim", "No answer came.")]
    if waits_for_person(transcript, this, "task"):
        return [block("unsure", f"~ {DECISION}")]
    words = loading_words(this, "task_llm") or "waiting for the answer ..."
    return [] if this.answer_so_far else [block("dim", words)]


def answer_blocks(text: str, bounds: Bounds) -> list[Block]:
    """The answer cut at its code fences. Joined with line ends, the blocks are the text again."""
    text = plain(text)
    if len(text) > bounds.chars or text.count("\n") >= bounds.lines:
        *head, note, tail = bounded("prose", text, bounds)
        inside = _fences.open_at_end(text[: len(text) - len(tail.text)])
        return [
            *(b for h in head for b in _cut_at_fences(h.text, "")),
            note,
            *_cut_at_fences(tail.text, inside),
        ]
    return _cut_at_fences(text, "")


def with_marked_lines(blocks: Sequence[Block], source: str, lines: Collection[int]) -> list[Block]:
    """The blocks with these lines of the program marked, counted as in the program that was taken from the answer."""
    wanted = plain(source).rstrip("\n").split("\n")
    shown: list[Block] = []
    for this in blocks:
        if this.kind == "code" and (begins := _begins(wanted, this.text.rstrip("\n").split("\n"))):
            this = msgspec.structs.replace(this, kind="listing", lines=tuple(lines), first=begins)
        shown.append(this)
    return shown


def _begins(lines: Sequence[str], part: Sequence[str]) -> int:
    """The line of a program, from 1, at which these lines of it begin; 0 where they are not a part of it."""
    for at in range(len(lines) - len(part) + 1):
        if lines[at] == part[0] and lines[at : at + len(part)] == list(part):
            return at + 1
    return 0


def _cut_at_fences(text: str, fence: str) -> list[Block]:
    found: list[Block] = []
    held: list[str] = []

    def put(kind: BlockKind) -> None:
        if held:
            text = "\n".join(held)
            found.extend(in_chunks(kind, text) if kind == "prose" else [Block(kind, (text,))])
            held.clear()

    for line in text.split("\n"):
        if fence and _closes(line, fence):
            put("code")
            found.append(Block("dim", (line,)))
            fence = ""
        elif not fence and (opened := _FENCE.match(line)):
            put("prose")
            found.append(Block("dim", (line,)))
            fence = opened[1]
        else:
            held.append(line)
    put("code" if fence else "prose")
    return found


def _closes(line: str, fence: str) -> bool:
    line = line.strip()
    return len(line) >= len(fence) and not line.strip(fence[0])


class Fences:
    """Which fence is open at the end of a text; of one that only grew, just what was added is read again."""

    def __init__(self) -> None:
        self._read, self._open = "", ""

    def open_at_end(self, text: str) -> str:
        """The fence that is still open at the end of this text, or nothing."""
        whole = text.rfind("\n") + 1
        if len(self._read) > whole or not text.startswith(self._read):
            self._read, self._open = "", ""
        self._open = _open_fence(text[len(self._read) : whole], self._open)
        self._read = text[:whole]
        return _open_fence(text[whole:], self._open)


_fences = Fences()


def _open_fence(text: str, fence: str) -> str:
    for found in _PERHAPS_FENCE.finditer(text):
        line = found[0]
        if fence and _closes(line, fence):
            fence = ""
        elif not fence and (opened := _FENCE.match(line)):
            fence = opened[1]
    return fence


def peek(transcript: Transcript, this: Round | None) -> str:
    """The start of the answer in one line."""
    if this is None:
        return ""
    return cut(plain(this.answer_text[:400]), 200) or loading_words(this, "task_llm")


def to_copy(transcript: Transcript, this: Round | None) -> str:
    """What `y` copies: the code that was taken, else the answer."""
    if this is None:
        return ""
    return this.code.source if this.code and this.code.source else this.answer_text

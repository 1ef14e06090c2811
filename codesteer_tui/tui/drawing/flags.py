"""The FLAGS pane: three verdicts side by side, and below them every flag that can be opened."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Block, Bounds, Part, block, bounded, text_of
from codesteer_tui.tui.course import DECISION, cut_short, goes_on, waits_for_person
from codesteer_tui.tui.drawing.calls import change_blocks, note_blocks, shortened_blocks
from codesteer_tui.tui.drawing.verdicts import Flag, flags_of, named_lines, side_by_side
from codesteer_tui.tui.words import OUTCOMES, RUNNING
from codesteer_tui.values import Outcome

HERE, THERE = "> ", "  "
"""Before the flag that the keys act on, and before the others."""

_LABEL = 14


def title(transcript: Transcript, this: Round | None) -> str:
    """How many flags are up, and whether more may come. Only what passed is counted as passed."""
    if this is None:
        return ""
    opinions = _opinions(this)
    counts = [(opinions.count("fail"), "FAIL"), (opinions.count("could_not_check"), "unchecked")]
    passed = opinions.count("pass")
    if passed == 3:
        return "all passed"
    words = [f"{count} {word}" for count, word in [*counts, (passed, "passed")] if count]
    if goes_on(transcript, this) and this.answer and this.answer.finish != "broken":
        words.append(DECISION if waits_for_person(transcript, this, "flags") else "checking ...")
    elif ended := cut_short(transcript, this):
        words.append(f"then {ended.word}" if words else ended.word)
    return ", ".join(words)


def sign(transcript: Transcript, this: Round | None) -> str:
    """The flags in one character: + only where something passed and nothing is open, unsure or refuted."""
    if this is None:
        return ""
    opinions = _opinions(this)
    if "fail" in opinions:
        return OUTCOMES["fail"].sign
    if goes_on(transcript, this) and opinions.count("pass") < 3:
        return RUNNING.sign if this.answer else ""
    if ended := cut_short(transcript, this):
        return ended.sign
    for outcome in ("could_not_check", "pass"):
        if outcome in opinions:
            return OUTCOMES[outcome].sign
    return ""


def _opinions(this: Round) -> list[Outcome]:
    found: list[Outcome] = [this.judgement.outcome] if this.judgement else []
    found += [this.check.verdict.outcome] if this.check else []
    return found + ([this.truth.outcome] if this.truth else [])


def blocks(transcript: Transcript, this: Round | None, bounds: Bounds) -> list[Block]:
    """Three verdicts on the answer side by side; below them every flag with its words, and the reasons."""
    if this is None:
        return [block("dim", "No flags yet.")]
    flags = flags_of(transcript, this)
    shown = [*change_blocks(transcript, this, "checker"), side_by_side(flags[:3])]
    for flag in flags:
        shown.append(_head(flag))
        if flag.reason:
            shown += [msgspec.structs.replace(b, key=flag.key) for b in bounded("quote", flag.reason, bounds)]
    return [*shown, *shortened_blocks(this, "checker"), *note_blocks(this, "checker")]


def _head(flag: Flag) -> Block:
    """One flag in a line: who says it, its mark, its words and the lines of code that it means."""
    parts: list[Part] = [(THERE, "bold $text-accent")]
    parts.append((f"{flag.name:<{_LABEL}}", "dim") if flag.name else "  ")
    mark, words = flag.told
    parts.append((mark, flag.mark.style))
    if words:
        parts.append(f"   {words}" if flag.name else f"  {words}")
    if flag.lines and flag.source == "finding":
        parts.append((f"   {named_lines(flag.lines)}", "dim"))
    return block("flag", *parts, key=flag.key)


def with_chosen(blocks: Sequence[Block], key: str) -> list[Block]:
    """The blocks with a sign before the flag of this key."""
    return [
        msgspec.structs.replace(b, parts=((HERE, "bold $text-accent"), *b.parts[1:]))
        if b.kind == "flag" and b.key == key
        else b
        for b in blocks
    ]


def peek(transcript: Transcript, this: Round | None) -> str:
    """The flags in one line."""
    return title(transcript, this)


def to_copy(transcript: Transcript, this: Round | None) -> str:
    """What `y` copies: the check program, else the reasons."""
    if this is None:
        return ""
    if this.check and this.check.source:
        return this.check.source
    return text_of(blocks(transcript, this, Bounds()))

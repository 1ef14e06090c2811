"""The GUIDANCE pane: what the steerer decided, what it said, and why."""

from __future__ import annotations

from codesteer_tui.events import CallFailed
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Block, Bounds, block, bounded
from codesteer_tui.tui.course import (
    DECISION,
    cut_short,
    failure,
    goes_on,
    never,
    player,
    runs_on,
    waits_for_person,
)
from codesteer_tui.tui.drawing.calls import (
    change_blocks,
    failed_blocks,
    loading_words,
    note_blocks,
    shortened_blocks,
)
from codesteer_tui.tui.drawing.stepping import (
    BY,
    changed_blocks,
    guidance_word,
    hint_blocks,
    mode_blocks,
    proposal_blocks,
    vetoed_blocks,
)
from codesteer_tui.tui.words import cut, duration

DECISION_STYLES = {
    "code": "bold $text-accent",
    "text": "bold $text-accent",
    "refine": "bold $text-warning",
    "return_answer": "bold $text-success",
    "terminate": "bold $text-error",
}


def title(transcript: Transcript, this: Round | None) -> str:
    """Who guides, and where that runs if it is here."""
    steerer = player(transcript, "steerer", this)
    by = this.guidance.by if this and this.guidance else "steerer"
    if this and this is transcript.current and not this.guidance and not this.proposal:
        by = "person" if transcript.mode == "manual" else by
    if by in ("person", "nobody"):
        return BY[by]
    label = "  ".join([steerer.label, *runs_on(transcript, "steerer", this)]) if steerer else ""
    return f"{BY[by]}, {label}" if by == "edited" else label


def blocks(transcript: Transcript, this: Round | None, bounds: Bounds) -> list[Block]:
    """Decision, text, why and seconds of one round."""
    if this is None:
        return [block("dim", "No guidance yet.")]
    return [
        *_problem(transcript, this, bounds),
        *change_blocks(transcript, this, "steerer"),
        *vetoed_blocks(this, bounds),
        *shortened_blocks(this, "steerer"),
        *_guidance(transcript, this, bounds),
        *_waiting_behind(transcript, this, bounds),
        *hint_blocks(transcript, this),
        *mode_blocks(transcript, this),
        *note_blocks(this, "steerer"),
    ]


def _waiting_behind(transcript: Transcript, this: Round, bounds: Bounds) -> list[Block]:
    """The guidance of the next round, while the person decides about it by what this one came to."""
    after = transcript.current
    if after is None or after.number != this.number + 1 or after.guidance:
        return []
    if not waits_for_person(transcript, after, "guidance"):
        return []
    waiting = [*vetoed_blocks(after, bounds), *_guidance(transcript, after, bounds)]
    return [*waiting, *hint_blocks(transcript, after)]


def _problem(transcript: Transcript, this: Round, bounds: Bounds) -> list[Block]:
    if transcript.problem is None or this.number:
        return []
    return [block("dim", "the problem"), *bounded("prose", transcript.problem.question, bounds)]


def _guidance(transcript: Transcript, this: Round, bounds: Bounds) -> list[Block]:
    guidance = this.guidance
    if guidance is None:
        ended = cut_short(transcript, this)
        waits = [block("unsure", f"~ {DECISION}")] if waits_for_person(transcript, this, "guidance") else []
        if failed := _failed_last(transcript, this):
            return [*failed_blocks(failed, bounds), *waits]
        if waits or this.proposal:
            style = DECISION_STYLES[this.proposal.decision] if this.proposal else ""
            return [*proposal_blocks(this, bounds, style), *waits]
        if this.guidance_so_far:
            words = f"{ended.word} while writing" if ended else "writing ..."
            return [
                block("dim", words),
                *bounded("prose", this.guidance_so_far, bounds),
                *_thoughts(this, bounds),
            ]
        if this.guidance_reasoning:
            words = f"{ended.word} while thinking" if ended else "thinking ..."
            return [block("dim", words), *bounded("quote", this.guidance_reasoning, bounds)]
        if goes_on(transcript, this):
            return [block("dim", loading_words(this, "steerer") or "The steerer is deciding ...")]
        return [
            block(
                "dim", f"No guidance came: the {never(transcript, this)}." if ended else "No guidance came."
            )
        ]
    decided = (guidance_word(guidance), DECISION_STYLES[guidance.decision])
    seconds = f"   {duration(this.guidance_seconds)}" if this.guidance_seconds else ""
    sure = f"   {guidance.confidence:.0%} sure" if guidance.confidence is not None else ""
    by = f"   {BY[guidance.by]}" if guidance.by in ("edited", "person") else ""
    shown = [block("heading", f"R{this.number} decision  ", decided, by, (f"{seconds}{sure}", "dim"))]
    if guidance.text:
        shown += [block("dim", "said to the TaskLLM"), *bounded("quote", guidance.text, bounds)]
    elif guidance.decision in ("return_answer", "terminate"):
        shown.append(block("dim", "nothing more is sent to the TaskLLM"))
    elif guidance.by == "nobody":
        shown.append(block("dim", "nothing is said to the TaskLLM but the question"))
    shown += changed_blocks(this, bounds)
    if guidance.by in ("person", "nobody"):
        shown += bounded("prose", guidance.why, bounds) if guidance.why else []
    elif guidance.why:
        shown += [block("dim", f"why, by {_by(transcript, this)}"), *bounded("prose", guidance.why, bounds)]
    else:
        shown.append(block("dim", f"by {_by(transcript, this)}"))
    return [*shown, *_thoughts(this, bounds)]


def _thoughts(this: Round, bounds: Bounds) -> list[Block]:
    if not this.guidance_reasoning:
        return []
    return [block("dim", "reasoning"), *bounded("quote", this.guidance_reasoning, bounds)]


def _failed_last(transcript: Transcript, this: Round) -> CallFailed | None:
    """The steerer's call that failed, unless it is being asked again."""
    return None if transcript.open_calls.get("steerer") else failure(transcript, this, "steerer")


def _by(transcript: Transcript, this: Round) -> str:
    steerer = player(transcript, "steerer", this)
    if steerer is None:
        return "the steerer"
    if steerer.provider == "rules":
        return "built-in rules (no model)"
    return f"{steerer.label}{f' ({steerer.note})' if steerer.note else ''}"


def peek(transcript: Transcript, this: Round | None) -> str:
    """The guidance in one line."""
    if this is None or this.guidance is None:
        return loading_words(this, "steerer") if this else ""
    said = this.guidance.text or this.guidance.why
    return f"{guidance_word(this.guidance)} {cut(said, 200)}".strip()


def to_copy(transcript: Transcript, this: Round | None) -> str:
    """What `y` copies: the guidance as it was sent."""
    return this.guidance.text or this.guidance.why if this and this.guidance else ""

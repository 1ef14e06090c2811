"""What the person did, where it stands in the panes: proposals, vetoes, hints, and programs of their own."""

from __future__ import annotations

from codesteer_tui.events import Finished
from codesteer_tui.transcript import Execution, Round, Transcript
from codesteer_tui.tui import bound
from codesteer_tui.tui.blocks import Block, Bounds, block, bounded
from codesteer_tui.tui.course import DECISION, goes_on
from codesteer_tui.tui.words import DECISIONS, Mark
from codesteer_tui.values import Guidance, Question

OWN = Mark("*", "yours", "bold $text-secondary")
BY = {"edited": "edited by you", "person": "by you", "nobody": "nobody steers"}
"""Whose guidance it is, where it is not the steerer's."""


def guidance_word(guidance: Guidance) -> str:
    """The decision in a word."""
    return "NO STEERING" if guidance.by == "nobody" and not guidance.text else DECISIONS[guidance.decision]


def mode_blocks(transcript: Transcript, this: Round) -> list[Block]:
    """A line for each change of how the person steps in, in the round in which it was made."""
    shown: list[Block] = []
    for change in transcript.mode_changes:
        if change.round != this.number:
            continue
        words = [f"steering mode: {change.before} -> {change.after}"] if change.before != change.after else []
        if change.approve_code is not None:
            words.append("each program waits for your yes" if change.approve_code else "programs run at once")
        shown.append(block("note", (f"{OWN.sign} ", OWN.style), "; ".join(words)))
    return shown


def vetoed_blocks(this: Round, bounds: Bounds) -> list[Block]:
    """What the steerer proposed in this round and the person vetoed."""
    shown: list[Block] = []
    for refused, reason in this.vetoed:
        shown.append(
            block("heading", f"R{this.number} proposed  ", (guidance_word(refused), "dim"), "  vetoed by you")
        )
        if reason:
            shown.append(block("quote", f"your reason: {reason}"))
        if refused.text:
            shown += [block("dim", "it would have been"), *bounded("quote", refused.text, bounds)]
    return shown


def proposal_blocks(this: Round, bounds: Bounds, style: str) -> list[Block]:
    """What the steerer proposes while the person has not decided."""
    proposal = this.proposal
    if proposal is None:
        return []
    shown = [block("heading", f"R{this.number} proposed  ", (guidance_word(proposal), style))]
    if proposal.text:
        shown += [block("dim", "it would say to the TaskLLM"), *bounded("quote", proposal.text, bounds)]
    else:
        shown.append(block("dim", "nothing more would be sent to the TaskLLM"))
    if proposal.why:
        shown += [block("dim", "why"), *bounded("prose", proposal.why, bounds)]
    return shown


def changed_blocks(this: Round, bounds: Bounds) -> list[Block]:
    """What the person added to the guidance, and what the steerer had proposed where they changed it."""
    guidance, proposal = this.guidance, this.proposal
    shown: list[Block] = []
    if guidance and guidance.hint:
        shown += [
            block("dim", (f"{OWN.sign} ", OWN.style), "said behind it, your hint"),
            *bounded("quote", guidance.hint, bounds),
        ]
    if guidance and proposal and guidance.by in ("edited", "person", "nobody"):
        shown.append(block("dim", "the steerer had proposed  ", (guidance_word(proposal), "dim")))
        if proposal.text:
            shown += bounded("quote", proposal.text, bounds)
    return shown


def hint_blocks(transcript: Transcript, this: Round) -> list[Block]:
    """What the person wrote for the next guidance, under the round that goes on or was the last."""
    hint = transcript.hint
    if hint is None or this is not transcript.current:
        return []
    where = "in place of the next guidance" if hint.replaces else "behind the next guidance"
    said = (
        "your words, to be said"
        if goes_on(transcript, this) or transcript.ending is None
        else "your words, not said yet:"
    )
    return [block("heading", (f"{OWN.sign} ", OWN.style), f"{said} {where}"), block("quote", hint.text)]


def program_to_allow(transcript: Transcript, this: Round) -> Question | None:
    """The question whether a program of this round may run, while it waits."""
    if this is not transcript.current:
        return None
    return next((q for q in transcript.waiting.values() if q.kind == "approve_code"), None)


def allow_blocks(question: Question, bounds: Bounds) -> list[Block]:
    """A program that waits for the person's yes."""
    return [
        block("unsure", f"~ {DECISION}"),
        block("dim", question.text),
        *bounded("code", question.draft.rstrip("\n"), bounds),
    ]


def own_runs(this: Round | None) -> list[Execution]:
    """The person's own runs in a round, oldest first."""
    return [run for run in this.executions.values() if run.purpose == "own"] if this else []


def own_heading(transcript: Transcript, run: Execution) -> Block:
    """Whose run it is, above it, so that it is never taken for the model's."""
    what = "an edited copy" if run.program.origin == "user" else "the same program again"
    ending = transcript.ending
    if transcript.taken is None or transcript.taken.execution != run.id:
        words = f"   it does not count; {bound.key('take_answer')} takes its answer"
    elif isinstance(ending, Finished) and ending.own_run == run.id:
        words = "   you took its answer"
    else:
        words = "   taken, counts at the end"
    return block("heading", (f"{OWN.sign} your run of {what}", OWN.style), (words, "dim"))

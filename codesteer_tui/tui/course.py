"""How far a round is: whether more of it is to come, whether it was cut short, whether a person is waited for.

A fact that is missing means three things: not yet, never, or not asked for. The panes must not mix them up.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from codesteer_tui.events import CallFailed, Cancelled, Failed, RoleChanged
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.words import BROKEN_OFF, Mark
from codesteer_tui.values import Question, Role, RoleInfo

Stream: TypeAlias = Literal["guidance", "task", "run", "flags"]
"""What the panes show, by their names."""

CHANGED = Mark("^", "another model", "bold $text-accent")
STOPPED = Mark("-", "stopped", "bold $text-warning")
FAILED = Mark("-", "failed", "bold $text-error")
DECISION = "waits for your decision"


def goes_on(transcript: Transcript, this: Round) -> bool:
    """Whether more facts of this round are to come."""
    return not this.finished and transcript.ending is None


def cut_short(transcript: Transcript, this: Round) -> Mark | None:
    """How the run ended in the middle of this round, if it did."""
    if this.finished:
        return None
    match transcript.ending:
        case Cancelled() as ending:
            return BROKEN_OFF if ending.broke_off else STOPPED
        case Failed():
            return FAILED
        case _:
            return None


def never(transcript: Transcript, this: Round) -> str:
    """Why something of a round that was cut short is missing for good."""
    how = cut_short(transcript, this)
    return f"run {'broke off' if how is BROKEN_OFF else 'failed' if how is FAILED else 'stopped'} first"


def waits_for_retry(transcript: Transcript) -> bool:
    """Whether the last thing that happened is that a call failed and is tried again."""
    if not transcript.retries or transcript.ending:
        return False
    return transcript.seconds <= transcript.retries[-1].at


def player(transcript: Transcript, role: Role, this: Round | None) -> RoleInfo | None:
    """Who played a role in a round; where no round is meant, who plays it now."""
    later = [c for c in transcript.role_changes if c.role == role and this and c.round > this.number]
    return min(later, key=lambda c: c.round).before if later else transcript.roles.get(role)


def changes(transcript: Transcript, this: Round, *roles: Role) -> list[RoleChanged]:
    """The roles that were given to another model with this round; all of them where none is named."""
    found = [change for change in transcript.role_changes if change.round == this.number]
    return [change for change in found if not roles or change.role in roles]


def runs_on(transcript: Transcript, role: Role, this: Round | None) -> list[str]:
    """Where a role's model runs and how fast it last wrote, in a word or two each; nothing of what is not told.

    As it was known in a round, or now where none is meant.
    """
    who = player(transcript, role, this)
    found: dict[str, str] = {}
    for known in transcript.rounds:
        if (this is None or known.number <= this.number) and player(transcript, role, known) == who:
            found |= {note.kind: note.brief for note in known.notes if note.role == role and note.brief}
    return [found[kind] for kind in ("device", "speed") if kind in found]


def failure(transcript: Transcript, this: Round, role: Role) -> CallFailed | None:
    """The last call of a role that failed in this round; none that the run was stopped in, which says so itself."""
    calls = (f for f in reversed(transcript.failures) if f.round == this.number and f.role == role)
    last = next(calls, None)
    return None if last and last.kind == "interrupted" else last


def waits_for_person(transcript: Transcript, this: Round, about: Stream | None = None) -> bool:
    """Whether this round goes on only once the person has decided something; `about`: something of that stream."""
    waiting = list(transcript.waiting.values())
    if not waiting or not goes_on(transcript, this) or this is not transcript.current:
        return False
    return about is None or about in _concerned(waiting[-1], this)


def _concerned(question: Question, this: Round) -> tuple[Stream, ...]:
    """What goes on with the answer: the program and its check, or the call that is asked about."""
    if question.kind in ("run_with_reduced_isolation", "approve_code"):
        return ("run", "flags")
    if question.kind in ("approve_guidance", "write_guidance"):
        return ("guidance", "task")  # the TaskLLM is not asked before
    if this.guidance is None:
        return ("guidance",)
    return ("task",) if this.answer is None or this.answer.finish == "broken" else ("flags",)

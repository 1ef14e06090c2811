"""How far a round is: whether more of it is to come, whether it was cut short, whether a person is waited for.

A fact that is missing means three things: not yet, never, or not asked for. The panes must not mix them up.
"""

from __future__ import annotations

from codesteer_tui.events import Cancelled, Failed
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.words import Mark

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
        case Cancelled():
            return STOPPED
        case Failed():
            return FAILED
        case _:
            return None


def never(transcript: Transcript, this: Round) -> str:
    """Why something of a round that was cut short is missing for good."""
    return "run failed first" if cut_short(transcript, this) is FAILED else "run stopped first"


def waits_for_person(transcript: Transcript, this: Round) -> bool:
    """Whether this round goes on only once the person has decided something."""
    open_questions = transcript.questions.keys() - transcript.replies.keys()
    return bool(open_questions) and goes_on(transcript, this) and this is transcript.current

"""Going on from a record: in the same session where it was interrupted, or in a new one that is forked from it.

A fork takes over the first events of the other and goes on by itself; the other stays as it is. A session can be forked
where a step is complete: never in the middle of a call, of a program or of a question, and never between an answer and
the run of its program.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from codesteer_tui import events as ev
from codesteer_tui.errors import SessionError
from codesteer_tui.events import Event
from codesteer_tui.problem import Problem
from codesteer_tui.sessions.store import Recording
from codesteer_tui.transcript import Round, Transcript


class Fork(Struct, frozen=True):
    """What a new session begins with: the first events of the session `origin`; `round` goes on or begins next."""

    origin: str
    events: tuple[Event, ...]
    round: int

    @property
    def transcript(self) -> Transcript:
        """The state after these events."""
        return Transcript.of(self.events)

    def renamed(self, start: ev.SessionStarted) -> tuple[Event, ...]:
        """The events under the name of the new session, whose beginning `start` is.

        Who played in the rounds that are taken over is kept; `SessionResumed` tells who plays from there on.
        """
        first = self.events[0]
        assert isinstance(first, ev.SessionStarted), "every session begins so"
        begun = msgspec.structs.replace(
            start, at=first.at, roles=first.roles, sandbox=first.sandbox, forked_from=self.origin
        )
        return (begun, *self.events[1:])


def problem_of(recording: Recording) -> Problem:
    """The problem that a session is about.

    Raises:
        SessionError: its record does not say.
    """
    problem = recording.transcript.problem
    if problem is None:
        raise SessionError(
            f"{recording.path} does not say what the problem was.", "Choose another: codesteer sessions list"
        )
    return problem


def refuse_ended(recording: Recording) -> Problem:
    """The problem of a session that can go on where it stopped.

    Raises:
        SessionError: it came to its end by itself, so there is nothing left to do in it.
    """
    if isinstance(recording.transcript.ending, ev.Finished):
        name = recording.path.stem
        raise SessionError(
            f"The session {name} has come to its end: there is nothing left to go on with.",
            f"Do a round of it again in a session of its own: codesteer fork {name} --round 0",
        )
    return problem_of(recording)


def fork_before(events: Sequence[Event], number: int) -> Fork:
    """Do round `number` again: begin with everything before it.

    Raises:
        SessionError: there is no such round.
    """
    for place, event in enumerate(events):
        if isinstance(event, ev.RoundStarted) and event.round == number:
            return _fork(events, _last_settled(events, place))
    raise _no_round(events, number)


def fork_after(events: Sequence[Event], number: int) -> Fork:
    """Keep round `number`, and go on behind it; where it was cut short, behind what is complete of it.

    Raises:
        SessionError: there is no such round.
    """
    mine = [place for place, event in enumerate(events) if _belongs(event, number)]
    if not any(isinstance(events[place], ev.RoundStarted) for place in mine):
        raise _no_round(events, number)
    return _fork(events, _last_settled(events, mine[-1] + 1))


def fork_here(events: Sequence[Event], position: int) -> Fork:
    """Go on from the last complete step of the first `position` events.

    Raises:
        SessionError: there are no events, or they do not begin with a session.
    """
    return _fork(events, _last_settled(events, position))


def _fork(events: Sequence[Event], place: int) -> Fork:
    first = events[0] if events else None
    if not isinstance(first, ev.SessionStarted) or not place:
        raise SessionError("This is not the record of a session.", "Choose another: codesteer sessions list")
    taken = tuple(events[:place])
    current = Transcript.of(event for event in taken if not ev.is_delta(event)).current
    number = current.number + current.finished if current else 0
    return Fork(first.session, taken, number)


def _last_settled(events: Sequence[Event], until: int) -> int:
    """The last position up to `until` at which every step is complete."""
    transcript, found = Transcript(), 0
    for place, event in enumerate(events[:until], 1):
        if ev.is_delta(event):
            continue
        transcript.apply(event)
        if _is_settled(transcript):
            found = place
    return found


def _is_settled(transcript: Transcript) -> bool:
    if transcript.ending or transcript.open_calls or transcript.waiting:
        return False
    this = transcript.current
    if this is None:
        return True
    return all(run.result for run in this.executions.values()) and not _has_more_to_do(this)


def _has_more_to_do(this: Round) -> bool:
    """Whether there is an answer whose program has not been looked for or run yet."""
    if this.answer is None:
        return False
    return this.code is None or bool(this.code.source and not this.execution("answer"))


def _belongs(event: Event, number: int) -> bool:
    """Whether the event is the round's. What the person ran themselves may stand far behind it, and is left out."""
    if isinstance(event, ev.RoleChanged) or ev.is_delta(event) or getattr(event, "purpose", "") == "own":
        return False
    return getattr(event, "round", None) == number


def _no_round(events: Sequence[Event], number: int) -> SessionError:
    known = [event.round for event in events if isinstance(event, ev.RoundStarted)]
    rounds = f"It has R{min(known)} to R{max(known)}." if known else "It has none."
    return SessionError(f"The session has no round {number}. {rounds}", "Choose one of these.")

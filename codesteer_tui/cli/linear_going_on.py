"""The linear mode's ways to go on with a session that there is: where it stopped, or in a fork of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from codesteer_tui.errors import SessionError

if TYPE_CHECKING:
    from codesteer_tui.problem import Problem
    from codesteer_tui.sessions.forking import Fork
    from codesteer_tui.sessions.store import Recording


class Place(NamedTuple):
    """Where a fork begins: with a round that is done again, or behind one that is kept."""

    round: int
    keeps: bool


class Begun(NamedTuple):
    """What is to be run, what it goes on from, and how that is said."""

    problem: Problem
    source: Recording | Fork
    words: str


def parted(asked: str) -> tuple[Place, str]:
    """Where to fork, and the session, of `2`, `after 2` and `2 ID`; an empty name where none is given.

    Raises:
        SessionError: no round is named.
    """
    found = re.fullmatch(r"(after\s+)?R?(\d+)(?:\s+(\S.*))?", asked.strip())
    if found is None:
        raise SessionError(
            "/fork is followed by the number of a round.", "/fork 1 does it again, /fork after 1 keeps it."
        )
    return Place(int(found[2]), keeps=bool(found[1])), found[3] or ""


def resumed(recording: Recording) -> Begun:
    """Go on where the session stopped.

    Raises:
        SessionError: it has come to its end, or does not say what its problem was.
    """
    from codesteer_tui.events import Finished
    from codesteer_tui.sessions.forking import refuse_ended

    transcript, name = recording.transcript, recording.path.stem
    try:
        problem = refuse_ended(recording)
    except SessionError as error:
        again = f"Do a round of it again in a session of its own: /fork 0 {name}"
        ended = isinstance(transcript.ending, Finished)
        raise SessionError(error.message, again if ended else error.remedy) from error
    return Begun(problem, recording, f"Going on with {name}, which has {_rounds(len(transcript.rounds))}.")


def forked(recording: Recording, place: Place) -> Begun:
    """Go on in a session of its own; the other stays as it is.

    Raises:
        SessionError: there is no such round, or its record does not say what the problem was.
    """
    from codesteer_tui.sessions.forking import fork_after, fork_before, problem_of

    begin = fork_after if place.keeps else fork_before
    fork = begin(recording.events, place.round)
    taken = _rounds(len(fork.transcript.rounds))
    return Begun(problem_of(recording), fork, f"Forked from {fork.origin}; {taken} taken over.")


def _rounds(count: int) -> str:
    return f"{count} round{'' if count == 1 else 's'}"

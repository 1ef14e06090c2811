"""Who will play a role that somebody else plays now, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.words import who
from codesteer_tui.values import Role

if TYPE_CHECKING:
    from codesteer_tui.sessions import Session


def in_run(session: Session, transcript: Transcript) -> dict[Role, tuple[str, str]]:
    """Who will play in the run that goes on, and the words for when; a mode that changes is the steerer's."""
    soon = {role: (who(info), f"at R{session.next_round}") for role, info in session.pending.items()}
    if session.mode != transcript.mode:
        soon.setdefault("steerer", (session.mode, "soon"))
    return soon


def in_next(chosen: Mapping[Role, str], transcript: Transcript) -> dict[Role, tuple[str, str]]:
    """Who will play in the next run and did not in the last one, of those that were chosen by name."""
    now = {role: who(info) for role, info in transcript.roles.items()}
    return {role: (name, "next") for role, name in chosen.items() if now.get(role, name) != name}

"""What the person was asked, and what they did."""

from __future__ import annotations

from codesteer_tui.events.base import Base
from codesteer_tui.values import Question, Reply, SteeringMode


class Asked(Base, frozen=True):
    """The person was asked something."""

    id: str
    question: Question


class Answered(Base, frozen=True):
    """The person (or a policy in their place) replied."""

    id: str
    reply: Reply


class GuidanceVetoed(Base, frozen=True):
    """The person refused the proposal; the steerer is asked again and told the reason, if there is one."""

    round: int
    reason: str = ""


class ModeChanged(Base, frozen=True):
    """The person steps in otherwise from here on: from the next decision, in round `round` or later.

    `approve_code`: whether each program waits for the person's yes; None where that was left as it is.
    """

    before: SteeringMode
    after: SteeringMode
    approve_code: bool | None = None
    round: int = 0


class HintGiven(Base, frozen=True):
    """The person wrote something for the next guidance, in place of whatever they wrote before; empty takes it back.

    It is said to the TaskLLM behind the steerer's guidance, or where it `replaces` that, in its place: the steerer is
    not asked then. `round` is the round in which it was written.
    """

    text: str
    replaces: bool = False
    round: int = 0


class OwnAnswerTaken(Base, frozen=True):
    """The person took what a run of their own printed as the session's answer; it stays marked as theirs."""

    round: int
    execution: str
    answer: str

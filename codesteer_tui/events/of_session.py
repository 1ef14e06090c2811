"""How a session begins, goes on and ends, and who plays in it."""

from __future__ import annotations

from codesteer_tui.events.base import FORMAT, Base
from codesteer_tui.problem import Problem
from codesteer_tui.values import Decision, Role, RoleInfo, SandboxInfo, SteeringMode, Verdicts


class SessionStarted(Base, frozen=True):
    """The first event of every session: the problem, who plays which role, and where programs run.

    `prompt_pack` is the name of the wording that the roles are given; empty in records from before it was kept.
    `baseline` is which run without a steerer this is, empty where one steers. `forked_from` is the session that the
    first events were taken over from, if it was forked; what is its own begins with the next `SessionResumed`.
    `mode` is how the person steps in, until a `ModeChanged`.
    """

    session: str
    problem: Problem
    roles: dict[Role, RoleInfo]
    sandbox: SandboxInfo
    max_rounds: int
    profile: str = "default"
    started: str = ""
    version: str = ""
    format: int = FORMAT
    prompt_pack: str = ""
    baseline: str = ""
    forked_from: str = ""
    mode: SteeringMode = "auto"


class SessionResumed(Base, frozen=True):
    """The session went on after it had ended or broken off; roles and sandbox as they are now.

    `mode` is how the person steps in from here on; None in records from before it was kept.
    """

    roles: dict[Role, RoleInfo]
    sandbox: SandboxInfo
    started: str = ""
    mode: SteeringMode | None = None


class RoleChanged(Base, frozen=True):
    """A role is played by another model from here on; `round` is the first round with it."""

    role: Role
    before: RoleInfo
    after: RoleInfo
    round: int = 0


class Finished(Base, frozen=True):
    """The run came to an end by itself. `answer` is the final answer, empty where there is none.

    `answer_round` is the round whose answer was taken (None: no answer), `reason` why the run stopped there.
    `own_run` is the run of the person's own whose answer they took; empty where it is the model's.
    """

    answer: str
    answer_round: int | None
    reason: str
    verdicts: Verdicts = Verdicts()
    decision: Decision | None = None
    own_run: str = ""


class Failed(Base, frozen=True):
    """A provider or the sandbox failed for good. Everything before it stays valid."""

    kind: str
    message: str
    remedy: str = ""


CRASH = "crash"
"""What stopped a run whose record has no ending."""


class Cancelled(Base, frozen=True):
    """The person (or the end of the program) stopped the run.

    By `CRASH` where its record breaks off: that is never written, whoever reads such a record puts it behind it.
    """

    by: str = "person"

    @property
    def broke_off(self) -> bool:
        """Whether nothing says how the run ended, as where its process was killed."""
        return self.by == CRASH

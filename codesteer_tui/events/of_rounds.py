"""What happens in a round, in its order: guidance, prompt, answer, code, its run, and the verdicts on it."""

from __future__ import annotations

from codesteer_tui.events.base import Base
from codesteer_tui.values import (
    Channel,
    ExecutionResult,
    Extraction,
    Finish,
    Guidance,
    Judgement,
    Limits,
    Message,
    NotRun,
    Program,
    Purpose,
    Role,
    Stream,
    Usage,
    Verdict,
)


class RoundStarted(Base, frozen=True):
    """A round began. Rounds count from 0; round 0 has the first guidance."""

    round: int


class GuidanceDelta(Base, frozen=True):
    """A piece of guidance while the steerer is still writing."""

    round: int
    text: str
    channel: Channel = "answer"


class GuidanceProposed(Base, frozen=True):
    """The steerer decided, and the person has to agree: they may edit, replace or veto it before it is sent.

    The call's usage and seconds are here, and not counted again with the `GuidanceGiven` that comes of it.
    """

    round: int
    guidance: Guidance
    usage: Usage = Usage()
    seconds: float = 0.0


class GuidanceGiven(Base, frozen=True):
    """The guidance of the round: what the TaskLLM is told, and by whom; `reasoning` is what the steerer thought before,
    where it says."""

    round: int
    guidance: Guidance
    usage: Usage = Usage()
    seconds: float = 0.0
    reasoning: str = ""


class PromptSent(Base, frozen=True):
    """A role was given exactly these messages."""

    round: int
    role: Role
    messages: tuple[Message, ...]


class AnswerDelta(Base, frozen=True):
    """A piece of the TaskLLM's answer, or of its reasoning."""

    round: int
    text: str
    channel: Channel = "answer"


class AnswerGiven(Base, frozen=True):
    """The TaskLLM's answer is whole, or `finish` says why it is not."""

    round: int
    text: str
    reasoning: str = ""
    finish: Finish = "stop"
    usage: Usage = Usage()
    seconds: float = 0.0


class CodeFound(Base, frozen=True):
    """The answer was searched for code."""

    round: int
    code: Extraction


class ExecutionStarted(Base, frozen=True):
    """A program was handed to the sandbox. `id` is unique in the session."""

    round: int
    id: str
    purpose: Purpose
    program: Program
    limits: Limits


class OutputDelta(Base, frozen=True):
    """A piece of output of a running program."""

    round: int
    id: str
    stream: Stream
    text: str


class ExecutionFinished(Base, frozen=True):
    """A program ended, or was not run at all."""

    round: int
    id: str
    purpose: Purpose
    result: ExecutionResult | NotRun


class CodeJudged(Base, frozen=True):
    """The symbolic checker's opinion of the code."""

    round: int
    judgement: Judgement


class AnswerChecked(Base, frozen=True):
    """The self-answer checker's verdict. `source` is the test program, `execution` the id of its last run."""

    round: int
    verdict: Verdict
    source: str = ""
    execution: str = ""
    attempts: int = 0
    usage: Usage = Usage()
    seconds: float = 0.0


class RoundFinished(Base, frozen=True):
    """Everything of this round has happened."""

    round: int


class AnswerVerified(Base, frozen=True):
    """Ground truth: the verifier of a known task judged an answer by the task's rules."""

    round: int
    task: str
    verdict: Verdict

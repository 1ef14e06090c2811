"""The vocabulary of a run: everything that happens is one of these facts, in the past tense.

A run is an asynchronous iterator of events. The screen, the headless command, the recorder and replay are
consumers of it and nothing else. Two kinds: a `*Delta` is cosmetic, may be coalesced or dropped, and carries
a piece; every other event is a completed fact and carries the whole. Everything that matters can be computed
without the deltas.

Each event is one JSON object with `type` (the class name in snake case) and `at`, the seconds since the
session began. Fields are added, never renamed or removed; readers skip types that they do not know.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias, get_args

import msgspec
from msgspec import Struct, field

from codesteer_tui.problem import Problem
from codesteer_tui.values import (
    Channel,
    Decision,
    ExecutionResult,
    Extraction,
    Finish,
    Guidance,
    Judgement,
    Limits,
    Message,
    NoteKind,
    NotRun,
    Program,
    Purpose,
    Question,
    Reply,
    Role,
    RoleInfo,
    SandboxInfo,
    SteeringMode,
    Stream,
    Usage,
    Verdict,
    Verdicts,
)

FORMAT = 1
"""Version of the session format, as in `SessionStarted`. Raised only where old readers would be misled."""


def _tag(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Base(Struct, frozen=True, kw_only=True, tag_field="type", tag=_tag):
    """What every event has: `at`, seconds since the session began."""

    at: float = 0.0


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


class GuidanceVetoed(Base, frozen=True):
    """The person refused the proposal; the steerer is asked again and told the reason, if there is one."""

    round: int
    reason: str = ""


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


class RoleChanged(Base, frozen=True):
    """A role is played by another model from here on; `round` is the first round with it."""

    role: Role
    before: RoleInfo
    after: RoleInfo
    round: int = 0


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


class Asked(Base, frozen=True):
    """The person was asked something."""

    id: str
    question: Question


class Answered(Base, frozen=True):
    """The person (or a policy in their place) replied."""

    id: str
    reply: Reply


class Retried(Base, frozen=True):
    """A call failed in a way that may pass and is tried again after `after_s` seconds."""

    role: Role
    attempt: int
    after_s: float
    reason: str


class LoadingDelta(Base, frozen=True):
    """How far a role's model is before its first text, from 0 to 1: its weights are loaded, or its prompt is read."""

    round: int
    role: Role
    what: Literal["weights", "prompt"]
    fraction: float


class Noted(Base, frozen=True):
    """What a person should know about a role's model or a call to it.

    `kind` says which: where it runs, how fast it was, what is amiss with it (`remedy` says what helps), or what was
    left out of its prompt because its context is too small. `brief` is that in a word or two: "12.3 tok/s".
    """

    round: int
    role: Role
    kind: NoteKind
    text: str
    remedy: str = ""
    brief: str = ""


class CallFailed(Base, frozen=True):
    """A call to a role's model failed for good; what had arrived of its reply is in `text` and `reasoning`.

    `usage` is what the call had used up, estimated where the provider had not said. The TaskLLM's text is also
    its `AnswerGiven`, with `finish` "broken"; not so where `kind` is "interrupted": the run was stopped in this call.
    """

    round: int
    role: Role
    kind: str
    message: str
    remedy: str = ""
    text: str = ""
    reasoning: str = ""
    usage: Usage = Usage()
    seconds: float = 0.0


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


class Cancelled(Base, frozen=True):
    """The person (or the end of the program) stopped the run."""

    by: str = "person"


Event: TypeAlias = (
    SessionStarted
    | SessionResumed
    | RoundStarted
    | GuidanceDelta
    | GuidanceProposed
    | GuidanceVetoed
    | GuidanceGiven
    | PromptSent
    | AnswerDelta
    | AnswerGiven
    | CodeFound
    | ExecutionStarted
    | OutputDelta
    | ExecutionFinished
    | CodeJudged
    | AnswerChecked
    | RoundFinished
    | AnswerVerified
    | RoleChanged
    | ModeChanged
    | HintGiven
    | OwnAnswerTaken
    | Asked
    | Answered
    | Retried
    | LoadingDelta
    | Noted
    | CallFailed
    | Finished
    | Failed
    | Cancelled
)

EVENT_TYPES: dict[str, type[Base]] = {_tag(cls.__name__): cls for cls in get_args(Event)}
"""Every event class by its `type`."""

Ending: TypeAlias = Finished | Failed | Cancelled


class Skipped(Struct, frozen=True):
    """A line of a session file that this version cannot read, and why."""

    type: str
    reason: str


class _Header(Struct):
    type: str = field(default="")


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_header = msgspec.json.Decoder(_Header)


def encode(event: Event) -> bytes:
    """The event as one line of JSON, without the line end."""
    return _encoder.encode(event)


def decode(line: bytes | str) -> Event | Skipped:
    """Read one line back.

    A type that this version does not know, as a newer one may write, becomes `Skipped`.

    Raises:
        msgspec.DecodeError: the line is not JSON, or a known event with fields of the wrong type.
    """
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError:
        kind = _header.decode(line).type
        if kind in EVENT_TYPES:
            raise
        return Skipped(kind, f"event type {kind!r} is not known to this version")


def is_delta(event: Event) -> bool:
    """Whether the event is cosmetic."""
    return isinstance(event, GuidanceDelta | AnswerDelta | OutputDelta | LoadingDelta)

"""The one fold from events to state.

The steering loop reads its own state from a `Transcript`, panes draw from one, exports are written from one.
Resuming after a crash, forking from a round and scrubbing a replay backwards are one operation: a Transcript
of the first k events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from codesteer_tui import events as ev
from codesteer_tui.events import Ending, Event
from codesteer_tui.problem import Problem
from codesteer_tui.text import Growing, grow
from codesteer_tui.values import (
    FREE_KINDS,
    Bill,
    ExecutionResult,
    Extraction,
    Guidance,
    Judgement,
    Limits,
    Message,
    NotRun,
    Program,
    Purpose,
    Question,
    Reply,
    Role,
    RoleInfo,
    SandboxInfo,
    SteeringMode,
    Usage,
    Verdict,
)


@dataclass
class Execution:
    """One run of one program. `stdout` and `stderr` grow with the deltas; the result has them whole."""

    id: str
    purpose: Purpose
    program: Program
    limits: Limits
    started: float = 0.0
    result: ExecutionResult | NotRun | None = None
    stdout: Growing = Growing()  # noqa: RUF009 - a descriptor, not a value
    stderr: Growing = Growing()  # noqa: RUF009 - a descriptor, not a value

    @property
    def output(self) -> tuple[str, str]:
        """Standard output and error as far as known."""
        if isinstance(self.result, ExecutionResult):
            return self.result.stdout, self.result.stderr
        return self.stdout, self.stderr


@dataclass
class Round:
    """Everything that happened in one round. A field is None until its fact has arrived."""

    number: int
    started: float = 0.0
    guidance: Guidance | None = None
    guidance_seconds: float = 0.0
    proposal: Guidance | None = None
    """What the steerer wants to say, while the person has not agreed; afterwards what it was, where they changed it."""
    vetoed: list[tuple[Guidance, str]] = field(default_factory=list)
    """What the steerer wanted to say and the person refused, with their reason."""
    guidance_so_far: Growing = Growing()  # noqa: RUF009 - a descriptor, not a value
    guidance_reasoning: Growing = Growing()  # noqa: RUF009 - a descriptor, not a value
    """What the steerer thought, or as much of it as has arrived."""
    prompts: dict[Role, tuple[Message, ...]] = field(default_factory=dict)
    """What each role was given last."""
    calls: list[ev.PromptSent] = field(default_factory=list)
    """Everything that any role was given in this round, in the order of the calls: also what failed or was repeated."""
    answer: ev.AnswerGiven | None = None
    answer_so_far: Growing = Growing()  # noqa: RUF009 - a descriptor, not a value
    reasoning_so_far: Growing = Growing()  # noqa: RUF009 - a descriptor, not a value
    kept: tuple[str, str] = ("", "")
    """Answer and reasoning of the broken reply that the TaskLLM's last call is to go on with."""
    code: Extraction | None = None
    executions: dict[str, Execution] = field(default_factory=dict)
    judgement: Judgement | None = None
    check: ev.AnswerChecked | None = None
    truth: Verdict | None = None
    usage: dict[Role, Usage] = field(default_factory=dict)
    loading: dict[Role, ev.LoadingDelta] = field(default_factory=dict)
    """How far each role's model is on its way to its first text; nothing once there is any."""
    notes: list[ev.Noted] = field(default_factory=list)
    finished: bool = False

    def execution(self, purpose: Purpose) -> Execution | None:
        """The last execution for this purpose."""
        found = [e for e in self.executions.values() if e.purpose == purpose]
        return found[-1] if found else None

    @property
    def answer_text(self) -> str:
        """The answer, or as much of it as has arrived."""
        return self.answer.text if self.answer else self.answer_so_far

    def arrived(self, role: Role) -> tuple[str, str]:
        """Text and reasoning that have arrived of a role's last call; nothing is known of the checker's."""
        if role == "task_llm":
            text, reasoning = self.kept
            return self.answer_so_far.removeprefix(text), self.reasoning_so_far.removeprefix(reasoning)
        return (self.guidance_so_far, self.guidance_reasoning) if role == "steerer" else ("", "")

    @property
    def result(self) -> ExecutionResult | None:
        """How the answer's program ended, if it ran."""
        run = self.execution("answer")
        return run.result if run and isinstance(run.result, ExecutionResult) else None


class Transcript:
    """State of a run after some of its events."""

    def __init__(self) -> None:
        self.session = ""
        self.problem: Problem | None = None
        self.roles: dict[Role, RoleInfo] = {}
        self.sandbox: SandboxInfo | None = None
        self.profile = "default"
        self.max_rounds = 0
        self.started = ""
        self.baseline = ""
        """Which run without a steerer it is; empty where one steers."""
        self.forked_from = ""
        """The session that the first rounds were taken over from; empty where it was not forked."""
        self.rounds: list[Round] = []
        self.usage: dict[Role, Usage] = {}
        self.bill = Bill()
        self.open_calls: dict[Role, list[tuple[RoleInfo, ev.PromptSent]]] = {}
        """Calls that have neither a result nor a failure yet, with who was asked."""
        self.questions: dict[str, Question] = {}
        self.replies: dict[str, Reply] = {}
        self.retries: list[ev.Retried] = []
        self.failures: list[ev.CallFailed] = []
        self.role_changes: list[ev.RoleChanged] = []
        self.waiting: dict[str, Question] = {}
        """Questions that still wait for the person; none that a run broke off in."""
        self.mode: SteeringMode = "auto"
        """How the person steps in."""
        self.mode_changes: list[ev.ModeChanged] = []
        self.approve_code = False
        """Whether the person wanted to agree to each program."""
        self.hint: ev.HintGiven | None = None
        """What the person wrote for the next guidance, until that is given."""
        self.taken: ev.OwnAnswerTaken | None = None
        """The answer of the person's own run that they took."""
        self.ending: Ending | None = None
        self.resumed_at = 0.0
        """When the session last went on after it had ended or broken off; 0 if it never did."""
        self.seconds = 0.0
        self.count = 0

    @classmethod
    def of(cls, events: Iterable[Event]) -> Transcript:
        """The state after these events, in their order."""
        transcript = cls()
        for event in events:
            transcript.apply(event)
        return transcript

    @property
    def current(self) -> Round | None:
        """The newest round."""
        return self.rounds[-1] if self.rounds else None

    @property
    def answered(self) -> list[Round]:
        """The rounds that have an answer, oldest first."""
        return [r for r in self.rounds if r.answer is not None]

    @property
    def answered_whole(self) -> list[Round]:
        """The rounds that have an answer which did not break off, oldest first."""
        return [r for r in self.answered if r.answer and r.answer.finish != "broken"]

    @property
    def total_usage(self) -> Usage:
        """Tokens of all roles together."""
        return sum(self.usage.values(), Usage())

    def round(self, number: int) -> Round:
        """The round with this number, made if it is not there yet (a cut file may lack its start)."""
        for known in reversed(self.rounds):
            if known.number == number:
                return known
        made = Round(number)
        self.rounds.append(made)
        self.rounds.sort(key=lambda r: r.number)
        return made

    def apply(self, event: Event) -> None:
        """Take one more event into account."""
        self.count += 1
        self.seconds = max(self.seconds, event.at)
        match event:
            case ev.SessionStarted():
                self._start(event)
            case ev.SessionResumed(roles=roles, sandbox=sandbox, mode=mode):
                self.roles, self.sandbox, self.ending = dict(roles), sandbox, None
                self.mode, self.resumed_at = mode or self.mode, event.at
                self.waiting.clear()
            case ev.RoleChanged(role=role, after=after):
                self.roles[role] = after
                self.role_changes.append(event)
            case ev.ModeChanged() | ev.HintGiven() | ev.OwnAnswerTaken():
                self._step_in(event)
            case ev.Asked(id=id, question=question):
                self.questions[id] = self.waiting[id] = question
            case ev.Answered(id=id, reply=reply):
                self.replies[id] = reply
                self.waiting.pop(id, None)
            case ev.Retried():
                self.retries.append(event)
            case ev.Finished() | ev.Failed() | ev.Cancelled():
                self.ending = event
                self.waiting.clear()
            case ev.ExecutionStarted() | ev.OutputDelta() | ev.ExecutionFinished():
                self._apply_execution(event)
            case _:
                self._apply_to_round(event)

    def is_cut_off(self, run: Execution) -> bool:
        """Whether a program has no end and will have none: the session ended, or went on anew, after it had begun."""
        ended = self.ending.at if self.ending else 0.0
        return run.result is None and run.started < max(ended, self.resumed_at)

    def _start(self, event: ev.SessionStarted) -> None:
        self.session, self.problem = event.session, event.problem
        self.roles, self.sandbox = dict(event.roles), event.sandbox
        self.profile, self.max_rounds, self.started = event.profile, event.max_rounds, event.started
        self.mode = event.mode
        self.baseline, self.forked_from = event.baseline, event.forked_from

    def _step_in(self, event: ev.ModeChanged | ev.HintGiven | ev.OwnAnswerTaken) -> None:
        if isinstance(event, ev.HintGiven):
            self.hint = event if event.text else None
            return
        if isinstance(event, ev.OwnAnswerTaken):
            self.taken = event
            return
        self.mode = event.after
        self.mode_changes.append(event)
        if event.approve_code is not None:
            self.approve_code = event.approve_code

    def _apply_execution(self, event: ev.ExecutionStarted | ev.OutputDelta | ev.ExecutionFinished) -> None:
        runs = self.round(event.round).executions
        match event:
            case ev.ExecutionStarted(id=id, purpose=purpose, program=program, limits=limits):
                runs[id] = Execution(id, purpose, program, limits, started=event.at)
            case ev.OutputDelta(id=id, stream=stream, text=text):
                if run := runs.get(id):
                    grow(run, stream, text)
            case ev.ExecutionFinished(id=id, purpose=purpose, result=result):
                run = runs.setdefault(id, Execution(id, purpose, Program(""), Limits(), started=event.at))
                run.result = result

    def _apply_to_round(self, event: Event) -> None:
        match event:
            case ev.RoundStarted(round=number):
                self.round(number).started = event.at
            case ev.GuidanceDelta(round=number, text=text, channel=channel):
                self.round(number).loading.pop("steerer", None)
                said = "guidance_so_far" if channel == "answer" else "guidance_reasoning"
                grow(self.round(number), said, text)
            case ev.GuidanceProposed(round=number, guidance=guidance, usage=usage, seconds=seconds):
                this = self.round(number)
                this.proposal, this.guidance_seconds = guidance, seconds
                self._settle(number, "steerer", usage)
            case ev.GuidanceVetoed(round=number, reason=reason):
                this = self.round(number)
                if this.proposal:
                    this.vetoed.append((this.proposal, reason))
                this.proposal = None
            case ev.GuidanceGiven(round=number, guidance=guidance, usage=usage, seconds=seconds):
                this = self.round(number)
                this.guidance, this.guidance_seconds = guidance, seconds or this.guidance_seconds
                this.guidance_reasoning = event.reasoning
                self.hint = None
                self._settle(number, "steerer", usage)
            case ev.PromptSent():
                self._prompt(event)
            case ev.AnswerDelta(round=number, text=text, channel=channel):
                self.round(number).loading.pop("task_llm", None)
                said = "answer_so_far" if channel == "answer" else "reasoning_so_far"
                grow(self.round(number), said, text)
            case ev.AnswerGiven(round=number, usage=usage):
                self.round(number).answer = event
                self._settle(number, "task_llm", usage)
            case ev.CodeFound(round=number, code=code):
                self.round(number).code = code
            case ev.CodeJudged(round=number, judgement=judgement):
                self.round(number).judgement = judgement
            case ev.AnswerChecked(round=number, usage=usage):
                self.round(number).check = event
                self._settle(number, "checker", usage)
            case ev.AnswerVerified(round=number, verdict=verdict):
                self.round(number).truth = verdict
            case ev.CallFailed(round=number, role=role, usage=usage):
                self.failures.append(event)
                self.round(number).loading.pop(role, None)
                # The checker may have made other calls in this round, which are settled with its verdict.
                if calls := self.open_calls.pop(role, [])[:-1]:
                    self.open_calls[role] = calls
                self._spend(number, role, usage)
            case ev.LoadingDelta(round=number, role=role):
                self.round(number).loading[role] = event
            case ev.Noted(round=number, role=role, kind=kind):
                this = self.round(number)
                this.notes.append(event)
                if kind == "device" and (known := this.loading.get(role)) and known.what == "weights":
                    del this.loading[role]
            case ev.RoundFinished(round=number):
                self.round(number).finished = True
            case _:
                raise TypeError(f"Transcript has no rule for {type(event).__name__}")

    def _prompt(self, event: ev.PromptSent) -> None:
        """A role is asked, perhaps again after a failure or a resume: its text starts afresh.

        Where it is asked for the rest of an answer that broke off, that goes on instead.
        """
        this, role = self.round(event.round), event.role
        this.prompts[role] = event.messages
        this.calls.append(event)
        info = self.roles.get(role) or RoleInfo("", "", "", role)
        self.open_calls.setdefault(role, []).append((info, event))
        if role == "steerer":
            this.guidance_so_far = this.guidance_reasoning = ""
        elif role == "task_llm":
            before, this.answer = this.answer, None
            goes_on = before and Message("assistant", before.text) in event.messages[-2:-1]
            this.kept = (before.text, before.reasoning) if before and goes_on else ("", "")
            this.answer_so_far, this.reasoning_so_far = this.kept

    def _settle(self, number: int, role: Role, usage: Usage) -> None:
        self.open_calls.pop(role, None)
        self.round(number).loading.pop(role, None)
        self._spend(number, role, usage)

    def _spend(self, number: int, role: Role, usage: Usage) -> None:
        info, this = self.roles.get(role), self.round(number)
        free = info is not None and info.kind in FREE_KINDS
        if usage.usd is None and (free or not usage.tokens):
            usage = msgspec.structs.replace(usage, usd=0.0)
        self.usage[role] = self.usage.get(role, Usage()) + usage
        this.usage[role] = this.usage.get(role, Usage()) + usage
        self.bill += usage

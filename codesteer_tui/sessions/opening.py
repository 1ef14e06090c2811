"""The public door to a run: it owns the recorder, the sandbox and the models, and nothing outlives it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from codesteer_tui import __version__
from codesteer_tui import events as ev
from codesteer_tui.config import Config, Provider
from codesteer_tui.errors import SessionError
from codesteer_tui.events import Ending, Event
from codesteer_tui.problem import Problem
from codesteer_tui.providers.costs.prices import FILE_NAME, pricing
from codesteer_tui.sandbox import Sandbox
from codesteer_tui.sessions.beside import Beside
from codesteer_tui.sessions.forking import Fork
from codesteer_tui.sessions.readying import made_ready
from codesteer_tui.sessions.recorder import SessionFile
from codesteer_tui.sessions.recorder import record as recorded
from codesteer_tui.sessions.store import SUFFIX, Recording, new_session_id, read_recording, sessions_folder
from codesteer_tui.sessions.switching import Confirm, Switch, Switching, with_player
from codesteer_tui.settings.layers import user_config_file
from codesteer_tui.steering.asking import Calls
from codesteer_tui.steering.baselines import BASELINES, Baseline, once
from codesteer_tui.steering.budget import Budget
from codesteer_tui.steering.execution import Approval, Ask
from codesteer_tui.steering.loop import Cast, Method, solve
from codesteer_tui.steering.prompts import PromptPack
from codesteer_tui.steering.stepping import Stepping
from codesteer_tui.symbench.recognise import recognise
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Program, Role, RoleInfo, SteeringMode


class Session:
    """A run that is under way. `events` has one consumer; `ending` is known once the run is over.

    `before` is what its record held when it was opened: the events that it goes on from, which it does not yield.
    `afterwards` is for a consumer that stopped before it saw the ending: the calls that the run was in the middle
    of, as failed ones, and the ending.
    """

    def __init__(
        self,
        id: str,
        path: Path | None,
        events: AsyncGenerator[Event, None],
        switching: Switching,
        before: Sequence[Event] = (),
        *,
        stepping: Stepping,
        beside: Beside,
    ) -> None:
        self.id, self.path, self.events = id, path, self._watch(events)
        self.before = before
        self.ending: Ending | None = None
        self.afterwards: tuple[Event, ...] = ()
        self._switching, self._stepping, self._beside = switching, stepping, beside

    @property
    def mode(self) -> SteeringMode:
        """How the person wants to step in from the next decision on."""
        return self._stepping.mode

    @property
    def approves_code(self) -> bool:
        """Whether each program of a model waits for the person's yes."""
        return self._stepping.approval.each

    def step_in(self, mode: SteeringMode, *, approve_code: bool | None = None) -> None:
        """Step in otherwise from the next decision on; a question about guidance that waits is withdrawn."""
        self._stepping.change(mode, approve_code=approve_code)

    def hint(self, text: str, *, replaces: bool = False) -> None:
        """Have something said to the TaskLLM behind the next guidance, or in its place; an empty text takes it back."""
        self._stepping.hint(text, replaces=replaces)

    def run_program(self, number: int, program: Program) -> None:
        """Run a program of the person's own, in round `number`; what comes of it is among the events.

        Raises:
            SessionError: the run is over.
        """
        self._beside.run(number, program)

    def take_own_answer(self, number: int, execution: str) -> None:
        """Take what a run of the person's own printed as the session's answer, in the end.

        Raises:
            SessionError: the run is over, or the person's printed no answer.
        """
        self._beside.take(number, execution)

    @property
    def pending(self) -> dict[Role, RoleInfo]:
        """Who plays from the next round on, for the roles that change then."""
        return self._switching.pending

    @property
    def next_round(self) -> int:
        """The number of the round from which a change applies."""
        return self._switching.next_round

    async def change_role(
        self,
        role: Role,
        player: str,
        *,
        providers: Mapping[str, Provider] | None = None,
        confirm: Confirm | None = None,
    ) -> Switch | None:
        """Have another player for a role from the next round on, if it answers; else the one there is stays.

        `player` is written as in [roles]; `providers` are those that were not configured when the session began.
        Where the history would not fit the new model, `confirm` is asked, and None comes back if it says no.

        Raises:
            ConfigError: there is no such player, or it cannot play this role.
            ModelError: its key or its weights are missing, or it does not answer.
            SessionError: the run is over.
        """
        return await self._switching.change(role, player, providers=providers, confirm=confirm)

    async def _watch(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Ending):
                    self.ending = event
                yield event


@asynccontextmanager
async def open_session(
    config: Config,
    problem: Problem,
    *,
    ask: Ask,
    record: bool = True,
    continue_from: Recording | Fork | None = None,
    baseline: Baseline | None = None,
    mode: SteeringMode | None = None,
    config_file: Path | None = None,
) -> AsyncIterator[Session]:
    """Open a run of `problem`, or go on from a recorded one: where it stopped, or as a fork of its own.

    A recording goes on in its own file; a fork gets a new one. `baseline` runs one round without a steerer. `mode` is
    how the person steps in: where it is not said, as in the session that goes on, else as configured.

    Events are read from `session.events`. Leaving the context stops whatever is still going on: the stream
    of a provider is closed, the container removed, the local model stops at its next token, and `Cancelled`
    is recorded where the run had not ended.

    A free question that is plainly a known task's is verified by that task's rules. `config_file` is the one in
    use, beside which the person's own prices stand; the usual one where None.

    Raises:
        ConfigError: a role, the prompt pack or the person's prices cannot be used.
        ModelError: a key or the weights are missing.
        SandboxUnavailable: a sandbox that was asked for by name does not work here.
        SessionError: the session file cannot be written, is being recorded, or has gone on since it was read.
    """
    async with AsyncExitStack() as stack:
        file = await _kept(continue_from, stack) if record and isinstance(continue_from, Recording) else None
        transcript, problem = continue_from.transcript if continue_from else Transcript(), recognise(problem)
        baseline = baseline or _baseline_of(continue_from)
        config = with_player(config, "steerer", "rules") if baseline else config
        calls = _calls(config, transcript, ask, config_file)
        stepping = _stepping(config, transcript, ask, mode if not baseline else "auto")
        cast, switching, roles, sandbox = await made_ready(
            config, problem, transcript, ask, calls, stepping, baseline, config_file, stack
        )
        clock = Clock(transcript.seconds)
        start = _start(config, problem, roles, sandbox, cast.pack, baseline, stepping.mode)
        before, opening = _opening(start, continue_from)
        if record and file is None:
            file = _new_file(config, start, before, stack)
        if isinstance(continue_from, Fork):
            transcript.apply(before[0])
        beside = Beside(cast.executor, transcript, clock)
        run = beside.merged(_events(opening, transcript, cast, _method(config, baseline), clock))
        wind_up = _WindingUp(transcript, calls, stepping, clock)
        events = recorded(run, file, clock, wind_up)
        session_id, path = transcript.session or start.session, file.path if file else None
        session = Session(session_id, path, events, switching, before, stepping=stepping, beside=beside)
        try:
            yield session
        finally:
            switching.over = True
            await session.events.aclose()
            session.afterwards = (session.ending,) if session.ending else tuple(wind_up(ev.Cancelled()))
            session.ending = transcript.ending


async def _kept(recording: Recording, stack: AsyncExitStack) -> SessionFile:
    """The file of a session that goes on, locked before anything is made ready, and as it was when it was read."""
    file = SessionFile(recording.path, append=True)
    stack.callback(file.close)
    now = await asyncio.to_thread(read_recording, recording.path)
    if len(now.events) != len(recording.events):
        raise SessionError(
            f"The session {recording.path.stem} has gone on since it was read.",
            "Open it again from the list of sessions, and go on from where it is now.",
        )
    return file


def _new_file(
    config: Config, start: ev.SessionStarted, before: Sequence[Event], stack: AsyncExitStack
) -> SessionFile:
    """The file of a new session; that of a fork begins with what it took over."""
    file = SessionFile(sessions_folder(config) / f"{start.session}{SUFFIX}")
    stack.callback(file.close)
    file.take_over(before)
    return file


class _WindingUp:
    """What a run that is cut off leaves to say, once: calls without an end, what the person did last, the ending."""

    def __init__(self, transcript: Transcript, calls: Calls, stepping: Stepping, clock: Clock) -> None:
        self._transcript, self._calls, self._stepping, self._clock = transcript, calls, stepping, clock
        self._said: list[Event] = []

    def __call__(self, ending: Ending) -> list[Event]:
        lost, done = self._calls.interrupted(self._transcript), self._stepping.facts(self._transcript)
        for event in () if self._said else (*lost, *done, ending):
            stamped = msgspec.structs.replace(event, at=self._clock())
            self._transcript.apply(stamped)
            self._said.append(stamped)
        return self._said


async def _events(
    opening: ev.SessionStarted | ev.SessionResumed,
    transcript: Transcript,
    cast: Cast,
    method: Method,
    clock: Clock,
) -> AsyncGenerator[Event, None]:
    stamped = msgspec.structs.replace(opening, at=clock())
    transcript.apply(stamped)
    yield stamped
    async with aclosing(solve(cast, transcript, method, clock=clock)) as events:
        async for event in events:
            yield event


class Clock:
    """Seconds since the session began, going on where an earlier run of it stopped."""

    def __init__(self, offset: float) -> None:
        self._zero = time.monotonic() - offset

    def __call__(self) -> float:
        return round(time.monotonic() - self._zero, 4)


def _calls(config: Config, transcript: Transcript, ask: Ask, config_file: Path | None) -> Calls:
    """What asks the models, within the limits. The person's prices stand beside their configuration."""
    own = (config_file or user_config_file(os.environ)).with_name(FILE_NAME)
    budget = Budget(config.limits, pricing(config.providers, own), bill=transcript.bill)
    return Calls(ask=ask, budget=budget, first_id=1 + len(transcript.questions))


def _method(config: Config, baseline: Baseline | None) -> Method:
    """How a round goes by the configuration, and how many there are."""
    paper = config.steering.profile == "paper"
    method = Method(
        max_rounds=config.steering.max_rounds,
        show_output=config.steering.show_output_to_task_llm and not paper,
        published=paper,
        score="paper" if paper else config.symbolic_checker.score,
        threshold=config.symbolic_checker.threshold,
    )
    return once(method) if baseline else method


def _baseline_of(continue_from: Recording | Fork | None) -> Baseline | None:
    """The baseline that a recording goes on as. A fork of one is steered, or what it is said to be."""
    known = continue_from.transcript.baseline if isinstance(continue_from, Recording) else ""
    return next((name for name in BASELINES if name == known), None)


def _start(
    config: Config,
    problem: Problem,
    roles: dict[Role, RoleInfo],
    sandbox: Sandbox,
    pack: PromptPack,
    baseline: Baseline | None,
    mode: SteeringMode,
) -> ev.SessionStarted:
    now = datetime.now(UTC).astimezone()
    return ev.SessionStarted(
        session=new_session_id(problem, now),
        problem=problem,
        roles=roles,
        sandbox=sandbox.info,
        max_rounds=config.steering.max_rounds,
        profile=config.steering.profile,
        started=now.isoformat(timespec="seconds"),
        version=__version__,
        prompt_pack=pack.name,
        baseline=baseline or "",
        mode=mode,
    )


def _opening(
    start: ev.SessionStarted, continue_from: Recording | Fork | None
) -> tuple[Sequence[Event], ev.SessionStarted | ev.SessionResumed]:
    """What the record holds already, and the first event of this run."""
    if continue_from is None:
        return (), start
    resumed = ev.SessionResumed(
        roles=start.roles, sandbox=start.sandbox, started=start.started, mode=start.mode
    )
    return (
        continue_from.renamed(start) if isinstance(continue_from, Fork) else continue_from.events,
        resumed,
    )


def _stepping(config: Config, transcript: Transcript, ask: Ask, mode: SteeringMode | None) -> Stepping:
    """How the person steps in: by the mode of the session so far, where no other is wanted.

    Whether programs wait is what the configuration says now, whatever was chosen in the session.
    """
    known = transcript.mode if transcript.session else config.steering.mode
    return Stepping(
        mode or known,
        ask=ask,
        first_id=1 + len(transcript.questions),
        approval=Approval(config.sandbox.approve_code),
        waited=transcript.approve_code,
    )

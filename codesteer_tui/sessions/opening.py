"""The public door to a run: it owns the recorder, the sandbox and the models, and nothing outlives it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from codesteer_tui import __version__
from codesteer_tui import events as ev
from codesteer_tui.config import Config, SandboxSettings
from codesteer_tui.errors import ConfigError
from codesteer_tui.events import Ending, Event
from codesteer_tui.problem import Problem
from codesteer_tui.providers import ChatModel, Sampling
from codesteer_tui.providers.opening import Choice, choose_role, open_model
from codesteer_tui.sandbox import Sandbox
from codesteer_tui.sandbox.choose import choose_sandbox
from codesteer_tui.sandbox.limits import limits_of
from codesteer_tui.sessions.recorder import SessionFile
from codesteer_tui.sessions.recorder import record as recorded
from codesteer_tui.sessions.store import SUFFIX, Recording, new_session_id, sessions_folder
from codesteer_tui.settings.saving import save_setting
from codesteer_tui.steering.answer_checker import AnswerChecker, ModelChecker, NoChecker
from codesteer_tui.steering.execution import Ask, Executor
from codesteer_tui.steering.loop import Cast, Method, solve
from codesteer_tui.steering.prompts import PromptPack, load_pack
from codesteer_tui.steering.steerers import ModelSteerer, RuleSteerer, Steerer
from codesteer_tui.symbench import tasks
from codesteer_tui.symbench.recognise import recognise
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Role, RoleInfo


class Session:
    """A run that is under way. `events` has one consumer; `ending` is known once the run is over."""

    def __init__(self, id: str, path: Path | None, events: AsyncGenerator[Event, None]) -> None:
        self.id, self.path, self.events = id, path, self._watch(events)
        self.ending: Ending | None = None

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
    continue_from: Recording | None = None,
) -> AsyncIterator[Session]:
    """Open a run of `problem`, or go on with a recorded one where it stopped.

    Events are read from `session.events`. Leaving the context stops whatever is still going on: the stream
    of a provider is closed, the container removed, the local model stops at its next token, and `Cancelled`
    is recorded where the run had not ended.

    A free question that is plainly a known task's is verified by that task's rules.

    Raises:
        ConfigError: a role or the prompt pack cannot be used.
        ModelError: a key or the weights are missing.
        SandboxUnavailable: a sandbox that was asked for by name does not work here.
        SessionError: the session file cannot be written.
    """
    async with AsyncExitStack() as stack:
        problem = recognise(problem)
        pack = load_pack(config.steering.prompt_pack)
        models = _Models(config, stack)
        task = models.play("task_llm")
        assert task is not None
        steerer = _steerer(config, models.play("steerer"), pack)
        checker_model = models.play("checker")
        sandbox = await _open_sandbox(config.sandbox, stack)
        transcript = continue_from.transcript if continue_from else Transcript()
        executor = Executor(
            sandbox,
            limits_of(config.sandbox, sandbox.info),
            ask,
            first_id=_next_run(transcript),
            remember=_agree_for_good,
        )
        cast = Cast(
            steerer=steerer,
            task_llm=task,
            checker=_checker(config, checker_model, pack, executor),
            executor=executor,
            pack=pack,
            sampling=models.sampling("task_llm"),
            verify=partial(tasks[problem.task].verify, problem) if problem.task in tasks else None,
        )
        roles: dict[Role, RoleInfo] = {
            "steerer": steerer.info,
            "task_llm": task.info,
            "checker": checker_model.info if checker_model else RoleInfo("off", "off", "", "switched off"),
        }
        clock = Clock(transcript.seconds)
        opening = _opening(config, problem, roles, sandbox, continue_from)
        session_id = opening.session if isinstance(opening, ev.SessionStarted) else transcript.session
        file = _file(config, session_id, continue_from) if record else None
        if file:
            stack.callback(file.close)
        run = _events(opening, transcript, cast, _method(config), clock)
        session = Session(session_id, file.path if file else None, recorded(run, file, clock))
        try:
            yield session
        finally:
            await session.events.aclose()
            if session.ending is None:
                session.ending = ev.Cancelled(at=clock())


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


class _Models:
    """The models of a run, one for each provider and model, shared by the roles that use the same."""

    def __init__(self, config: Config, stack: AsyncExitStack) -> None:
        self._config, self._stack = config, stack
        self._open: dict[tuple[str, str], ChatModel] = {}

    def play(self, role: Role) -> ChatModel | None:
        """The model that plays a role; None for the built-in rules and for a checker that is off."""
        choice = choose_role(self._config, role)
        if choice.provider is None:
            return None
        key = (choice.name, choice.model)
        if key not in self._open:
            self._open[key] = open_model(choice)
            self._stack.push_async_callback(self._open[key].aclose)
        return self._open[key]

    def sampling(self, role: Role) -> Sampling:
        """How a role's model is sampled."""
        return _sampling(choose_role(self._config, role))


def _sampling(choice: Choice) -> Sampling:
    provider = choice.provider
    return Sampling(provider.temperature, provider.max_tokens) if provider else Sampling()


def _steerer(config: Config, model: ChatModel | None, pack: PromptPack) -> Steerer:
    if model is None:
        return RuleSteerer(pack)
    published = config.steering.profile == "paper"
    return ModelSteerer(model, pack, _sampling(choose_role(config, "steerer")), published=published)


def _checker(config: Config, model: ChatModel | None, pack: PromptPack, executor: Executor) -> AnswerChecker:
    if model is None:
        return NoChecker()
    options = _sampling(choose_role(config, "checker"))
    return ModelChecker(model, pack, options, executor, attempts=config.answer_checker.attempts)


def _method(config: Config) -> Method:
    paper = config.steering.profile == "paper"
    return Method(
        max_rounds=config.steering.max_rounds,
        show_output=config.steering.show_output_to_task_llm and not paper,
        published=paper,
        score="paper" if paper else config.symbolic_checker.score,
        threshold=config.symbolic_checker.threshold,
    )


async def _open_sandbox(settings: SandboxSettings, stack: AsyncExitStack) -> Sandbox:
    sandbox = await choose_sandbox(settings)
    stack.push_async_callback(sandbox.aclose)
    return sandbox


def _agree_for_good() -> str:
    """Let code from real models run with reduced isolation in later sessions as well; says what came of it."""
    try:
        path = save_setting("sandbox.reduced_isolation", "always")
    except ConfigError as error:
        return f"It holds for this session only: {error.message}"
    return f'Saved in {path}: [sandbox] reduced_isolation = "always"'


def _opening(
    config: Config,
    problem: Problem,
    roles: dict[Role, RoleInfo],
    sandbox: Sandbox,
    continue_from: Recording | None,
) -> ev.SessionStarted | ev.SessionResumed:
    now = datetime.now(UTC).astimezone()
    started = now.isoformat(timespec="seconds")
    if continue_from:
        return ev.SessionResumed(roles=roles, sandbox=sandbox.info, started=started)
    return ev.SessionStarted(
        session=new_session_id(problem, now),
        problem=problem,
        roles=roles,
        sandbox=sandbox.info,
        max_rounds=config.steering.max_rounds,
        profile=config.steering.profile,
        started=started,
        version=__version__,
    )


def _file(config: Config, session_id: str, continue_from: Recording | None) -> SessionFile:
    if continue_from:
        return SessionFile(continue_from.path, append=True)
    return SessionFile(sessions_folder(config) / f"{session_id}{SUFFIX}")


def _next_run(transcript: Transcript) -> int:
    """The first execution number that the session has not used."""
    return 1 + sum(len(r.executions) for r in transcript.rounds)

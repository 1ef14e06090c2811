"""Following a run on the command line, whatever it begins with: its options, what is printed, and its exit code."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from codesteer_tui.cli.answering import Policy
from codesteer_tui.cli.running import Stopped, run_async
from codesteer_tui.cli.speaking import put, put_json, put_line, say

if TYPE_CHECKING:
    from codesteer_tui.events import Event
    from codesteer_tui.problem import Problem
    from codesteer_tui.sessions import Recording
    from codesteer_tui.sessions.forking import Fork
    from codesteer_tui.settings import Settings
    from codesteer_tui.steering.baselines import Baseline
    from codesteer_tui.transcript import Transcript
    from codesteer_tui.values import SteeringMode

NOTICE_S = 2.0
"""Seconds after which the person is told that a key is waited for."""


@dataclass(frozen=True)
class How:
    """What is printed of a run, and how questions are answered in it."""

    as_json: bool
    as_events: bool
    quiet: bool
    on_broken: str | None
    over_limit: str


class Start(TypedDict, total=False):
    """What a run begins with, where it is not the problem alone; as `open_session` takes it."""

    continue_from: Recording | Fork
    baseline: Baseline
    mode: SteeringMode


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command that runs something; the command gets them as `how`."""

    @functools.wraps(command)
    def with_how(*args: Any, **kwargs: Any) -> Any:
        how = How(**{name: kwargs.pop(name) for name in How.__dataclass_fields__})
        if how.as_json and how.as_events:
            raise click.UsageError("--json and --events cannot go together; --events has everything.")
        return command(*args, how=how, **kwargs)

    for option in reversed(_OPTIONS):
        with_how = option(with_how)
    return with_how


_OPTIONS = (
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object about the run."),
    click.option(
        "--events", "as_events", is_flag=True, help="Print the events as JSON Lines while they happen."
    ),
    click.option(
        "-q",
        "--quiet",
        is_flag=True,
        help="No progress on standard error, only why an answer is refuted or missing.",
    ),
    click.option(
        "--on-broken",
        type=click.Choice(["stop", "retry", "continue"]),
        help="When an answer breaks off in the middle: stop, ask again, or ask for the rest. Without it: once again.",
    ),
    click.option(
        "--over-limit",
        type=click.Choice(["stop", "send"]),
        default="stop",
        show_default=True,
        help="When a call could go beyond [limits]: stop with what there is, or send it.",
    ),
)


def follow(ctx: click.Context, settings: Settings, problem: Problem, how: How, **start: Any) -> None:
    """Run it to its end, print what it came to, and leave with its exit code. `start` is what it begins with."""
    from codesteer_tui.cli.outcome import as_object, exit_code, failure, why_not
    from codesteer_tui.sessions.export import demo_advice, reached_lines, usage_lines

    given: Start = {name: what for name, what in start.items() if what is not None}  # type: ignore[assignment]
    if settings.origins["steering.mode"].layer == "flag":
        given["mode"] = settings.config.steering.mode
    run = _Run(settings, problem, how, given)
    try:
        run_async(run.follow())
    except Stopped:
        if not run.id:
            raise
        for line in () if how.quiet else usage_lines(run.transcript):
            say(line)
        say(f"stopped; the session is kept: {run.id}\n  → codesteer replay {run.id}")
        say(f"  → to go on with it: codesteer resume {run.id}")
        if how.as_json:
            put_json(as_object(run.transcript, run.path))
        raise
    if how.as_json:
        put_json(as_object(run.transcript, run.path))
    elif not how.as_events and (answer := run.answer):
        put(answer)
    if error := failure(run.transcript):
        say(f"codesteer: {error}")
        for line in reached_lines(run.transcript):
            say(line)
    elif how.quiet and (reason := why_not(run.transcript)):
        say(f"codesteer: {reason}")
    if advice := demo_advice(run.transcript):
        say("\n  → ".join(advice))
    ctx.exit(exit_code(run.transcript))


class _Run:
    """Follows one run, so that what is known of it survives an interruption."""

    def __init__(self, settings: Settings, problem: Problem, how: How, start: Start) -> None:
        from codesteer_tui.transcript import Transcript

        self.settings, self.problem, self.start = settings, problem, start
        self.as_events, self.quiet = how.as_events, how.quiet
        self.policy = self._policy(how)
        self.transcript: Transcript = Transcript()
        self.id = ""
        self.path: Path | None = None

    def _policy(self, how: How) -> Policy:
        """Who answers questions: the person at the terminal where the run waits for one, else nobody.

        Raises:
            ConfigError: the run waits for a person, and there is none.
        """
        from codesteer_tui.cli.person import Person, need_a_person

        config, before = self.settings.config, self.start.get("continue_from")
        mode = before.transcript.mode if before else config.steering.mode
        mode = "auto" if "baseline" in self.start else self.start.get("mode", mode)
        if need_a_person(mode, config):
            return Person(how.on_broken, how.over_limit, quiet=how.quiet)
        return Policy(how.on_broken, how.over_limit)

    @property
    def answer(self) -> str:
        """The final answer, empty where there is none."""
        from codesteer_tui.events import Finished

        ending = self.transcript.ending
        return ending.answer if isinstance(ending, Finished) else ""

    def _say_who_waits(self) -> None:
        """Name the keys that a command or a keyring has not given yet; a person may have to unlock something."""
        from codesteer_tui.providers.keys.sources import source_in_words

        config = self.settings.config
        players = (config.roles.task_llm, config.roles.steerer, config.roles.checker)
        for name in dict.fromkeys(player.partition(":")[0] for player in players):
            provider = config.providers.get(name)
            if provider and provider.key.startswith(("cmd:", "keyring:")):
                say(f"Waiting for the key of {name}: {source_in_words(provider.key)}.")

    async def follow(self) -> None:
        """Open the session and consume it."""
        from codesteer_tui.events import Failed, encode
        from codesteer_tui.sessions import open_session
        from codesteer_tui.sessions.export import lines_of, usage_lines
        from codesteer_tui.sessions.folding import folded

        session = None
        waiting = asyncio.get_running_loop().call_later(NOTICE_S, self._say_who_waits)
        try:
            settings, file = self.settings, self.settings.asked.user_file
            ask = self.policy.answer
            opened = open_session(settings.config, self.problem, ask=ask, config_file=file, **self.start)
            async with opened as session:
                waiting.cancel()
                self.id, self.path = session.id, session.path
                self.transcript = folded(session.before)
                for event in session.before if self.as_events else ():
                    put_line(encode(event))
                async with aclosing(session.events) as events:
                    async for event in events:
                        self.transcript.apply(event)
                        if self.as_events:
                            put_line(encode(event))
                        if not self.quiet and not isinstance(event, Failed):
                            for line in lines_of(self._without_remedy(event), full=False):
                                say(line)
            if not self.quiet:
                for line in usage_lines(self.transcript):
                    say(line)
        finally:
            waiting.cancel()
            # A run that was interrupted knows its ending only once everything is closed.
            if session and self.transcript.ending is None:
                for event in session.afterwards:
                    self.transcript.apply(event)
                    if self.as_events:
                        put_line(encode(event))

    def _without_remedy(self, event: Event) -> Event:
        """For the eye: the one remedy for a refused program was given with the refusal."""
        import msgspec

        from codesteer_tui.events import ExecutionFinished
        from codesteer_tui.values import NotRun

        match event:
            case ExecutionFinished(result=NotRun(reason=reason)) if self.policy.refused:
                return msgspec.structs.replace(event, result=NotRun(reason))
        return event

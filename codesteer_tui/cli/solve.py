"""``codesteer solve``: one problem without the app."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.answering import Policy
from codesteer_tui.cli.options import settings_of, settings_options
from codesteer_tui.cli.running import Stopped, run_async
from codesteer_tui.cli.speaking import put, put_json, put_line, say
from codesteer_tui.errors import ProblemError

if TYPE_CHECKING:
    from codesteer_tui.events import Event
    from codesteer_tui.problem import Problem
    from codesteer_tui.settings import Settings
    from codesteer_tui.transcript import Transcript

STDIN_BYTES = 16 << 20
"""Most that is read from standard input; far more than can be posed, so that the refusal can name the size."""

NOTICE_S = 2.0
"""Seconds after which the person is told that a key is waited for."""


class _TaskOption(click.Option):
    """An option whose help names the tasks that there are, looked up only where help is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from codesteer_tui.symbench.registry import MODULES

        self.help = f"Pose a problem of this SymBench task instead: {', '.join(sorted(MODULES))}."
        return super().get_help_record(ctx)


@click.command("solve")
@click.argument("problem", required=False)
@click.option("--task", cls=_TaskOption, metavar="ID")
@click.option("--seed", type=int, metavar="N", help="Which problem of the task; 0 without it.")
@click.option(
    "--knob",
    "knobs",
    multiple=True,
    metavar="NAME=VALUE",
    help='Difficulty of the task; repeatable. "--knob help" names the knobs of the task and their defaults.',
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object about the run.")
@click.option("--events", "as_events", is_flag=True, help="Print the events as JSON Lines while they happen.")
@click.option(
    "-q",
    "--quiet",
    is_flag=True,
    help="No progress on standard error, only why an answer is refuted or missing.",
)
@click.option(
    "--on-broken",
    type=click.Choice(["stop", "retry", "continue"]),
    help="When an answer breaks off in the middle: stop, ask again, or ask for the rest. Without it: once again.",
)
@click.option(
    "--over-limit",
    type=click.Choice(["stop", "send"]),
    default="stop",
    show_default=True,
    help="When a call could go beyond [limits]: stop with what there is, or send it.",
)
@settings_options
@click.pass_context
def command(
    ctx: click.Context,
    problem: str | None,
    task: str | None,
    seed: int | None,
    knobs: tuple[str, ...],
    as_json: bool,
    as_events: bool,
    quiet: bool,
    on_broken: str | None,
    over_limit: str,
    flags: dict[str, str],
    config_file: Path | None,
) -> None:
    """Solve PROBLEM, or the one on standard input where it is "-".

    The answer goes to standard output, progress to standard error. The exit code is 0 where there is an
    answer that nothing refutes, 1 where it is refuted or missing, 2 for wrong usage, 3 where a provider or
    the sandbox failed. Ctrl+C stops the run and keeps the session.
    """
    if as_json and as_events:
        raise click.UsageError("--json and --events cannot go together; --events has everything.")
    if task is not None and "help" in knobs:
        _put_knobs(task)
        return
    posed = _problem(problem, task, seed, knobs)
    settings = settings_of(ctx, flags, config_file)
    from codesteer_tui.cli.outcome import as_object, exit_code, failure, why_not
    from codesteer_tui.sessions.export import demo_advice, reached_lines, usage_lines

    run = _Run(settings, posed, as_events=as_events, quiet=quiet, policy=Policy(on_broken, over_limit))
    try:
        run_async(run.follow())
    except Stopped:
        if not run.id:
            raise
        for line in () if quiet else usage_lines(run.transcript):
            say(line)
        say(f"stopped; the session is kept: {run.id}\n  → codesteer replay {run.id}")
        if as_json:
            put_json(as_object(run.transcript, run.path))
        raise
    if as_json:
        put_json(as_object(run.transcript, run.path))
    elif not as_events and (answer := run.answer):
        put(answer)
    if error := failure(run.transcript):
        say(f"codesteer: {error}")
        for line in reached_lines(run.transcript):
            say(line)
    elif quiet and (reason := why_not(run.transcript)):
        say(f"codesteer: {reason}")
    if advice := demo_advice(run.transcript):
        say("\n  → ".join(advice))
    ctx.exit(exit_code(run.transcript))


class _Run:
    """Follows one run, so that what is known of it survives an interruption."""

    def __init__(
        self, settings: Settings, problem: Problem, *, as_events: bool, quiet: bool, policy: Policy
    ) -> None:
        from codesteer_tui.transcript import Transcript

        self.settings, self.problem = settings, problem
        self.as_events, self.quiet, self.policy = as_events, quiet, policy
        self.transcript: Transcript = Transcript()
        self.id = ""
        self.path: Path | None = None

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

        session = None
        waiting = asyncio.get_running_loop().call_later(NOTICE_S, self._say_who_waits)
        try:
            settings, file = self.settings, self.settings.asked.user_file
            ask = self.policy.answer
            async with open_session(settings.config, self.problem, ask=ask, config_file=file) as session:
                waiting.cancel()
                self.id, self.path = session.id, session.path
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


def _problem(text: str | None, task: str | None, seed: int | None, knobs: tuple[str, ...]) -> Problem:
    if task is not None:
        if text is not None:
            raise click.UsageError("Give either a PROBLEM or --task, not both.")
        from codesteer_tui.symbench import generate

        return generate(task, seed or 0, **dict(_knob(knob, task) for knob in knobs))
    if seed is not None or knobs:
        raise click.UsageError("--seed and --knob belong to --task.")
    if text is None:
        raise click.UsageError('Give a PROBLEM, --task ID, or "-" to read it from standard input.')
    from codesteer_tui.problem import pose

    return pose(_from_stdin() if text == "-" else _utf8(text))


def _knob(text: str, task: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(
            f"--knob {text!r} must be NAME=VALUE. See the knobs: codesteer solve --task {task} --knob help"
        )
    return name, value


def _put_knobs(task_id: str) -> None:
    """What makes the problems of a task harder, with the defaults."""
    import inspect

    import msgspec

    from codesteer_tui.symbench import tasks

    knobs = tasks[task_id].Difficulty
    put(inspect.getdoc(knobs) or "")
    for name, value in msgspec.structs.asdict(knobs()).items():
        put(f"    {name}={','.join(map(str, value)) if isinstance(value, tuple | list) else value}")


def _from_stdin() -> str:
    data = sys.stdin.buffer.read(STDIN_BYTES)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ProblemError(
            f"The problem on standard input is not UTF-8 text (byte {error.start}).",
            "Convert it to UTF-8 first.",
        ) from None


def _utf8(text: str) -> str:
    """What the shell gave. Bytes that are not UTF-8 arrive as lone surrogates, which no record can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ProblemError(
            f"The problem is not UTF-8 text (character {error.start}).", "Check the terminal's locale."
        ) from None
    return text

"""``codesteer solve``: one problem without the app."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.following import How, follow, run_options
from codesteer_tui.cli.options import settings_of, settings_options
from codesteer_tui.cli.speaking import put
from codesteer_tui.errors import ProblemError

if TYPE_CHECKING:
    from codesteer_tui.problem import Problem
    from codesteer_tui.steering.baselines import Baseline

STDIN_BYTES = 16 << 20
"""Most that is read from standard input; far more than can be posed, so that the refusal can name the size."""


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
@click.option(
    "--baseline",
    type=click.Choice(["plain", "code", "text"]),
    help="One round without a steerer, to compare with: the question alone, or with the prompt for code or text.",
)
@run_options
@settings_options
@click.pass_context
def command(
    ctx: click.Context,
    problem: str | None,
    task: str | None,
    seed: int | None,
    knobs: tuple[str, ...],
    baseline: Baseline | None,
    how: How,
    flags: dict[str, str],
    config_file: Path | None,
) -> None:
    """Solve PROBLEM, or the one on standard input where it is "-".

    The answer goes to standard output, progress to standard error. The exit code is 0 where there is an
    answer that nothing refutes, 1 where it is refuted or missing, 2 for wrong usage, 3 where a provider or
    the sandbox failed. Ctrl+C stops the run and keeps the session.
    """
    if task is not None and "help" in knobs:
        _put_knobs(task)
        return
    posed = _problem(problem, task, seed, knobs)
    follow(ctx, settings_of(ctx, flags, config_file), posed, how, baseline=baseline)


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

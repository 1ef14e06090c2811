"""``codesteer symbench``: the benchmark's tasks without a model: making problems and judging answers."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

import click

from codesteer_tui.cli.group import Commands
from codesteer_tui.cli.speaking import put, put_json, put_line, say
from codesteer_tui.errors import ProblemError

if TYPE_CHECKING:
    from codesteer_tui.problem import Problem

LONGEST_LINE = 64 << 20
"""Bytes of a line of problems and answers."""


@click.group("symbench", cls=Commands)
def command() -> None:
    """Make problems of the SymBench tasks, judge answers, read the published data."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_tasks(as_json: bool) -> None:
    """List the tasks with their categories."""
    from codesteer_tui.symbench import tasks

    known = [tasks[task] for task in tasks]
    if as_json:
        put_json([{"id": task.id, "title": task.title, "category": task.category} for task in known])
        return
    ids, categories = (
        max(map(len, column)) for column in zip(*((t.id, t.category) for t in known), strict=True)
    )
    for task in known:
        put(f"{task.id:<{ids}}  {task.category:<{categories}}  {task.title}")


@command.command("show", short_help="Show a task: rules, knobs, policy, an example.")
@click.argument("task_id", metavar="TASK")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(task_id: str, as_json: bool) -> None:
    """Show a task: its rules in brief, what makes it harder, what its question leaves open, an example."""
    from codesteer_tui.cli.symbench_fields import described, rules_of
    from codesteer_tui.symbench import generate, tasks

    task = tasks[task_id]
    example = generate(task.id, 0)
    knobs, policies = described(task.Difficulty), described(task.Policy)
    if as_json:
        put_json(
            {
                "id": task.id,
                "title": task.title,
                "category": task.category,
                "rules": rules_of(task),
                "knobs": knobs,
                "policies": policies,
                "example": {"question": example.question, "answer": example.gold},
            }
        )
        return
    put(f"{task.title} ({task.id}, {task.category})\n\n{_wrapped(rules_of(task))}")
    _put_fields("Knobs: --set NAME=VALUE", task.Difficulty, knobs)
    _put_fields(f"Policy: --policy {task.id}.NAME=VALUE", task.Policy, policies)
    put(
        f"\nExample: --seed 0\n\n{_indented(example.question)}\n\nOne right answer:\n\n{_indented(example.gold or '')}"
    )


@command.command("generate", short_help="Make problems from a seed, as JSON Lines.")
@click.argument("task_id", metavar="TASK")
@click.option(
    "--seed", type=int, default=0, show_default=True, metavar="N", help="Which problem; any whole number."
)
@click.option(
    "--count",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="K",
    help="How many, from --seed on.",
)
@click.option(
    "--set",
    "--knob",
    "knobs",
    multiple=True,
    metavar="KNOB=VALUE",
    help="Difficulty; repeatable. See: codesteer symbench show.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, also on a terminal.")
def generate(task_id: str, seed: int, count: int, knobs: tuple[str, ...], as_json: bool) -> None:
    """Make problems, the same for the same seed and knobs on every machine.

    Where the output is no terminal, or with --json, each is a line of JSON. With an "answer" added to the lines,
    `codesteer symbench verify` judges them.
    """
    import msgspec

    from codesteer_tui.symbench import generate as make
    from codesteer_tui.symbench import make_difficulty, tasks
    from codesteer_tui.symbench.fields import typed

    given: dict[str, str] = {}
    for knob in knobs:
        name, value = _pair(knob, "--set", f"codesteer symbench show {tasks[task_id].id}")
        if name in given:
            raise click.UsageError(f"--set {name} is given twice. Give it once.")
        given[name] = value
    difficulty = make_difficulty(tasks[task_id], **given)
    named = [
        f"{name}={typed(getattr(difficulty, name))}" for name in difficulty.__struct_fields__ if name in given
    ]
    for number in range(seed, seed + count):
        problem = make(task_id, number, **given)
        sample_id = "/".join([task_id, "generated", *named, str(number)])
        if as_json or not sys.stdout.isatty():
            row = {"task": task_id, "sample_id": sample_id, **_asked(problem), "seed": number}
            row["knobs"] = problem.knobs
            put_line(msgspec.json.encode(row))
        else:
            put(f"{sample_id}\n\n{_indented(problem.question)}\n\nOne right answer:\n")
            put(f"{_indented(problem.gold or '')}\n")


@command.command("verify", short_help="Judge answers, one verdict a line.")
@click.argument("file", metavar="FILE.jsonl")
@click.option(
    "--scoring",
    type=click.Choice(["rules", "reference"]),
    default="rules",
    show_default=True,
    help='By the rules of the tasks; or as the published judges do, flaws included, against the stored "gold".',
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="TASK.NAME=VALUE",
    help="Settle what a question leaves open; repeatable. See: codesteer symbench show.",
)
def verify(file: str, scoring: Literal["rules", "reference"], policies: tuple[str, ...]) -> None:
    """Judge the answers in FILE.jsonl ("-" for standard input), one verdict a line, in order.

    A line has "task", "parameters", "question" and "answer"; what `codesteer symbench generate` and `import` print
    has all but the last. The exit code is 0 whatever the verdicts are. A line that cannot be read, or that lacks
    "parameters" or "answer", ends it with 2, after the verdicts on the lines before; an answer that is null could not
    be checked.
    """
    import msgspec

    from codesteer_tui.symbench import tasks
    from codesteer_tui.symbench import verify as judge
    from codesteer_tui.symbench.rows import JudgedRow, read_answered_row
    from codesteer_tui.values import Verdict

    if policies and scoring == "reference":
        raise click.UsageError("The published judges have no --policy. Leave it out, or use --scoring rules.")
    chosen = _policies(policies)
    name = "standard input" if file == "-" else file
    verdicts: Counter[str] = Counter()
    with _opened(file) as stream:
        for number, line in _lines(stream, name):
            with _at(name, number):
                row = read_answered_row(line, name, number)
                task, problem = tasks[row.task], row.problem
            if not isinstance(row.answer, str):
                verdict = Verdict("could_not_check", "The answer is null.")
            elif scoring == "reference":
                verdict = judge(problem, row.answer, scoring="reference")
            else:
                verdict = task.verify(problem, row.answer, chosen.get(row.task))
            verdicts[verdict.outcome] += 1
            judged = JudgedRow(row.task, row.sample_id, verdict.outcome, verdict.reason, verdict.extracted)
            put_line(msgspec.json.encode(judged))
    passed, failed, unchecked = (verdicts[outcome] for outcome in ("pass", "fail", "could_not_check"))
    total = verdicts.total()
    say(
        f"{total} answer{'' if total == 1 else 's'}: {passed} pass, {failed} fail, {unchecked} could not be checked"
    )


@command.command("import", short_help="Read the published data as problems.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--task", "tasks", multiple=True, metavar="TASK", help="Only this one; repeatable.")
@click.option(
    "--all", "everything", is_flag=True, help="Also defective samples, and wrong answers as they are stored."
)
def import_data(folder: Path, tasks: tuple[str, ...], everything: bool) -> None:
    """Read the published data in DIR ("dataset_gather", or the repository that has it).

    Prints one JSON object a problem, with a status that says what its stored answer is worth, and what was found
    and skipped on standard error. Without --all, samples that have no answer or make no sense are left out, and
    wrong answers are taken away; the rules judge without them.
    """
    import msgspec

    from codesteer_tui.symbench.published.importing import import_folder

    found = import_folder(folder, tasks=tasks, include_defective=everything)
    for one in found:
        row = {
            "task": one.problem.task,
            "sample_id": one.sample_id,
            "split": one.split,
            "status": one.status,
            "reason": one.reason,
            **_asked(one.problem),
        }
        put_line(msgspec.json.encode(row))
    for line in found.report():
        say(line)


def _asked(problem: Problem) -> dict[str, Any]:
    return {"question": problem.question, "parameters": problem.parameters, "gold": problem.gold}


def _put_fields(title: str, kind: type[Any], fields: list[dict[str, Any]]) -> None:
    """A struct's docstring, then each field with its default and what it may be."""
    from codesteer_tui.cli.symbench_fields import meaning_of

    if not fields:
        return
    put(f"\n{title}\n\n{_wrapped(meaning_of(kind), 4)}\n")
    shown = [f"{field['name']}={field['default']}" for field in fields]
    width = max(map(len, shown))
    for text, field in zip(shown, fields, strict=True):
        put(f"    {text:<{width}}  {field['range']}")


def _wrapped(text: str, indent: int = 0) -> str:
    """Break long lines for reading: at the edge of a narrow terminal, and at 100 characters of a wide one."""
    width = max(40, min(100, shutil.get_terminal_size((100, 24)).columns))
    wrapped = textwrap.TextWrapper(width, initial_indent=" " * indent, subsequent_indent=" " * indent)
    return "\n".join(wrapped.fill(line) for line in text.split("\n"))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))


def _pair(text: str, option: str, help_at: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"{option} {text!r} must be NAME=VALUE. See: {help_at}")
    return name.strip(), value.strip()


def _policies(given: tuple[str, ...]) -> dict[str, Any]:
    """Make the policies of the tasks that are named, refusing what a task does not have."""
    from codesteer_tui.symbench import make_policy, tasks

    by_task: dict[str, dict[str, str]] = {}
    for text in given:
        path, value = _pair(text, "--policy", "codesteer symbench show TASK")
        task, dot, name = path.partition(".")
        if not dot:
            raise click.UsageError(
                f"--policy {text!r} must be TASK.NAME=VALUE. See: codesteer symbench show TASK"
            )
        by_task.setdefault(task, {})[name] = value
    return {task: make_policy(tasks[task], **choices) for task, choices in by_task.items()}


@contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - closed below; only opening it may fail here
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}. Check the path.") from None
    with stream:
        yield stream


def _lines(stream: IO[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their numbers, as they arrive."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise ProblemError(
                f"{name}, line {number}: it is longer than {LONGEST_LINE >> 20} MiB.",
                "Put each problem on a line.",
            )
        if line.strip():
            yield number, line


@contextmanager
def _at(name: str, number: int) -> Iterator[None]:
    """Name the line in errors that do not."""
    try:
        yield
    except ProblemError as error:
        where = f"{name}, line {number}: "
        message = error.message if error.message.startswith(where) else f"{where}{error.message}"
        raise ProblemError(message, error.remedy) from error
    except RecursionError as error:
        raise ProblemError(
            f"{name}, line {number}: it is nested too deeply.", "Leave the line out."
        ) from error

"""``codesteer sandbox``: the place where programs run, by hand."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from codesteer_tui.cli.group import Commands
from codesteer_tui.cli.options import settings_of
from codesteer_tui.cli.reading import read_file, read_text
from codesteer_tui.cli.running import run_async
from codesteer_tui.cli.sandbox_care import clean, selftest, status
from codesteer_tui.cli.sandbox_ending import say_end
from codesteer_tui.cli.speaking import put, put_json, say, to_reader
from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.text import plain

if TYPE_CHECKING:
    from codesteer_tui.config import SandboxSettings
    from codesteer_tui.sandbox import Sandbox
    from codesteer_tui.values import ExecutionResult, Limits, Program, SandboxInfo

LONGEST_LINE = 100
"""A step of a build is named, not quoted, where the engine prints the whole of it."""


@click.group("sandbox", cls=Commands)
def command() -> None:
    """Build, try and inspect the place where programs run."""


command.add_command(status)
command.add_command(clean)
command.add_command(selftest)


def _image_name(ctx: click.Context, option: click.Parameter, name: str | None) -> str | None:
    if name is not None and not re.fullmatch(r"[a-z0-9][\w.:/@-]*", name):
        raise click.BadParameter(f"{name!r} is no image's name. Write NAME, NAME:TAG or an id.")
    return name


@command.command("build")
@click.argument("kind", type=click.Choice(["core", "sci"]), default="core")
@click.option(
    "--base", callback=_image_name, metavar="NAME", help="Image to build on, such as python:3.12-slim."
)
@click.option("--again", is_flag=True, help="Build it though it is there.")
@click.option("-y", "--yes", is_flag=True, help="Download without asking.")
def build(kind: str, base: str | None, again: bool, yes: bool) -> None:
    """Make the image that programs run in. Asks before anything is downloaded, naming the size.

    "core", which is meant where nothing is said, has Python's standard library; "sci" has numpy, scipy, sympy,
    networkx, z3, pandas and ortools as well. Without --base it is made from what an image of ours that is there was
    made from, else from python:3.12-slim.
    """
    from codesteer_tui.sandbox.docker import building

    if base is None:
        plan = run_async(building.plan(kind))
        if plan.there and not again:
            say(f"The {kind} image is there already, made from {plan.base}. To build it anyway: --again")
            put(plan.there)
            return
        base = plan.base
    needed = run_async(building.downloads(kind, base))
    if needed and not yes:
        question = str(needed)
        if not sys.stdin.isatty():
            way_out = ", or --base NAME for an image that is here" if needed.pull else ""
            raise click.UsageError(f"{question} Add --yes to agree{way_out}.")
        click.confirm(f"{question} Download?", abort=True, err=True)

    async def follow() -> str:
        line = ""
        async with aclosing(building.build(base, kind)) as lines:
            async for line in lines:
                say(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…")
        return line

    put(run_async(follow()).removeprefix("built "))


_KEYS = {
    "wall_s": "sandbox.wall_s",
    "cpu_s": "sandbox.cpu_s",
    "mem_mib": "sandbox.memory_mib",
    "pids": "sandbox.pids",
    "out_kib": "sandbox.output_kib",
    "disk_mib": "sandbox.disk_mib",
    "image": "sandbox.image",
}
"""Option of `run` → the setting that it takes the place of, whose bounds are its own."""


def _limit(option: str, metavar: str, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(option, metavar=metavar, help=text)


@command.command("run")
@click.argument("file", metavar="FILE.py")
@click.option(
    "--engine",
    type=click.Choice(["auto", "docker", "namespaces"]),
    help="Where it runs; the setting without it. Naming namespaces agrees to reduced isolation.",
)
@_limit("--wall-s", "S", "Seconds it may take.")
@_limit("--cpu-s", "S", "Seconds of CPU time it may take; as many as --wall-s without it.")
@_limit("--mem-mib", "MIB", "Memory it may use.")
@_limit("--pids", "N", "Processes and threads in its box.")
@_limit("--out-kib", "KIB", "Output kept of each stream.")
@_limit("--disk-mib", "MIB", "Room for its files.")
@_limit("--image", "NAME", "Docker image: core, sci, or a name.")
@click.option(
    "--stdin", "stdin_file", metavar="FILE", help='What the program reads ("-": what this command does).'
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as one JSON object.")
@click.pass_context
def run(
    ctx: click.Context,
    /,
    file: str,
    engine: str | None,
    stdin_file: str | None,
    as_json: bool,
    **given: str | None,
) -> None:
    """Run FILE.py ("-" for standard input) once in a fresh sandbox.

    What the options leave open is as the settings say. The exit code is 0 where the program ended with 0, 1 where it
    did not, 3 where the sandbox failed, and 130 where it was stopped by Ctrl+C, which keeps what it had printed.
    """
    flags = {_KEYS[name]: value for name, value in given.items() if value is not None}
    if "sandbox.wall_s" in flags:
        flags.setdefault("sandbox.cpu_s", "0")  # a setting of its own would end it before its time
    if engine:
        flags["sandbox.engine"] = engine
    settings = settings_of(ctx, flags).config.sandbox
    from codesteer_tui.sandbox import source
    from codesteer_tui.values import Program

    if file == stdin_file == "-":
        raise click.UsageError("Program and input cannot both come from standard input. Put one into a file.")
    data = read_file(file)
    program = Program(source.from_bytes(data), origin="user")
    stdin = read_text(stdin_file) if stdin_file else ""
    work = _Work(program, len(data), stdin, may_ask=sys.stdin.isatty() and "-" not in (file, stdin_file))
    ended = run_async(_run(settings, work, echo=not as_json))
    if as_json:
        import msgspec

        put_json(msgspec.to_builtins(ended.result))
    else:
        say_end(ended.result, ended.limits, ended.info)
    ctx.exit(130 if ended.result.status == "cancelled" else 0 if ended.result.ok else 1)


class _Work(NamedTuple):
    """What to run; `may_ask` is whether a person sits at standard input and nothing else comes from there."""

    program: Program
    source_bytes: int
    stdin: str
    may_ask: bool


class _Ended(NamedTuple):
    """How it ended, under which limits, and where it ran."""

    result: ExecutionResult
    limits: Limits
    info: SandboxInfo


async def _run(settings: SandboxSettings, work: _Work, *, echo: bool) -> _Ended:
    import msgspec

    from codesteer_tui.sandbox.choose import choose_sandbox
    from codesteer_tui.sandbox.limits import limits_of

    box = await choose_sandbox(msgspec.structs.replace(settings, warm=0))
    try:
        _require_admission(box, work)
        if echo:
            say(f"sandbox: {box.info.label}")
        # The limit on the source keeps a model from sending megabytes; a person's own file is as long as it is.
        limits = msgspec.structs.replace(
            limits_of(settings, box.info), source_bytes=work.source_bytes, stdin=work.stdin
        )
        stop = asyncio.Event()
        running = asyncio.create_task(_follow(box, work.program, limits, stop, echo=echo))
        try:
            result = await asyncio.shield(running)
        except asyncio.CancelledError:
            stop.set()  # Ctrl+C is for the program: its output so far is worth having
            result = await running
        return _Ended(result, limits, box.info)
    finally:
        await box.aclose()


async def _follow(
    box: Sandbox, program: Program, limits: Limits, stop: asyncio.Event, *, echo: bool
) -> ExecutionResult:
    from codesteer_tui.sandbox import Output

    at_start = True
    async with aclosing(box.run(program, limits, stop=stop)) as pieces:
        async for piece in pieces:
            if not isinstance(piece, Output):
                if not at_start and sys.stdout.isatty():
                    say("")
                return piece
            if echo:
                stream = sys.stdout if piece.stream == "stdout" else sys.stderr
                with to_reader():
                    print(plain(piece.text), end="", file=stream, flush=True)
                at_start = piece.text.endswith("\n")
    raise SandboxError("The sandbox gave no result.", "see what is in use: codesteer sandbox status")


def _require_admission(box: Sandbox, work: _Work) -> None:
    admission = box.admits(work.program)
    if admission == "yes":
        return
    if admission != "ask":
        raise SandboxUnavailable(admission.reason, admission.remedy)
    info = box.info
    why = f"What would be used here is weaker than a container: {info.label}. {info.detail}".strip()
    if not work.may_ask:
        remedy = (
            f"{info.remedy}; or agree with: --engine namespaces" if info.remedy else "--engine namespaces"
        )
        raise SandboxUnavailable(f"{why} It needs a yes.", remedy)
    say(why + (f"\n  → better: {info.remedy}" if info.remedy else ""))
    click.confirm("Run the program in it all the same?", abort=True, err=True)

"""``codesteer sandbox``: the place where programs run, by hand."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from codesteer_tui.cli.options import settings_of
from codesteer_tui.cli.reading import read_file, read_text
from codesteer_tui.cli.running import run_async
from codesteer_tui.cli.sandbox_care import clean, selftest, status
from codesteer_tui.cli.speaking import put, put_json, say, to_reader
from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.text import plain

if TYPE_CHECKING:
    from codesteer_tui.config import SandboxSettings
    from codesteer_tui.sandbox import Sandbox
    from codesteer_tui.values import ExecutionResult, Limits, Program, SandboxInfo

DEFAULT_BASE = "python:3.12-slim"
MIB = 1 << 20


@click.group("sandbox")
def command() -> None:
    """Build, try and inspect the place where programs run."""


command.add_command(status)
command.add_command(clean)
command.add_command(selftest)


@command.command("build")
@click.argument("kind", type=click.Choice(["core", "sci"]), default="core")
@click.option("--base", default=DEFAULT_BASE, show_default=True, metavar="NAME", help="Image to build on.")
@click.option("-y", "--yes", is_flag=True, help="Download without asking.")
def build(kind: str, base: str, yes: bool) -> None:
    """Make the image that programs run in. Asks before anything is downloaded, naming the size.

    "core", which is meant where nothing is said, has Python's standard library; "sci" has numpy, scipy, sympy,
    networkx, z3, pandas and ortools as well.
    """
    from codesteer_tui.sandbox.docker import images

    needed = run_async(images.downloads(kind, base))
    if needed and not yes:
        question = str(needed)
        if not sys.stdin.isatty():
            way_out = ", or --base NAME for an image that is here" if needed.pull else ""
            raise click.UsageError(f"{question} Add --yes to agree{way_out}.")
        click.confirm(f"{question} Download?", abort=True, err=True)

    async def follow() -> str:
        line = ""
        async with aclosing(images.build(base, kind)) as lines:
            async for line in lines:
                say(line)
        return line

    put(run_async(follow()).removeprefix("built "))


@command.command("run")
@click.argument("file", metavar="FILE.py")
@click.option(
    "--engine",
    type=click.Choice(["auto", "docker", "namespaces"]),
    help="Where it runs; the setting without it. Naming namespaces agrees to reduced isolation.",
)
@click.option(
    "--wall-s", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Seconds it may take."
)
@click.option("--mem-mib", type=click.IntRange(min=1), metavar="MIB", help="Memory it may use.")
@click.option("--pids", type=click.IntRange(min=1), metavar="N", help="Processes it may have.")
@click.option("--out-kib", type=click.IntRange(min=1), metavar="KIB", help="Output kept of each stream.")
@click.option(
    "--stdin",
    "stdin_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What the program reads.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as one JSON object.")
@click.pass_context
def run(
    ctx: click.Context,
    file: str,
    engine: str | None,
    wall_s: float | None,
    mem_mib: int | None,
    pids: int | None,
    out_kib: int | None,
    stdin_file: Path | None,
    as_json: bool,
) -> None:
    """Run FILE.py ("-" for standard input) once in a fresh sandbox.

    The exit code is 0 where the program ended with 0, 1 where it did not, 3 where the sandbox failed, and 130
    where you stopped it with Ctrl+C, which keeps what it had printed.
    """
    settings = settings_of(ctx, {"sandbox.engine": engine} if engine else {}).config.sandbox
    from codesteer_tui.sandbox import source
    from codesteer_tui.values import Program

    data = read_file(file)
    program = Program(source.from_bytes(data), origin="user")
    stdin = read_text(str(stdin_file)) if stdin_file else ""
    given = _Given(wall_s, mem_mib, pids, out_kib, stdin)
    result = run_async(_run(settings, program, given, len(data), echo=not as_json))
    if as_json:
        import msgspec

        put_json(msgspec.to_builtins(result))
    else:
        _print_end(result)
    ctx.exit(130 if result.status == "cancelled" else 0 if result.ok else 1)


async def _run(
    settings: SandboxSettings, program: Program, given: _Given, source_bytes: int, *, echo: bool
) -> ExecutionResult:
    import msgspec

    from codesteer_tui.sandbox.choose import choose_sandbox

    box = await choose_sandbox(msgspec.structs.replace(settings, warm=0))
    try:
        _require_admission(box, program)
        if echo:
            say(f"sandbox: {box.info.label}")
        limits = _limits(settings, box.info, given, source_bytes)
        stop = asyncio.Event()
        running = asyncio.create_task(_follow(box, program, limits, stop, echo=echo))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            stop.set()  # Ctrl+C is for the program: its output so far is worth having
            return await running
    finally:
        await box.aclose()


async def _follow(
    box: Sandbox, program: Program, limits: Limits, stop: asyncio.Event, *, echo: bool
) -> ExecutionResult:
    from codesteer_tui.sandbox import Output

    async with aclosing(box.run(program, limits, stop=stop)) as pieces:
        async for piece in pieces:
            if not isinstance(piece, Output):
                return piece
            if echo:
                stream = sys.stdout if piece.stream == "stdout" else sys.stderr
                with to_reader():
                    print(plain(piece.text), end="", file=stream, flush=True)
    raise SandboxError("The sandbox gave no result.", "see what is in use: codesteer sandbox status")


def _require_admission(box: Sandbox, program: Program) -> None:
    admission = box.admits(program)
    if admission == "yes":
        return
    if admission != "ask":
        raise SandboxUnavailable(admission.reason, admission.remedy)
    question = f"What would be used here is weaker than a container: {box.info.label}."
    if not sys.stdin.isatty():
        raise SandboxUnavailable(f"{question} It needs a yes.", "agree with: --engine namespaces")
    click.confirm(f"{question} Run the program in it?", abort=True, err=True)


class _Given(NamedTuple):
    """What the options said; None leaves it to the settings."""

    wall_s: float | None
    mem_mib: int | None
    pids: int | None
    out_kib: int | None
    stdin: str


def _limits(settings: SandboxSettings, info: SandboxInfo, given: _Given, source_bytes: int) -> Limits:
    import msgspec

    from codesteer_tui.sandbox.limits import limits_of

    changes = {
        "wall_s": given.wall_s,
        "cpu_s": 0 if given.wall_s else None,  # left to follow the wall limit
        "memory_mib": given.mem_mib,
        "pids": given.pids,
        "output_kib": given.out_kib,
    }
    chosen = {name: value for name, value in changes.items() if value is not None}
    limits = limits_of(msgspec.structs.replace(settings, **chosen), info)
    # The limit keeps a model from sending megabytes; a person's own file is as long as it is.
    return msgspec.structs.replace(limits, source_bytes=source_bytes, stdin=given.stdin)


def _print_end(result: ExecutionResult) -> None:
    for name, cut, tail in (
        ("stdout", result.stdout_truncated, result.tail_stdout),
        ("stderr", result.stderr_truncated, result.tail_stderr),
    ):
        if cut:
            say(f"… {name} was cut; it ended with:\n{tail}")
    from codesteer_tui.sessions.export import lasting

    peak = f", {result.peak_bytes / MIB:.0f} MiB" if result.peak_bytes else ""
    say(f"{result.verdict}, {lasting(result.wall_ms / 1000)}{peak}")

"""``codesteer weights convert|quantize``: a GGUF of a checkpoint, and a smaller one of a GGUF."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codesteer_tui.cli.options import config_option, settings_for_reading
from codesteer_tui.cli.running import run_async
from codesteer_tui.cli.speaking import put, say
from codesteer_tui.cli.weights_use import say_what_is_next
from codesteer_tui.text import plain

if TYPE_CHECKING:
    from codesteer_tui.weights.converting_files import Progress

_STEP = 10
"""Per cent between two lines where nobody watches a terminal."""
_LINE = 100

_output = click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file to write, or a folder for it.  [default: beside what it is made from]",
)
_force = click.option("--force", is_flag=True, help="Write it though it is there already.")


@click.command("convert")
@click.argument("folder", metavar="DIR")
@click.option(
    "-t",
    "--type",
    "kind",
    type=click.Choice(["f32", "f16", "bf16", "q8_0"], case_sensitive=False),
    help="What the numbers are kept as.  [default: what they are in the checkpoint]",
)
@_output
@_force
@click.option("--name", default="", help="What the file calls itself.")
@click.option("--licence", "--license", default="", help="The licence that the file names.")
@click.option("--source", default="", metavar="OWNER/NAME", help="Where it says that it came from.")
@click.option(
    "--pre", default="", metavar="RULES", help="llama.cpp's name for how the tokenizer splits text."
)
@config_option
@click.pass_context
def convert(
    ctx: click.Context,
    folder: str,
    kind: Any,
    target: Path | None,
    force: bool,
    name: str,
    licence: str,
    source: str,
    pre: str,
    config_file: Path | None,
) -> None:
    """Make a GGUF of DIR, a Hugging Face checkpoint of the Llama family: the folder of config.json, or a known name.

    A few rows are in memory at a time, so its size does not matter. Name, licence and source are taken from the
    checkpoint where no option says them. Everything is checked before a byte is written; what is stopped leaves
    nothing behind. Prints the path of the file.
    """
    from codesteer_tui.weights import converting
    from codesteer_tui.weights.catalogue import read_catalogue
    from codesteer_tui.weights.hub import in_bytes
    from codesteer_tui.weights.store import find_weights

    settings = settings_for_reading(ctx, config_file)
    plan = converting.plan_conversion(
        find_weights(folder, read_catalogue(), settings.config, form="checkpoint"),
        kind,
        target=target,
        force=force,
        pre=pre,
        about=converting.About(name, licence, source),
    )
    config = plan.config
    numbers = sum(each.place.numbers for each in plan.tensors if each.place)
    say(
        f"{plan.about.name}: {config.architecture}, {numbers:,} parameters, {config.layers} layers,"
        f" context {config.context}, as {plan.kind}: about {in_bytes(plan.size)}"
    )
    for note in plan.notes:
        say(f"note: {note}")
    run_async(_follow(converting.convert(plan), in_bytes))
    _done(plan.target)
    if plan.kind != "q8_0":
        say(f"To make it smaller: codesteer weights quantize {shlex.quote(str(plan.target))} Q4_K_M")
    say_what_is_next(plan.target, settings)


@click.command("quantize")
@click.argument("file", metavar="FILE")
@click.argument("kind", metavar="TYPE")
@_output
@_force
@click.option("--threads", type=click.IntRange(1, 512), help="Processors to use.  [default: all but one]")
@click.option("--requantize", is_flag=True, help="Take a FILE that is quantized already; loses more.")
@config_option
@click.pass_context
def quantize(
    ctx: click.Context,
    file: str,
    kind: str,
    target: Path | None,
    force: bool,
    threads: int | None,
    requantize: bool,
    config_file: Path | None,
) -> None:
    """Make a smaller GGUF of FILE, by llama.cpp's own quantization.

    TYPE is Q8_0 (half of F16, hardly any loss), Q6_K, Q5_K_M, Q4_K_M (under a third, the usual choice), Q3_K_M, Q2_K,
    or another that llama.cpp makes without an importance matrix. What llama.cpp keeps in another type is said.
    Prints the path of the file.
    """
    from codesteer_tui.providers.llama.gguf_reading import read_head
    from codesteer_tui.weights import quantizing
    from codesteer_tui.weights.catalogue import read_catalogue
    from codesteer_tui.weights.store import find_weights

    settings = settings_for_reading(ctx, config_file)
    plan = quantizing.plan_quantization(
        find_weights(file, read_catalogue(), settings.config, form="gguf"),
        kind,
        target=target,
        threads=threads or 0,
        requantize=requantize,
        force=force,
    )
    for note in plan.notes:
        say(f"note: {note}")
    run_async(_follow(quantizing.quantize(plan), "{} tensors".format))
    if note := quantizing.fallbacks(read_head(plan.target), plan.kind):
        say(f"note: {note}")
    _done(plan.target)
    say_what_is_next(plan.target, settings)


def _done(path: Path) -> None:
    from codesteer_tui.weights.hub import in_bytes

    say(f"made: {in_bytes(path.stat().st_size)}")
    put(str(path))


async def _follow(work: AsyncGenerator[Progress, None], told: Callable[[int], str]) -> None:
    """Go through the work, saying how far it is: one line written over on a terminal, else one for every tenth."""
    watched = sys.stderr.isatty()
    began, step = 0.0, 0
    try:
        async with aclosing(work) as steps:
            async for progress in steps:
                began = began or time.monotonic()
                percent = progress.done * 100 // max(progress.total, 1)
                if not watched and percent // _STEP <= step:
                    continue
                step = percent // _STEP
                line = f"{percent:>3}%  {told(progress.done)} of {told(progress.total)}"
                if left := _left(progress, time.monotonic() - began):
                    line += f"  {left} left"
                line += f"  {progress.what}"
                if watched:
                    sys.stderr.write(f"\r{plain(line)[:_LINE]:<{_LINE}}")
                    sys.stderr.flush()
                else:
                    say(line)
    finally:
        if watched:
            sys.stderr.write(f"\r{'':<{_LINE}}\r")
            sys.stderr.flush()


def _left(progress: Progress, seconds: float) -> str:
    """How long it will take still; nothing while that cannot be told."""
    if seconds < 2 or not progress.done:
        return ""
    left = int(seconds * (progress.total - progress.done) / progress.done)
    return f"{left // 60} min {left % 60} s" if left >= 60 else f"{left} s"

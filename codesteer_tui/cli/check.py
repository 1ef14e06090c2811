"""``codesteer check``: the symbolic checker on a program of the person's own. Nothing is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.options import settings_for_reading
from codesteer_tui.cli.reading import read_text
from codesteer_tui.cli.speaking import put, put_json

if TYPE_CHECKING:
    from codesteer_tui.values import Judgement

LONGEST_LINE = 120


@click.command("check")
@click.argument("file", metavar="FILE.py")
@click.option("--paper", is_flag=True, help="Compute the published score, flaws included.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(ctx: click.Context, file: str, paper: bool, as_json: bool) -> None:
    """Judge whether FILE.py ("-" for standard input) really computes its answer.

    Prints what it finds, each with the line that shows it. The exit code is 1 for a program that only pretends
    to compute, prints nothing or is no Python (with --paper: that is too simple), else 0.
    """
    settings = settings_for_reading(ctx).config.symbolic_checker
    from codesteer_tui.steering.symbolic_checker import judge

    source = read_text(file)
    judgement = judge(source, mode="paper" if paper else settings.score, threshold=settings.threshold)
    if as_json:
        import msgspec

        put_json({**msgspec.to_builtins(judgement), "outcome": judgement.outcome, "file": str(Path(file))})
    else:
        _print(judgement, source.splitlines(), settings.threshold)
    ctx.exit(0 if judgement.outcome == "pass" else 1)


def _print(judgement: Judgement, lines: list[str], threshold: float) -> None:
    for finding in judgement.findings:
        put(f"{finding.kind.replace('_', ' '):<11} {finding.message}")
        for number in finding.lines:
            if 0 < number <= len(lines):
                put(f"{number:>8} | {lines[number - 1].rstrip()[:LONGEST_LINE]}")
    relation = "at or below" if judgement.score <= threshold else "above"
    put(f"complexity  {judgement.score:g}, {relation} {threshold:g} ({judgement.mode})")
    put(f"verdict     {judgement.outcome}{', with little computation' if judgement.too_simple else ''}")

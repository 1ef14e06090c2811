"""How a program ended that was run by hand, in words for the person who ran it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codesteer_tui.cli.speaking import say

if TYPE_CHECKING:
    from codesteer_tui.values import ExecutionResult, Limits, SandboxInfo

MIB = 1 << 20
SCI_ONLY = {"networkx", "numpy", "ortools", "pandas", "scipy", "sympy", "z3"}
_MISSING = re.compile(r"^ModuleNotFoundError: No module named '(?P<name>\w+)", re.MULTILINE)


def say_end(result: ExecutionResult, limits: Limits, info: SandboxInfo) -> None:
    """Say what was cut off, how it ended and at which limit, and what helps where a library is missing."""
    for name, total, cut, tail in (
        ("stdout", result.stdout_bytes, result.stdout_truncated, result.tail_stdout),
        ("stderr", result.stderr_bytes, result.stderr_truncated, result.tail_stderr),
    ):
        if cut:
            kept = f"the first {_size(limits.output_bytes)} of {_size(total)} (--out-kib)"
            say(f"… of {name} {kept} are above; it ended with:\n{tail}")
    from codesteer_tui.sessions.export import lasting

    peak = f", {result.peak_bytes / MIB:.0f} MiB" if result.peak_bytes else ""
    say(
        ", ".join(
            [
                f"{result.verdict}{_why(result, limits)}, {lasting(result.wall_ms / 1000)}{peak}",
                *_notes(result),
            ]
        )
    )
    missing = _MISSING.search(result.stderr + result.tail_stderr)
    if missing and missing["name"] in SCI_ONLY and info.image != "sci":
        say(f"  → the sci image has {missing['name']}: codesteer sandbox build sci")


def _why(result: ExecutionResult, limits: Limits) -> str:
    match result.status:
        case "timeout" if (
            result.cpu_ms / 1000 >= 0.9 * limits.cpu_s and result.wall_ms / 1000 < limits.wall_s
        ):
            return f": more than {limits.cpu_s} s of CPU time (--cpu-s)"
        case "timeout":
            return f": longer than {limits.wall_s:g} s (--wall-s)"
        case "oom":
            return f": more than {_size(limits.memory_bytes)} (--mem-mib)"
        case "output_limit":
            return f": more than {_size(limits.flood_bytes)} of output"
        case _:
            return ""


def _notes(result: ExecutionResult) -> Iterator[str]:
    if result.pids_denied:
        yield f"{result.pids_denied} processes or threads refused (--pids)"
    if result.disk_full:
        yield "no room left for files (--disk-mib)"
    if result.stragglers:
        yield f"{result.stragglers} processes left behind, ended"


def _size(count: int) -> str:
    return f"{count / MIB:.3g} MiB" if count >= MIB else f"{count / 1024:.3g} KiB"

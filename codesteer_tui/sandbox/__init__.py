"""Where programs run. Programs written by a model run in a fresh box each time and end in a typed result.

`run()` yields `Output` pieces while the program runs and ends with exactly one `ExecutionResult`. A failure
of the sandbox itself raises `SandboxError`; it never looks like program output. Closing the iterator kills
the program.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from codesteer_tui.values import ExecutionResult, Limits, NotRun, Program, SandboxInfo, Stream

__all__ = ["Admission", "ExecutionResult", "Limits", "NotRun", "Output", "Program", "Sandbox", "SandboxInfo"]


class Output(Struct, frozen=True):
    """A piece of a program's output as it arrives."""

    stream: Stream
    text: str


Admission: TypeAlias = Literal["yes", "ask"] | NotRun
"""May this program run here: yes, only once the person agreed, or not at all (with reason and remedy)."""


class Sandbox(Protocol):
    """A place that runs one program at a time, each in a fresh box."""

    @property
    def info(self) -> SandboxInfo:
        """Engine, isolation and why it is this one."""
        ...

    def admits(self, program: Program) -> Admission:
        """Whether `program` may run here, judged by its origin, never by its text."""
        ...

    def run(
        self, program: Program, limits: Limits, *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Output | ExecutionResult, None]:
        """Run `program` once. Setting `stop` ends it with status `cancelled` and the output it had by then.

        Raises:
            SandboxError: the sandbox failed or the program is not admitted.
        """
        ...

    async def aclose(self) -> None:
        """Remove every box that is left. May be called twice."""
        ...

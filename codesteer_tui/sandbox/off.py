"""No sandbox: code is shown, not run, and checks say `could_not_check`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox import Admission, Output
from codesteer_tui.values import ExecutionResult, Limits, NotRun, Program, SandboxInfo


class OffSandbox:
    """Runs nothing, and says why: switched off, or nothing works on this machine."""

    def __init__(
        self, reason: str = "Running code is switched off.", remedy: str = 'Set sandbox.engine = "auto".'
    ) -> None:
        self._not_run = NotRun(reason, remedy)
        self.info = SandboxInfo(
            engine="off", isolation="not_run", label="code is not run", detail=reason, remedy=remedy
        )

    def admits(self, program: Program) -> Admission:
        """Nothing."""
        return self._not_run

    async def run(
        self, program: Program, limits: Limits, *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Output | ExecutionResult]:
        """Never runs.

        Raises:
            SandboxError: always.
        """
        nothing: tuple[Output, ...] = ()
        for piece in nothing:
            yield piece  # an iterator like the others, so it raises when it is read, not when it is made
        raise SandboxError(self._not_run.reason, self._not_run.remedy)

    async def aclose(self) -> None:
        """Nothing to remove."""

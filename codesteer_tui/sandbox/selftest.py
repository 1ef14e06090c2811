"""Puts a sandbox to the test: does it hold what it promises, on this machine, now?"""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec import Struct

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox import Sandbox
from codesteer_tui.sandbox.trials import Trial, container_trials, trials
from codesteer_tui.values import ExecutionResult, Program


class Finding(Struct, frozen=True):
    """What one trial showed; `said` tells how it deviated, and is empty where all is well."""

    name: str
    ok: bool
    said: str = ""


async def selftest(sandbox: Sandbox) -> AsyncGenerator[Finding, None]:
    """Run every trial that fits the kind of box, one after the other.

    Raises:
        SandboxUnavailable: the sandbox isolates nothing, so that there is nothing to test.
        SandboxError: the sandbox runs nothing at all. Once it has run one trial, failing is a finding.
    """
    isolation = sandbox.info.isolation
    if isolation not in ("container", "reduced"):
        raise SandboxUnavailable(
            f"There is nothing to test: what is in use isolates nothing ({sandbox.info.label}).",
            sandbox.info.remedy,
        )
    with tempfile.NamedTemporaryFile("w", prefix="codesteer-canary-") as canary:
        canary.write("secret")
        canary.flush()
        os.fchmod(canary.fileno(), 0o644)  # so that only the box can be what keeps it from being read
        choose = container_trials if isolation == "container" else trials
        ran = False
        for trial in choose(canary.name):
            try:
                said = await _put_to(sandbox, trial)
                ran = True
            except SandboxError as error:
                if not ran:
                    raise
                said = f"{trial.name}: {error.message}"
            yield Finding(trial.name, not said, said)


async def _put_to(sandbox: Sandbox, trial: Trial) -> str:
    """How a trial deviated, or empty. One that a busy machine kept from ending is tried once more."""
    try:
        result = await _result(sandbox, trial)
    except SandboxError:
        result = await _result(sandbox, trial)
    else:
        if trial.deviation(result) and result.status in ("timeout", "killed_by_host"):
            result = await _result(sandbox, trial)
    return trial.deviation(result)


async def _result(sandbox: Sandbox, trial: Trial) -> ExecutionResult:
    # The trials come with this program, as the demo's programs do, so no box asks for a consent first.
    async with aclosing(sandbox.run(Program(trial.source, "demo"), trial.limits)) as pieces:
        async for piece in pieces:
            if isinstance(piece, ExecutionResult):
                return piece
    raise SandboxError("The sandbox gave no result.")

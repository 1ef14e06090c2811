"""Programs in a box of Linux namespaces: for machines without an engine, and with less isolation than one.

The box shares the kernel and has no memory cgroup; what it withstands is tried out on this very machine
before it is used (`trials.py`). Programs that the demo model brings along run in it at once, others only when
the person has agreed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import secrets
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from typing import ClassVar, Literal, TypeAlias

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox import Admission, Output, launch, source
from codesteer_tui.sandbox.frames import CANCEL_FRAME, MAX_DIAGNOSTICS_BYTES, BoxReader, job_frame
from codesteer_tui.sandbox.stopping import Stopper
from codesteer_tui.sandbox.trials import Trial, trials
from codesteer_tui.values import ExecutionResult, Limits, NotRun, Program, SandboxInfo

ReducedIsolation: TypeAlias = Literal["ask", "always", "never"]

LABEL = "reduced isolation"
_START_S, _GRACE_S, _LEAVE_S, _SELF_TEST_S = 30.0, 3.0, 2.0, 60.0
_BETTER = "Install Docker Engine (or start Docker Desktop), then run: codesteer sandbox build"


class NamespaceSandbox:
    """Runs each program alone in fresh namespaces. Made by `NamespaceSandbox.open()`, which tests it first."""

    _self_test: ClassVar[str | None] = None
    """Why the box is not used on this machine, empty where it is; None until it was tried."""

    def __init__(
        self, *, reduced_isolation: ReducedIsolation = "ask", detail: str = "", remedy: str = ""
    ) -> None:
        self._policy = reduced_isolation
        self._closed = False
        self.info = SandboxInfo(
            engine="namespaces",
            isolation="reduced",
            label=LABEL,
            detail=detail or "Linux namespaces: shared kernel, one process, no memory cgroup",
            remedy=remedy,
        )

    @classmethod
    async def open(
        cls, *, reduced_isolation: ReducedIsolation = "ask", detail: str = "", remedy: str = ""
    ) -> NamespaceSandbox:
        """Make a sandbox after the box has passed its self-test (once in the life of this process).

        Raises:
            SandboxUnavailable: not Linux, namespaces are not permitted, or a trial went wrong; says which.
        """
        if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
            raise SandboxUnavailable(
                f"The namespace box needs Linux on x86_64 or aarch64, not {sys.platform} {platform.machine()}.",
                _BETTER,
            )
        sandbox = cls(reduced_isolation=reduced_isolation, detail=detail, remedy=remedy)
        if cls._self_test is None:
            cls._self_test = await sandbox.self_test()
        if cls._self_test:
            raise SandboxUnavailable(f"The namespace box cannot be used here: {cls._self_test}", _BETTER)
        return sandbox

    async def self_test(self) -> str:
        """Try to get out of the box and over its limits; what went wrong, or empty. About a second."""
        with tempfile.NamedTemporaryFile("w", prefix="codesteer-canary-") as canary:
            canary.write("secret")
            canary.flush()
            os.fchmod(canary.fileno(), 0o644)  # so that only the box can be what keeps it from being read
            first, *rest = trials(canary.name)
            # One alone first: where namespaces are forbidden, that is all it takes to know.
            reason = await self._try(first)
            if reason:
                return reason
            at_once = asyncio.Semaphore(max(2, min(4, os.cpu_count() or 1)))

            async def attempt(trial: Trial) -> str:
                async with at_once:
                    return await self._try(trial)

            try:
                async with asyncio.timeout(_SELF_TEST_S), asyncio.TaskGroup() as group:
                    attempts = [group.create_task(attempt(trial)) for trial in rest]
            except TimeoutError:
                return f"the self-test took more than {_SELF_TEST_S:.0f} s"
        return "; ".join(filter(None, (task.result() for task in attempts)))

    async def _try(self, trial: Trial) -> str:
        """How a trial deviated, or empty. One that a busy machine kept from ending is tried once more."""
        deviation = ""
        for _ in range(2):
            try:
                result = await self._result(trial)
            except SandboxError as error:
                deviation = error.message
                continue
            deviation = trial.deviation(result)
            if not deviation or result.status not in ("timeout", "killed_by_host"):
                return deviation
        return deviation

    async def _result(self, trial: Trial) -> ExecutionResult:
        async with contextlib.aclosing(self.run(Program(trial.source, "demo"), trial.limits)) as pieces:
            async for piece in pieces:
                if isinstance(piece, ExecutionResult):
                    return piece
        raise SandboxError(f"{trial.name}: no result")

    def admits(self, program: Program) -> Admission:
        """The demo's own programs run; others by the setting `sandbox.reduced_isolation`."""
        if program.origin == "demo" or self._policy == "always":
            return "yes"
        if self._policy == "ask":
            return "ask"
        return NotRun(
            "Only a sandbox with reduced isolation works here, and sandbox.reduced_isolation is never.",
            self.info.remedy or _BETTER,
        )

    async def run(
        self, program: Program, limits: Limits, *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Output | ExecutionResult]:
        """Run `program` alone in fresh namespaces, which are gone when the iterator ends or is closed.

        Raises:
            SandboxError: the box could not be made or was ended from outside, or the setting forbids it.
        """
        admission = self.admits(program)
        if isinstance(admission, NotRun):
            raise SandboxError(admission.reason, admission.remedy)
        if self._closed:
            raise SandboxError("The sandbox is closed.", "Open it again.")
        data = source.to_bytes(program, limits)
        stopper = Stopper(stop)
        box = await _spawn(limits)
        try:
            reader = BoxReader(multiplexed=False)
            await _greet(box, reader)
            if stopper.is_set():
                yield ExecutionResult("cancelled")
                return
            reader.begin(token := secrets.token_hex(16), limits)
            assert box.stdin is not None
            box.stdin.write(job_frame(data, limits, token))
            deadline = time.monotonic() + limits.wall_s + _GRACE_S
            stopper.watch(_Running(box))
            while reader.result is None:
                received = await _receive(box, deadline)
                if received is None:
                    yield reader.ended_as("killed_by_host")
                    return
                if not received and stopper.is_set():
                    yield reader.ended_as("cancelled")
                    return
                if not received:
                    raise SandboxError("The namespace box was killed from outside while the program ran.")
                for piece in reader.feed(received):
                    yield piece
            yield reader.result
        finally:
            stopper.close()
            await asyncio.shield(_end(box))

    async def aclose(self) -> None:
        """Refuse further runs; boxes are gone when their runs end. May be called twice."""
        self._closed = True


class _Running:
    """A box as something that can be told to stop."""

    def __init__(self, box: Process) -> None:
        self._box = box

    def cancel(self) -> bool:
        assert self._box.stdin is not None
        self._box.stdin.write(CANCEL_FRAME)
        return True

    def cut_off(self) -> None:
        if self._box.returncode is None:
            self._box.kill()


async def _spawn(limits: Limits) -> Process:
    """Start a box; one that is started while we are being cancelled is ended at once."""
    environment = {**launch.ENVIRONMENT, "CS_DISK_BYTES": str(limits.disk_bytes)}
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *launch.command("namespaces"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise
    except OSError as error:
        raise SandboxUnavailable(f"The namespace box did not start: {error}", _BETTER) from error


async def _greet(box: Process, reader: BoxReader) -> None:
    """Wait until the supervisor in the box says that it is there."""
    deadline = time.monotonic() + _START_S
    while reader.hello is None and reader.result is None:
        received = await _receive(box, deadline)
        if received:
            reader.feed(received)
            continue
        if received is None:
            raise SandboxUnavailable("The namespace box did not get ready in time.", _BETTER)
        assert box.stderr is not None
        said = (await box.stderr.read(MAX_DIAGNOSTICS_BYTES)).decode("utf-8", "replace").strip()
        raise SandboxUnavailable(f"namespaces are not permitted here ({said or 'no reason given'})", _BETTER)


async def _receive(box: Process, deadline: float) -> bytes | None:
    """The next bytes; empty when the box has ended, None when the deadline has passed."""
    assert box.stdout is not None
    left = deadline - time.monotonic()
    try:
        return await asyncio.wait_for(box.stdout.read(65536), max(0.0, left))
    except TimeoutError:
        return None


async def _end(box: Process) -> None:
    """Hang up, which ends the box; kill it where that does not help."""
    assert box.stdin is not None
    box.stdin.close()
    try:
        await asyncio.wait_for(box.wait(), _LEAVE_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            box.kill()
        await box.wait()

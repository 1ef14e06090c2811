"""A plain child process with resource limits, for the programs that ship with the demo model and no others.

There is no isolation: what admits a program is where it came from, never what it says. An edited copy of a
demo program has another origin, and is not run.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import struct
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox import Admission, Output, launch, source
from codesteer_tui.sandbox.frames import StreamText
from codesteer_tui.sandbox.inside.cut import Cut
from codesteer_tui.sandbox.stopping import Stopper
from codesteer_tui.values import ExecutionResult, Limits, NotRun, Program, RunStatus, SandboxInfo, Stream

LABEL = "no isolation: built-in demo only"
_BETTER = "Install Docker Engine (or start Docker Desktop), then run: codesteer sandbox build"
_DRAIN_S = 0.5


class ProcessSandbox:
    """Runs the demo model's own programs in a child process; everything else is shown, not run."""

    def __init__(self, *, detail: str = "", remedy: str = "") -> None:
        if sys.platform == "win32":
            raise SandboxUnavailable("Windows has no resource limits for a child process.", "Use WSL 2.")
        self._closed = False
        self.info = SandboxInfo(
            engine="process", isolation="none", label=LABEL, detail=detail, remedy=remedy or _BETTER
        )

    def admits(self, program: Program) -> Admission:
        """Only programs whose origin is `demo`."""
        if program.origin == "demo":
            return "yes"
        return NotRun(
            "No sandbox works on this machine, so this program is shown and not run.", self.info.remedy
        )

    async def run(
        self, program: Program, limits: Limits, *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Output | ExecutionResult]:
        """Run a program of the demo model's; the process is gone when the iterator ends or is closed.

        Raises:
            SandboxError: the program is not the demo's, or no process could be started.
        """
        admission = self.admits(program)
        if isinstance(admission, NotRun):
            raise SandboxError(admission.reason, admission.remedy)
        if self._closed:
            raise SandboxError("The sandbox is closed.", "Open it again.")
        data = source.to_bytes(program, limits)
        with tempfile.TemporaryDirectory(prefix="codesteer-", ignore_cleanup_errors=True) as folder:
            stopper = Stopper(stop)
            if stopper.is_set():
                yield ExecutionResult("cancelled")
                return
            run = _Run(await _spawn(folder), limits)
            try:
                await run.send(data)
                stopper.watch(run)
                while (piece := await run.next_output()) is not None:
                    if piece.text:
                        yield piece
                for piece in await run.finish():
                    yield piece
                yield run.result()
            finally:
                stopper.close()
                await asyncio.shield(run.end())

    async def aclose(self) -> None:
        """Refuse further runs; processes are gone when their runs end. May be called twice."""
        self._closed = True


async def _spawn(folder: str) -> Process:
    environment = {**launch.ENVIRONMENT, "HOME": folder}
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *launch.command("plain"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        _kill_group(await starting)
        raise
    except OSError as error:
        raise SandboxError(f"No child process could be started: {error}") from error


def _kill_group(process: Process) -> None:
    """Kill the program and what it started; it leads a process group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


class _Run:
    """One process: its output as it comes, cut to the caps, and its end."""

    def __init__(self, process: Process, limits: Limits) -> None:
        self.process, self.limits = process, limits
        self.status: RunStatus = "exited"
        self.started = time.monotonic()
        self.wall_s = 0.0
        self.cuts: dict[Stream, Cut] = {
            name: Cut(limits.output_bytes, limits.tail_bytes) for name in ("stdout", "stderr")
        }
        self.texts: dict[Stream, StreamText] = {name: StreamText(limits) for name in self.cuts}
        self.queue: asyncio.Queue[Output | None] = asyncio.Queue()
        self.readers = [
            asyncio.create_task(self._read("stdout", process.stdout)),
            asyncio.create_task(self._read("stderr", process.stderr)),
        ]
        self.waiter = asyncio.create_task(self._wait())

    async def send(self, data: bytes) -> None:
        """Hand the program over."""
        limits = self.limits
        header = {
            "cpu_s": limits.cpu_s,
            "memory_bytes": limits.memory_bytes,
            "disk_bytes": limits.disk_bytes,
            "stdin": limits.stdin,
        }
        body = json.dumps(header).encode() + b"\n" + data
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.process.stdin.write(struct.pack(">I", len(body)) + body)
            await self.process.stdin.drain()

    async def _read(self, name: Stream, stream: asyncio.StreamReader | None) -> None:
        assert stream is not None
        while data := await stream.read(65536):
            head = self.cuts[name].feed(data)
            if head:
                self.queue.put_nowait(Output(name, self.texts[name].live(head)))
            if sum(cut.total for cut in self.cuts.values()) > self.limits.flood_bytes:
                self._stop("output_limit")
                return

    async def _wait(self) -> None:
        """Wait for the main process, then give its output a moment: something may hold the pipes open."""
        left = self.started + self.limits.wall_s - time.monotonic()
        try:
            await asyncio.wait_for(self.process.wait(), max(0.0, left))
        except TimeoutError:
            self._stop("timeout")
            await self.process.wait()
        self.wall_s = time.monotonic() - self.started
        _kill_group(self.process)
        await asyncio.wait(self.readers, timeout=_DRAIN_S)
        self.queue.put_nowait(None)

    def _stop(self, status: RunStatus) -> None:
        if self.status == "exited" and self.process.returncode is None:
            self.status = status
            _kill_group(self.process)

    def cancel(self) -> bool:
        """End the program because a person wants it; what it printed is kept."""
        self._stop("cancelled")
        return True

    def cut_off(self) -> None:
        """Nothing more can be done to it than `cancel` did."""

    async def next_output(self) -> Output | None:
        """The next piece of output, or None when the process has ended."""
        return await self.queue.get()

    async def finish(self) -> list[Output]:
        """Close the streams; returns what the decoders still held."""
        for name, cut in self.cuts.items():
            if cut.truncated:
                self.texts[name].tail = cut.tail
        rest = [Output(name, text.finish()) for name, text in self.texts.items()]
        return [piece for piece in rest if piece.text]

    def result(self) -> ExecutionResult:
        """How it ended, as the other sandboxes say it."""
        code = self.process.returncode or 0
        out, err = self.cuts["stdout"], self.cuts["stderr"]
        status = self.status
        if status == "exited" and code == -getattr(signal, "SIGXCPU", 24):
            status = "timeout"
        return ExecutionResult(
            status=status,
            exit=code if code >= 0 else None,
            signal=-code if code < 0 else None,
            stdout=self.texts["stdout"].head_text,
            stderr=self.texts["stderr"].head_text,
            wall_ms=round(self.wall_s * 1e3, 2),
            stdout_bytes=out.total,
            stderr_bytes=err.total,
            stdout_truncated=out.truncated,
            stderr_truncated=err.truncated,
            tail_stdout=self.texts["stdout"].tail_text,
            tail_stderr=self.texts["stderr"].tail_text,
        )

    async def end(self) -> None:
        """Make sure that nothing is left of it."""
        _kill_group(self.process)
        for task in (*self.readers, self.waiter):
            task.cancel()
        await asyncio.gather(*self.readers, self.waiter, return_exceptions=True)
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()

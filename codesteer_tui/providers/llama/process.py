"""The worker as the program sees it: a child process, the pipes to it, and what it leaves when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import IO, TypeAlias

import msgspec

from codesteer_tui.providers.llama import child, wire

_GRACE_S = 5.0
_LOG_LINES = 6
_LOG_READ = 64 << 10
_LONGEST_LOG = 1 << 20
_LOOK_S = 0.1
_MOST_LOGS = 9

Reply: TypeAlias = "asyncio.Queue[wire.Answer | None]"


class Worker:
    """The child process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process, log: IO[bytes], log_start: int) -> None:
        self._process = process
        self._log = log
        self._log_start = log_start
        self._replies: dict[int, Reply] = {}
        self._gone = asyncio.Event()
        self._first: asyncio.Future[wire.Answer | None] = asyncio.get_running_loop().create_future()
        self._fraction = 0.0
        self._lines = ""
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, load: wire.Load, log_path: Path | None) -> Worker:
        """Start the process and let it begin to load.

        Raises:
            OSError: there can be no process.
        """
        log = await asyncio.to_thread(_open_log, log_path)
        try:
            process = await asyncio.create_subprocess_exec(
                *child.command("codesteer_tui.providers.llama.worker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=child.environment(),
                start_new_session=True,
            )
        except BaseException:
            log.close()
            raise
        worker = cls(process, log, log.tell())
        try:
            await worker.send(load)
        except asyncio.CancelledError:
            await worker.stop()
            raise
        return worker

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs, as far as is known."""
        return self._process.returncode is None and not self._gone.is_set()

    @property
    def was_killed(self) -> bool:
        """Whether it was ended by SIGKILL, as the kernel does when memory runs out."""
        return self._process.returncode == -int(getattr(signal, "SIGKILL", 9))

    async def loading(self) -> AsyncGenerator[float | wire.Answer | None, None]:
        """How much of the weights is loaded, now and then, and at last the answer to the load.

        Who stops waiting for it does not stop the loading.
        """
        told = 0.0
        while not self._first.done():
            await asyncio.wait([self._first], timeout=_LOOK_S)
            if self._fraction > told and not self._first.done():
                told = self._fraction
                yield told
        yield self._first.result()

    async def send(self, request: wire.Request) -> None:
        """Write a request; a worker that is gone is noticed by who reads."""
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(wire.frame(request))
            await self._process.stdin.drain()

    def expect(self, number: int) -> Reply:
        """Where the answers to request `number` arrive from now on; None at the end where the worker is gone."""
        reply: Reply = asyncio.Queue()
        self._replies[number] = reply
        if self._gone.is_set():
            reply.put_nowait(None)
        return reply

    def forget(self, number: int) -> None:
        """Further answers to request `number` are of no interest."""
        self._replies.pop(number, None)

    async def ask(self, request: wire.Open | wire.Shut | wire.Count) -> wire.Answer | None:
        """Send a request that has one answer, and wait for it; None when the worker is gone."""
        reply = self.expect(request.id)
        try:
            await self.send(request)
            return await reply.get()
        finally:
            self.forget(request.id)

    async def cancel(self, number: int, reply: Reply) -> None:
        """Stop a generation and wait until it has stopped; a worker that does not is killed."""
        await self.send(wire.Cancel(number))
        try:
            async with asyncio.timeout(_GRACE_S):
                while not isinstance(await reply.get(), wire.Done | wire.Fault | None):
                    pass
        except TimeoutError:
            self._kill()
        except asyncio.CancelledError:
            self._kill()
            raise

    async def stop(self) -> None:
        """End the process: it exits by itself when its stdin ends, else it is killed."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_GRACE_S):
                await self._process.wait()
        except TimeoutError:
            self._kill()
            await self._process.wait()
        except asyncio.CancelledError:
            self._kill()
            await self._process.wait()  # else its end is reported to an event loop that is closed by then
            raise
        await asyncio.wait([self._reader])
        if not self._log.closed:
            self._lines = self._last_lines()
            self._log.close()

    def abandon(self) -> None:
        """End the process at once, for an event loop that is closed."""
        self._kill()
        self._log.close()

    def obituary(self) -> tuple[str, str]:
        """How it ended, and what its log has to say of that, for a worker that was stopped. Of one that was killed it
        has nothing to say."""
        code = self._process.returncode or 0
        if code >= 0:
            return f"exit {code}", self._lines
        known = {int(number): number.name for number in signal.Signals}
        how = ", ".join(filter(None, (f"signal {-code}", known.get(-code, ""))))
        return how, "" if self.was_killed else self._lines

    async def _read(self) -> None:
        """Take in the answers, those to the load first; at the end everybody who waits is told None.

        A task of its own, so that who is cancelled while waiting never leaves half a frame in the pipe.
        """
        assert self._process.stdout is not None
        answer: wire.Answer | None = None
        try:
            while (answer := await wire.read_answer(self._process.stdout)) is not None:
                if isinstance(answer, wire.Progress):
                    self._fraction = answer.fraction
                elif not self._first.done():
                    self._first.set_result(answer)
                elif (reply := self._replies.get(getattr(answer, "id", 0))) is not None:
                    reply.put_nowait(answer)
        except (msgspec.DecodeError, ConnectionError):
            self._kill()
        finally:
            self._gone.set()
            for reply in self._replies.values():
                reply.put_nowait(None)
            if not self._first.done():
                self._first.set_result(None)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def _last_lines(self) -> str:
        end = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(self._log_start, end - _LOG_READ))
        return last_words(self._log.read().decode("utf-8", "replace"))


def last_words(log: str) -> str:
    """The last lines of a log that may say why a worker ended: what llama.cpp tells on its way is none of that."""
    lines = [line.strip() for line in log.splitlines()]
    amiss = [line for line in lines if line and not line.startswith(wire.INFO)][-_LOG_LINES:]
    return " | ".join(line.removeprefix(wire.WARNING).removeprefix(wire.ERROR) for line in amiss)


def _open_log(path: Path | None) -> IO[bytes]:
    """The file for llama.cpp's own output; one that has grown long starts anew. While another worker writes there it is
    the next one (`llama-2.log`), so that nobody's last words are another's. One that cannot be written is done without.
    """
    for number in range(1, _MOST_LOGS + 1) if path else ():
        assert path is not None
        here = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            here.parent.mkdir(parents=True, exist_ok=True)
            log = here.open("ab+")
        except OSError:
            break
        if _is_free(log):
            if log.seek(0, os.SEEK_END) > _LONGEST_LOG:
                log.truncate(0)
                log.seek(0)
            return log
        log.close()
    return tempfile.TemporaryFile()


def _is_free(log: IO[bytes]) -> bool:
    """Whether no worker writes to a file; then it is ours for as long as it is open, here or in a child."""
    try:
        import fcntl
    except ImportError:  # Windows: they share it
        return True
    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: they share it
        return True
    return True

"""A GGUF on this machine, run by llama.cpp in a child process that is started on first use.

Nothing here imports llama_cpp: the worker does, and if it dies the program goes on and the next call starts a
fresh one.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import IO, Literal

import msgspec

import codesteer_tui
from codesteer_tui.errors import ModelError, WeightsError
from codesteer_tui.providers import Completed, Delta, Sampling, TextDelta
from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.gguf_header import read_header
from codesteer_tui.providers.remote.streaming import sendable
from codesteer_tui.values import Message, RoleInfo, Usage

_HOME = str(Path(codesteer_tui.__file__).resolve().parents[1])
_BATCH = 256
_GRACE_S = 5.0
_LOG_LINES = 6
_LONGEST_LOG = 1 << 20


class LlamaCppModel:
    """Weights in a GGUF file, with their own chat template.

    `name` is the provider as configured; `n_ctx` is the context in tokens (at most what the weights were
    trained for); `gpu_layers` counts layers, "auto" takes all where the build can use a GPU; `n_threads`
    defaults to all processors but one; `log_path` gets llama.cpp's own output (default: a temporary file
    that is gone with the worker). One call runs at a time, further ones wait.
    """

    def __init__(
        self,
        *,
        path: str | Path,
        name: str = "llama_cpp",
        n_ctx: int = 8192,
        gpu_layers: int | Literal["auto"] = "auto",
        n_threads: int | None = None,
        log_path: Path | None = None,
        label: str = "",
    ) -> None:
        self._path = Path(path).expanduser()
        self._name = name
        self._n_ctx = n_ctx
        self._gpu_layers = None if gpu_layers == "auto" else gpu_layers
        self._n_threads = n_threads or max(1, (os.cpu_count() or 2) - 1)
        self._log_path = log_path
        self._label = label or f"{name}:{self._path.stem}"
        self._turn = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._worker: _Worker | None = None
        self.evaluated_tokens = 0
        """Prompt tokens of the last call that were not in the cache of the conversation so far."""

    @property
    def info(self) -> RoleInfo:
        """Who this is; it runs on this machine, so there is no host."""
        return RoleInfo(self._name, "llama_cpp", self._path.name, self._label)

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker, or None while none runs."""
        return self._worker.pid if self._worker is not None and self._worker.alive else None

    async def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        """Answer the conversation, piece by piece.

        Raises:
            WeightsError: the file is missing, not a GGUF, cannot be loaded, or the worker died loading it.
            ModelError: `context_too_long` before any work; `broken_stream` if the worker died meanwhile.
        """
        messages = sendable(messages, self._name)
        async with self._turn:
            worker = await self._ready()
            ask = wire.Generate(
                next(self._numbers),
                messages,
                options.temperature,
                options.max_tokens,
                options.seed,
                options.stop,
                options.top_p,
            )
            ended = False
            try:
                await worker.send(ask)
                while not ended:
                    answer = await worker.receive(ask.id)
                    match answer:
                        case wire.Piece():
                            yield TextDelta(answer.text)
                        case wire.Done():
                            ended = True
                            self.evaluated_tokens = answer.evaluated
                            yield Completed(answer.finish, Usage(answer.input_tokens, answer.output_tokens))
                        case wire.Fault():
                            ended = True
                            raise ModelError(answer.kind, answer.message, answer.remedy, provider=self._name)
                        case None:
                            ended = True
                            raise await self._died(worker, loading=False)
            finally:
                if not ended:
                    await worker.cancel(ask.id)

    async def aclose(self) -> None:
        """Stop the worker. May be called twice; a later call starts a new one."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.stop()

    async def _ready(self) -> _Worker:
        """The worker with the weights open, started or restarted where needed."""
        if self._worker is not None and not self._worker.alive:
            await self.aclose()
        if self._worker is None:
            header = await asyncio.to_thread(read_header, self._path, provider=self._name)
            n_ctx = min(self._n_ctx, header.context_length or self._n_ctx)
            load = wire.Load(str(self._path), n_ctx, self._n_threads, _BATCH, self._gpu_layers)
            self._worker = await _Worker.start(load, self._log_path)
        worker = self._worker
        answer = await worker.loaded()
        if isinstance(answer, wire.Loaded):
            return worker
        if isinstance(answer, wire.Fault):
            await self.aclose()
            raise WeightsError(answer.message, answer.remedy, provider=self._name)
        raise await self._died(worker, loading=True)

    async def _died(self, worker: _Worker, *, loading: bool) -> ModelError:
        """What to tell about a worker that is gone."""
        await self.aclose()
        how, lines = worker.obituary()
        last = f" Its last words: {lines}" if lines else ""
        remedy = "The next call starts a new one."
        if worker.was_killed:
            remedy += " If it was out of memory: lower context_tokens or use smaller weights."
        if loading:
            message = f"The process that loads {self._path.name} ended ({how}).{last}"
            return WeightsError(message, remedy, provider=self._name)
        message = f"The process that runs {self._path.name} ended in the middle ({how}).{last}"
        return ModelError("broken_stream", message, remedy, provider=self._name)


class _Worker:
    """The child process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process, log: IO[bytes], log_start: int) -> None:
        self._process = process
        self._log = log
        self._log_start = log_start
        self._answers: asyncio.Queue[wire.Answer | None] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._first: asyncio.Future[wire.Answer | None] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read())
        self._lines = ""

    @classmethod
    async def start(cls, load: wire.Load, log_path: Path | None) -> _Worker:
        """Start the process and let it begin to load."""
        log = await asyncio.to_thread(_open_log, log_path)
        path = os.pathsep.join(part for part in (_HOME, os.environ.get("PYTHONPATH", "")) if part)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "codesteer_tui.providers.llama.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        worker = cls(process, log, log.tell())
        await worker.send(load)
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

    async def loaded(self) -> wire.Answer | None:
        """The answer to the load. Who stops waiting for it does not stop the loading."""
        return await asyncio.shield(self._first)

    async def send(self, request: wire.Request) -> None:
        """Write a request; a worker that is gone is noticed by who reads."""
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(wire.frame(request))
            await self._process.stdin.drain()

    async def receive(self, number: int) -> wire.Answer | None:
        """The next answer to request `number`; None when the worker is gone."""
        while True:
            answer = await self._answers.get()
            if answer is None or getattr(answer, "id", 0) == number:
                return answer

    async def cancel(self, number: int) -> None:
        """Stop a generation and wait until it has stopped; a worker that does not is killed."""
        await self.send(wire.Cancel(number))
        try:
            async with asyncio.timeout(_GRACE_S):
                while not isinstance(await self.receive(number), wire.Done | wire.Fault | None):
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
            raise
        await asyncio.wait([self._reader])
        if not self._log.closed:
            self._lines = self._last_lines()
            self._log.close()

    def obituary(self) -> tuple[str, str]:
        """How it ended, and the last lines of its log, for a worker that was stopped."""
        code = self._process.returncode or 0
        how = f"signal {-code}" if code < 0 else f"exit {code}"
        return how, self._lines

    async def _read(self) -> None:
        """Take in the answers, the one to the load first; at the end everybody who waits is told None.

        A task of its own, so that who is cancelled while waiting never leaves half a frame in the pipe.
        """
        assert self._process.stdout is not None
        answer: wire.Answer | None = None
        try:
            while (answer := await wire.read_answer(self._process.stdout)) is not None:
                if self._first.done():
                    self._answers.put_nowait(answer)
                else:
                    self._first.set_result(answer)
        except (msgspec.DecodeError, ConnectionError):
            self._kill()
        finally:
            self._gone.set()
            self._answers.put_nowait(None)
            if not self._first.done():
                self._first.set_result(None)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def _last_lines(self) -> str:
        end = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(self._log_start, end - 4096))
        lines = self._log.read().decode("utf-8", "replace").splitlines()
        return " | ".join(line.strip() for line in lines[-_LOG_LINES:] if line.strip())


def _open_log(path: Path | None) -> IO[bytes]:
    """The file for llama.cpp's own output; one that has grown long starts anew."""
    if path is None:
        return tempfile.TemporaryFile()
    path.parent.mkdir(parents=True, exist_ok=True)
    log = path.open("ab+")
    if log.seek(0, os.SEEK_END) > _LONGEST_LOG:
        log.truncate(0)
        log.seek(0)
    return log

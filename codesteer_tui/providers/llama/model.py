"""A GGUF on this machine, run by llama.cpp in a child process that is started on first use.

Nothing here imports llama_cpp: the worker does, and if it dies the program goes on and the next call starts a
fresh one.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Literal

import msgspec

from codesteer_tui.errors import ModelError, WeightsError
from codesteer_tui.providers import Delta, Loading, Remark, Sampling, TextDelta
from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.devices import unused_gpu, usual_threads
from codesteer_tui.providers.llama.gguf_header import read_header
from codesteer_tui.providers.llama.gguf_reading import require_whole
from codesteer_tui.providers.llama.places import LOCAL_CONTEXT
from codesteer_tui.providers.llama.process import Reply, Worker
from codesteer_tui.providers.llama.sharing import Key, Shared, Unheld, shared
from codesteer_tui.providers.llama.telling import brief_device, device_words, ending, where
from codesteer_tui.providers.remote.streaming import sendable
from codesteer_tui.values import Message, RoleInfo

_conversations = itertools.count(1)


class LlamaCppModel:
    """Weights in a GGUF file, with their own chat template, and one conversation with them.

    `name` is the provider as configured; `n_ctx` is the context in tokens (at most what the weights were
    trained for; 0: the usual); `gpu_layers` counts layers, "auto" takes all where the build can use a GPU; `n_threads`
    defaults to all cores but one; `n_batch` and `n_ubatch` are tokens handed over and computed at once; `mmap`
    reads the file as it is needed instead of all at first. The worker stops after `idle_s` seconds without a
    call (0: never). In the folder `memory` the evaluated conversation is kept, to be gone on with later, one for
    each `role`; None keeps nothing. `log_path` gets llama.cpp's own output (default: a temporary file that is
    gone with the worker). Models of the same file share a worker; one call of theirs runs at a time.
    """

    def __init__(
        self,
        *,
        path: str | Path,
        name: str = "llama_cpp",
        n_ctx: int = 0,
        gpu_layers: int | Literal["auto"] = "auto",
        n_threads: int | None = None,
        n_batch: int = 256,
        n_ubatch: int = 0,
        flash: wire.FlashAttention = "auto",
        kv_type: wire.KvType = "f16",
        mmap: bool = False,
        idle_s: float = 0.0,
        memory: Path | None = None,
        role: str = "",
        log_path: Path | None = None,
        label: str = "",
    ) -> None:
        self._path = Path(path).expanduser()
        self._name = name
        self._gpu_layers = None if gpu_layers == "auto" else gpu_layers
        self._talk = wire.Talk(
            n_ctx or LOCAL_CONTEXT, n_threads or usual_threads(), n_batch, n_ubatch or n_batch, flash, kv_type
        )
        self._n_ctx, self._trained = n_ctx, 0
        self._mmap, self._idle_s, self._memory, self._role = mmap, idle_s, memory, role
        self._log_path = log_path
        self._label = label or f"{name}:{self._path.stem}"
        self._conversation = next(_conversations)
        self._shared: Shared | None = None
        self._closings = 0
        self._open_in: Worker | None = None
        self._note = ""
        self._unsaid: list[Remark] = []
        self.evaluated_tokens = 0
        """Prompt tokens of the last call that were not in the cache of the conversation so far."""
        self.restored_tokens = 0
        """Prompt tokens of the last call that came out of the conversation's file."""

    @property
    def info(self) -> RoleInfo:
        """Who this is; it runs on this machine, so there is no host. The note says where, once that is known."""
        return RoleInfo(self._name, "llama_cpp", self._path.name, self._label, note=self._note)

    @property
    def context(self) -> int:
        """Size of the context in tokens, as set or as the weights were trained for."""
        return self._talk.n_ctx

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker, or None while none runs."""
        worker = self._shared.worker if self._shared else None
        return worker.pid if worker is not None and worker.alive else None

    async def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        """Answer the conversation, piece by piece.

        Raises:
            WeightsError: the file is missing, not a GGUF, cannot be loaded, does not fit into memory, or the
                worker died loading it.
            ModelError: `context_too_long` before any work; `broken_stream` if the worker died meanwhile.
        """
        messages = sendable(messages, self._name)
        async with self._turn() as mine:
            async with aclosing(self._ready(mine)) as steps:
                async for step in steps:
                    yield step
            while self._unsaid:
                yield self._unsaid.pop(0)
            async with aclosing(self._reply(mine, messages, options)) as answers:
                async for delta in answers:
                    yield delta

    async def measure(self, messages: Sequence[Message]) -> int:
        """How many tokens a conversation has, by the weights' own tokenizer and template. Loads them if need be.

        Raises:
            WeightsError: as for `stream`.
            ModelError: the template refuses the conversation, or the worker died.
        """
        messages = sendable(messages, self._name)
        async with self._turn() as mine:
            async with aclosing(self._ready(mine)) as steps:
                self._unsaid += [step async for step in steps if isinstance(step, Remark)]
            worker = mine.worker
            if worker is None:
                raise self._was_closed()
            answer = await worker.ask(wire.Count(next(mine.numbers), self._conversation, messages))
            if isinstance(answer, wire.Counted):
                return answer.tokens
            raise await self._failed(worker, answer)

    async def aclose(self) -> None:
        """Let go of the worker, which stops with the last model. May be called twice; a later call starts another."""
        self._closings += 1
        await self._leave()

    async def _leave(self) -> None:
        mine, self._shared, self._open_in = self._shared, None, None
        if mine is None:
            return
        if mine.is_elsewhere:
            mine.abandon()
        else:
            await mine.release(self._conversation)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Shared]:
        """This model's turn with what it shares. Weights that were replaced on disk are the new ones from the next
        worker on.

        Raises:
            WeightsError: the file is missing or not a GGUF, or the model was closed while it waited.
        """
        closings = self._closings
        while True:
            mine = await self._join()
            async with mine.turn:
                if self._closings != closings:
                    raise self._was_closed()
                if not mine.runs and await asyncio.to_thread(self._key) != mine.key:
                    await self._leave()
                    warning = (
                        f"{self._path.name} was replaced since it was loaded: the new weights answer now."
                    )
                    self._unsaid.append(Remark("warning", warning))
                    continue
                try:
                    yield mine
                finally:
                    mine.rest(self._idle_s)
                return

    async def _join(self) -> Shared:
        """What this model shares with others of the same file."""
        if self._shared is not None and self._shared.is_elsewhere:
            await self._leave()
        if self._shared is None:
            header = await asyncio.to_thread(read_header, self._path, provider=self._name)
            wanted, self._trained = self._n_ctx or LOCAL_CONTEXT, header.context_length
            n_ctx = min(wanted, self._trained or wanted)
            self._talk = msgspec.structs.replace(self._talk, n_ctx=n_ctx)
            mine = shared(self._key(), self._log_path)
            self._talk = _with_memory(self._talk, self._memory, mine.key, self._role)
            mine.hold(self._conversation, self._talk.memory_file)
            self._shared = mine
        return self._shared

    def _key(self) -> Key:
        """What makes weights the same: the file as it is now, and how it is loaded.

        Raises:
            WeightsError: the file is missing or not a GGUF.
        """
        try:
            found = self._path.stat()
        except OSError:
            read_header(self._path, provider=self._name)
            raise
        return str(self._path.resolve()), found.st_size, found.st_mtime_ns, self._gpu_layers, self._mmap

    async def _ready(self, mine: Shared) -> AsyncGenerator[Loading | Remark, None]:
        """See that there is a worker with the weights and room for this conversation; says how it goes.

        Raises:
            WeightsError: there is none.
        """
        if self._open_in is not None and self._open_in is mine.worker and self._open_in.alive:
            return
        talk = self._talk
        if not mine.runs:
            await asyncio.to_thread(require_whole, self._path, provider=self._name)
            if self._shared is not mine:
                raise self._was_closed()
        try:
            worker = await mine.started(wire.Load(str(self._path), talk, self._gpu_layers, self._mmap))
        except Unheld:
            raise self._was_closed() from None
        except OSError as error:
            message = f"The process that runs local models could not be started: {error.strerror or error}."
            remedy = "Close other programs; if that does not help, install this program again."
            raise WeightsError(message, remedy, provider=self._name) from error
        if mine.loaded is None:
            async with aclosing(worker.loading()) as steps:
                async for step in steps:
                    if isinstance(step, float):
                        yield Loading("weights", step)
                    elif isinstance(step, wire.Loaded):
                        mine.loaded = step
                    else:
                        raise await self._failed(worker, step, loading=True)
        loaded = mine.loaded
        assert loaded is not None, "the last step was Loaded"
        if self._shared is not mine:
            raise self._was_closed()
        answer = await worker.ask(wire.Open(next(mine.numbers), self._conversation, talk))
        if self._shared is not mine:  # nobody would shut it any more
            await worker.send(wire.Shut(next(mine.numbers), self._conversation))
            raise self._was_closed()
        if not isinstance(answer, wire.Opened):
            if isinstance(answer, wire.Fault):
                raise WeightsError(answer.message, answer.remedy, provider=self._name)
            raise await self._failed(worker, answer, loading=True)
        self._open_in = worker
        self._note = where(loaded)
        yield Remark(
            "device", device_words(loaded, answer, talk, self._n_ctx), brief=brief_device(loaded, talk)
        )
        warned = unused_gpu() if not loaded.can_offload and self._gpu_layers != 0 else None
        if warned:
            yield Remark("warning", *warned)

    async def _reply(
        self, mine: Shared, messages: tuple[Message, ...], options: Sampling
    ) -> AsyncGenerator[Delta, None]:
        if (worker := mine.worker) is None:
            raise self._was_closed()
        ask = wire.Generate(
            next(mine.numbers),
            self._conversation,
            messages,
            options.temperature,
            options.max_tokens,
            options.seed,
            options.stop,
            options.top_p,
            options.decisions,
            options.only_decisions,
        )
        reply, ended = worker.expect(ask.id), False
        try:
            await worker.send(ask)
            while not ended:
                match await reply.get():
                    case wire.Reading(done=done, total=total):
                        yield Loading("prompt", done / total)
                    case wire.Piece(text=text, channel=channel):
                        yield TextDelta(text, channel)
                    case wire.Done() as done_:
                        ended = True
                        self.evaluated_tokens, self.restored_tokens = done_.evaluated, done_.restored
                        for delta in ending(done_, self.context, self._trained):
                            yield delta
                    case answer:
                        ended = True
                        raise await self._failed(worker, answer)
        finally:
            if not ended:
                await _stopped(worker, ask.id, reply)
            worker.forget(ask.id)

    async def _failed(
        self, worker: Worker, answer: wire.Answer | None, *, loading: bool = False
    ) -> ModelError:
        """What to raise for an answer that is a fault, or for a worker that is gone."""
        if self._shared is None or self._shared.worker is not worker:
            return self._was_closed()
        if isinstance(answer, wire.Fault) and not loading:
            message = answer.message.replace(wire.THIS_MODEL, self._label)
            return ModelError(answer.kind, message, answer.remedy, provider=self._name)
        self._open_in = None
        await self._shared.retire(worker)
        if isinstance(answer, wire.Fault):
            return WeightsError(answer.message, answer.remedy, provider=self._name)
        how, lines = worker.obituary()
        last = f" Its last words: {lines}" if lines else ""
        remedy = "The next call starts a new one."
        if worker.was_killed:
            last = " Memory may have run out."
            remedy += " If it was out of memory: lower context_tokens or use smaller weights."
        if loading:
            message = f"The process that loads {self._path.name} ended ({how}).{last}"
            return WeightsError(message, remedy, provider=self._name)
        message = f"The process that runs {self._path.name} ended in the middle ({how}).{last}"
        return ModelError("broken_stream", message, remedy, provider=self._name)

    def _was_closed(self) -> ModelError:
        """Of a kind that nobody tries again by itself, which would start another worker."""
        message = f"{self._label} was closed while it was asked."
        return WeightsError(message, "Ask again.", provider=self._name)


async def _stopped(worker: Worker, number: int, reply: Reply) -> None:
    if worker.alive:
        await worker.cancel(number, reply)


def _with_memory(talk: wire.Talk, folder: Path | None, key: Key, role: str) -> wire.Talk:
    """The talk with the file that the conversation is kept in: one for each weights, kind of cache and role."""
    if folder is None:
        return talk
    digest = hashlib.sha256(repr((key, talk.kv_type, talk.flash, role)).encode()).hexdigest()[:24]
    return msgspec.structs.replace(talk, memory_file=str(folder / f"{digest}.kv"))

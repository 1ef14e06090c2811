"""One worker for all models that use the same file with the same loading settings, whoever opened them.

It is started by the first call, stopped when the last of these models is closed or nobody has asked it anything for
a while, and started again by the next call.
"""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import TypeAlias
from weakref import WeakKeyDictionary

from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.process import Worker

Key: TypeAlias = tuple[object, ...]
_SAVING_S = 60.0
"""Seconds for a conversation to be written to its file before its worker is stopped all the same."""

_shared: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Key, Shared]] = WeakKeyDictionary()


class Unheld(Exception):
    """Everybody who had asked for the worker has left while it was started."""


class Shared:
    """A worker, or the way to one, and the models that use it. One call runs at a time."""

    def __init__(self, key: Key, log_path: Path | None) -> None:
        self.key = key
        self.turn = asyncio.Lock()
        self.numbers = itertools.count(1)
        self.worker: Worker | None = None
        self.loaded: wire.Loaded | None = None
        self._log_path = log_path
        self._loop = asyncio.get_running_loop()
        self._holders: dict[int, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._free = asyncio.Event()
        """Not while a worker that nobody uses any more is on its way out."""
        self._free.set()

    @property
    def runs(self) -> bool:
        """Whether there is a worker that is alive."""
        return self.worker is not None and self.worker.alive

    @property
    def is_elsewhere(self) -> bool:
        """Whether it belongs to another event loop than the running one."""
        return self._loop is not asyncio.get_running_loop()

    def abandon(self) -> None:
        """Give up the workers of an event loop that was closed without closing its models."""
        for mine in _shared.pop(self._loop, {}).values() if self._loop.is_closed() else ():
            if mine.worker is not None:
                mine.worker.abandon()

    async def started(self, load: wire.Load) -> Worker:
        """The worker, started where none runs; it may still be loading.

        Raises:
            Unheld: nobody wants it any more.
            OSError: there can be no process.
        """
        await self._free.wait()
        self._quiet()
        if self.worker is not None and not self.worker.alive:
            await self.retire(self.worker)
        if self.worker is None:
            worker = await Worker.start(load, self._log_path)
            if not self._holders:
                await worker.stop()
                raise Unheld
            self.worker = worker
        return self.worker

    async def retire(self, worker: Worker) -> None:
        """Stop a worker; whoever asks next gets another."""
        if self.worker is worker:
            self.worker = self.loaded = None
        await worker.stop()

    def hold(self, conversation: int, memory_file: str) -> None:
        """A model uses this worker from now on, for this conversation."""
        self._holders[conversation] = memory_file

    async def release(self, conversation: int) -> None:
        """A model uses it no more. With the last one the worker stops; who comes meanwhile waits for that."""
        saves = bool(self._holders.pop(conversation, ""))
        worker, shut = self.worker, wire.Shut(next(self.numbers), conversation)
        if self._holders:
            if worker is not None and worker.alive and self.loaded:
                await worker.send(shut)
            return
        self._quiet()
        self._free.clear()
        try:
            if worker is not None:
                await self._let_go(worker, shut if saves else None)
        finally:
            self._free.set()
            known = _shared.get(self._loop, {})
            if not self._holders and known.get(self.key) is self:
                del known[self.key]

    async def _let_go(self, worker: Worker, shut: wire.Shut | None) -> None:
        """Stop the worker; a conversation that is to be kept is written first, unless it is in a call."""
        try:
            if shut and self.loaded and worker.alive and not self.turn.locked():
                await _ask(worker, shut)
        finally:
            await self.retire(worker)

    def rest(self, idle_s: float) -> None:
        """A call is over: without another within `idle_s` seconds the worker stops. 0: it does not."""
        self._quiet()
        if idle_s and self.worker is not None:
            self._timer = self._loop.call_later(idle_s, self._fall_asleep)

    def _quiet(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _fall_asleep(self) -> None:
        self._timer = None
        self._stopping = self._loop.create_task(self._stop_idle())

    async def _stop_idle(self) -> None:
        if self.turn.locked():
            return
        async with self.turn:
            if (worker := self.worker) is None or self._timer:  # there was a call meanwhile
                return
            for conversation, memory_file in list(self._holders.items()):
                if memory_file and worker.alive:
                    await _ask(worker, wire.Shut(next(self.numbers), conversation))
            await self.retire(worker)


async def _ask(worker: Worker, shut: wire.Shut) -> None:
    try:
        async with asyncio.timeout(_SAVING_S):
            await worker.ask(shut)
    except TimeoutError:
        return


def shared(key: Key, log_path: Path | None) -> Shared:
    """What models with the same `key` share in the running event loop."""
    mine = _shared.setdefault(asyncio.get_running_loop(), {})
    if key not in mine:
        mine[key] = Shared(key, log_path)
    return mine[key]

"""One worker for all models that use the same file with the same loading settings, whoever opened them.

It is started by the first call, stopped when the last of these models is closed or nobody has asked it anything for
a while, and started again by the next call. Where workers stay, as in the app, closing the last model frees its
conversation only.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias
from weakref import WeakKeyDictionary, WeakSet

from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.process import Worker

Key: TypeAlias = tuple[object, ...]
_SAVING_S = 60.0
"""Seconds for a conversation to be written to its file before its worker is stopped all the same."""

_shared: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Key, Shared]] = WeakKeyDictionary()
_staying: WeakSet[asyncio.AbstractEventLoop] = WeakSet()
"""The event loops in which workers outlive the models that use them."""


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
            await _make_room(self)
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
        """A model uses it no more. With the last one the worker stops, unless workers stay; who comes meanwhile waits
        for that."""
        saves = bool(self._holders.pop(conversation, ""))
        worker, shut = self.worker, wire.Shut(next(self.numbers), conversation)
        if self._holders:
            if worker is not None and worker.alive and self.loaded:
                await worker.send(shut)
        elif not await self._stays(shut):
            await self._end(shut if saves else None)

    async def _stays(self, shut: wire.Shut) -> bool:
        """Free the last conversation and keep the worker, where workers stay and it is not in the middle of
        something."""
        worker = self.worker
        if self._loop not in _staying or worker is None or not self.loaded or self.turn.locked():
            return False
        try:
            await _ask(worker, shut)
        except asyncio.CancelledError:
            await self.vacate()
            raise
        return bool(self._holders) or (self._loop in _staying and worker.alive)

    async def vacate(self) -> None:
        """End the worker where nobody uses it."""
        if not self._holders:
            await self._end(None)

    async def _end(self, shut: wire.Shut | None) -> None:
        """End the worker that nobody uses, and forget that there was one."""
        self._quiet()
        self._free.clear()
        try:
            if self.worker is not None:
                await self._let_go(self.worker, shut)
        finally:
            self._free.set()
            self._forget()

    def _forget(self) -> None:
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
        self._forget()


async def _ask(worker: Worker, shut: wire.Shut) -> None:
    try:
        async with asyncio.timeout(_SAVING_S):
            await worker.ask(shut)
    except TimeoutError:
        return


@asynccontextmanager
async def workers_stay() -> AsyncIterator[None]:
    """In here a worker outlives the models that use it, so that the next problem finds the weights loaded: until it was
    idle for as long as it may be, or other weights are loaded, or this ends.
    """
    loop = asyncio.get_running_loop()
    _staying.add(loop)
    try:
        yield
    finally:
        _staying.discard(loop)
        await _make_room(None)


async def _make_room(wanted: Shared | None) -> None:
    """End the workers that nobody uses, but for the one that is wanted."""
    known = _shared.get(asyncio.get_running_loop(), {})
    await asyncio.gather(*(mine.vacate() for mine in list(known.values()) if mine is not wanted))


def shared(key: Key, log_path: Path | None) -> Shared:
    """What models with the same `key` share in the running event loop."""
    mine = _shared.setdefault(asyncio.get_running_loop(), {})
    if key not in mine:
        mine[key] = Shared(key, log_path)
    return mine[key]

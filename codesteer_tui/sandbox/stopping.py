"""A person's wish to stop one program, wherever it has got to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

CANCEL_S = 0.25
"""How long a supervisor may take to end its program and report, before it is cut off."""

_T = TypeVar("_T")


class Running(Protocol):
    """A program that can be told to stop."""

    def cancel(self) -> bool:
        """Ask whoever supervises it to end it and report; false where nobody can be asked."""
        ...

    def cut_off(self) -> None:
        """End it without a report."""
        ...


class Stopper:
    """Ends a wait, or a running program, when `stop` is set; without one it does nothing."""

    def __init__(self, stop: asyncio.Event | None) -> None:
        self._stop = stop
        self._watch: asyncio.Task[None] | None = None

    def is_set(self) -> bool:
        """Whether it is to stop."""
        return self._stop is not None and self._stop.is_set()

    async def unless_set(self, work: Coroutine[Any, Any, _T], undo: Callable[[_T], None]) -> _T | None:
        """The result of `work`; or None, with `work` cancelled or its result undone, once it is to stop."""
        if self._stop is None:
            return await work
        working = asyncio.create_task(work)
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await _call_off(working, undo)
            raise
        finally:
            stopping.cancel()
        if self._stop.is_set():
            await _call_off(working, undo)
            return None
        return await working

    def watch(self, running: Running) -> None:
        """From now on, stopping means to cancel this program."""
        if self._stop is not None:
            self._watch = asyncio.create_task(self._cancel(running, self._stop))

    async def _cancel(self, running: Running, stop: asyncio.Event) -> None:
        await stop.wait()
        if running.cancel():
            await asyncio.sleep(CANCEL_S)
        running.cut_off()

    def close(self) -> None:
        """The program has ended."""
        if self._watch is not None:
            self._watch.cancel()


async def _call_off(working: asyncio.Task[_T], undo: Callable[[_T], None]) -> None:
    def settle(ended: asyncio.Task[_T]) -> None:
        if not ended.cancelled() and ended.exception() is None:
            undo(ended.result())

    working.cancel()
    if working.done():
        settle(working)
    else:
        # A callback, since whoever cancels us twice must not get the result lost between the two.
        working.add_done_callback(settle)
        await asyncio.wait({working})

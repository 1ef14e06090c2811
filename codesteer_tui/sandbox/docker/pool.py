"""The warm pool: containers that are started and waiting, each for one program and thrown away after it.

Starting a container takes a quarter of a second, most of it in the engine; a program in one that waits begins
within milliseconds. So some wait, and are replaced in the background.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable

from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox.docker.box import Box
from codesteer_tui.sandbox.docker.breaker import Breaker
from codesteer_tui.sandbox.docker.container import Shape

QUIET_S = 0.1
"""A replacement is started this long after a container was taken: starting one costs more than most programs,
and would be paid by those that were handed over with it."""

STARTS_AT_ONCE = 2
"""More at the same time do not start sooner; the engine does most of the work one after the other."""


class Pool:
    """Keeps `size` containers of one shape waiting. Others are started when they are asked for.

    `start` starts a container, `drop` gets rid of one; both may be called many times at once.
    """

    def __init__(
        self, size: int, shape: Shape, start: Callable[[Shape], Awaitable[Box]], drop: Callable[[Box], None]
    ) -> None:
        self._size, self._shape = size, shape
        self._start_box, self._drop = start, drop
        self._idle: deque[Box] = deque()
        self._filling: set[asyncio.Task[None]] = set()
        self._waiters: deque[asyncio.Future[Box]] = deque()
        self._starts = asyncio.Semaphore(STARTS_AT_ONCE)
        self._breaker = Breaker()
        self._changed = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def idle(self) -> int:
        """How many containers wait."""
        return len(self._idle)

    def open(self) -> None:
        """Begin to fill up, in the background."""
        if self._size and self._keeper is None:
            self._keeper = asyncio.create_task(self._keep_full())

    async def take(self, shape: Shape) -> Box:
        """A container for one program: one that waits, one that is about to be ready, or a new one.

        Raises:
            SandboxUnavailable: the engine has failed several times in a row; says what it said.
            SandboxError: it failed now.
        """
        self._check_open()
        if shape != self._shape:
            return await self._start(shape)
        self.weed()
        if self._idle:
            box = self._idle.popleft()
            self._changed.set()
            return box
        if self._waiting < self._coming:
            return await self._wait()
        self._changed.set()
        return await self._start(shape)

    def weed(self) -> None:
        """Drop containers that have ended while they waited."""
        for box in [box for box in self._idle if not box.waits]:
            self._idle.remove(box)
            self._drop(box)
            self._changed.set()

    async def full(self) -> None:
        """Return when as many containers wait as there should be.

        Raises:
            SandboxUnavailable: the engine keeps failing.
        """
        while len(self._idle) < self._size and not self._closed:
            self._breaker.check()
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Drop what waits and stop filling up. May be called twice."""
        self._closed = True
        tasks = [*self._filling, *([self._keeper] if self._keeper else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._keeper = None
        while self._idle:
            self._drop(self._idle.popleft())
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(_closed())

    def _check_open(self) -> None:
        if self._closed:
            raise _closed()

    @property
    def _coming(self) -> int:
        """How many are being started to wait; one that has ended counts no more, noted as such or not."""
        return sum(not task.done() for task in self._filling)

    @property
    def _waiting(self) -> int:
        return sum(not waiter.done() for waiter in self._waiters)

    async def _wait(self) -> Box:
        """Wait for a container that is being started already."""
        waiter: asyncio.Future[Box] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._put(waiter.result())  # it was handed over in the moment we stopped wanting it
            raise
        finally:
            with contextlib.suppress(ValueError):
                self._waiters.remove(waiter)

    async def _start(self, shape: Shape) -> Box:
        self._breaker.check()
        async with self._starts:
            self._check_open()
            self._breaker.attempt()  # it may have opened while we waited for our turn
            try:
                box = await self._start_box(shape)
            except SandboxError as error:
                self._breaker.failed(error)
                raise
            self._breaker.worked()
            if self._closed:
                self._drop(box)
                raise _closed()
            return box

    async def _keep_full(self) -> None:
        while True:
            self._changed.clear()
            for _ in range(self._size - len(self._idle) - self._coming):
                task = asyncio.create_task(self._fill())
                self._filling.add(task)
                task.add_done_callback(self._filled)
            await self._changed.wait()
            pause_s = max(QUIET_S, self._breaker.wait_s)
            while pause_s > 0:
                await asyncio.sleep(min(pause_s, 1.0))
                pause_s = self._breaker.wait_s  # none any more where somebody's start succeeded meanwhile

    async def _fill(self) -> None:
        try:
            box = await self._start(self._shape)
        except Exception as error:
            # Whoever waits for it is told; otherwise the breaker has noted it, and it is tried again.
            while self._waiting and self._waiting >= self._coming:
                waiter = self._waiters.popleft()
                if not waiter.done():
                    waiter.set_exception(error)
            if not isinstance(error, SandboxError):
                raise
        else:
            self._put(box)

    def _filled(self, task: asyncio.Task[None]) -> None:
        self._filling.discard(task)
        self._changed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error  # a fault of ours, not of the engine: let the loop's handler show it

    def _put(self, box: Box) -> None:
        """Hand a waiting container to whoever wants it first, else keep it."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(box)
                return
        if self._closed or len(self._idle) >= self._size:
            self._drop(box)
        else:
            self._idle.append(box)


def _closed() -> SandboxError:
    return SandboxError("The sandbox is closed.", "Open it again.")

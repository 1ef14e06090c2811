"""Stands for the engine where the warm pool is tested: boxes that are none, and starts that wait to be let through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from codesteer_tui.sandbox.docker.container import Shape
from codesteer_tui.sandbox.docker.pool import Pool

SHAPE, OTHER = Shape(1, 1, 1), Shape(2, 2, 2)
TURNS = 12
"""Loop iterations that are more than enough for everything to settle that does not wait for time."""


class FakeBox:
    def __init__(self, number: int, shape: Shape) -> None:
        self.number, self.shape, self.waits = number, shape, True

    def __repr__(self) -> str:
        return f"box {self.number}"


class Yard:
    """Stands for the engine. Starts last until they are let through; boxes that exist are counted."""

    def __init__(self, *, slow: bool = False) -> None:
        self.slow = slow
        self.begun: list[asyncio.Future[None]] = []
        self.made: list[FakeBox] = []
        self.dropped: list[FakeBox] = []
        self.most_at_once = self._at_once = 0
        self.failure: Exception | None = None

    async def start(self, shape: Shape) -> FakeBox:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.begun.append(gate)
            if self.slow:
                await gate
            else:
                gate.set_result(None)
                await asyncio.sleep(0)
            if self.failure is not None:
                raise self.failure
            box = FakeBox(len(self.made), shape)
            self.made.append(box)
            return box
        finally:
            self._at_once -= 1

    def drop(self, box: FakeBox) -> None:
        assert box not in self.dropped, f"{box} is dropped twice"
        self.dropped.append(box)

    @property
    def under_way(self) -> list[asyncio.Future[None]]:
        return [gate for gate in self.begun if not gate.done()]

    def finish(self, failure: Exception | None = None) -> None:
        """Let the oldest start through that is under way."""
        gate = self.under_way[0]
        if failure is None:
            gate.set_result(None)
        else:
            gate.set_exception(failure)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


def pool_of(yard: Yard, size: int) -> Any:
    """A pool; of no type, since its boxes are not boxes."""
    start: Any = yard.start
    drop: Any = yard.drop
    return Pool(size, SHAPE, start, drop)


@asynccontextmanager
async def opened(yard: Yard, size: int) -> AsyncIterator[Any]:
    pool = pool_of(yard, size)
    pool.open()
    yield pool
    await asyncio.wait_for(pool.close(), 2)


async def settle() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not condition():  # noqa: ASYNC110  (what is waited for has no event)
            await asyncio.sleep(0.005)

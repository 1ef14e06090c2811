"""Waiting for what blocks holds up nothing."""

from __future__ import annotations

import asyncio
import time

import pytest

from codesteer_tui.errors import ModelError
from codesteer_tui.providers.waiting import in_thread


async def test_waiting_holds_up_neither_the_loop_nor_a_cancel() -> None:
    ticks = 0
    waiting = asyncio.create_task(in_thread(lambda: time.sleep(0.5) or "done"))
    while not waiting.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert await waiting == "done"
    assert ticks > 5
    forever = asyncio.create_task(in_thread(lambda: time.sleep(3600)))
    await asyncio.sleep(0)
    forever.cancel()
    with pytest.raises(asyncio.CancelledError):
        await forever


async def test_what_is_raised_in_the_thread_is_raised_where_it_is_awaited() -> None:
    def fail() -> None:
        raise ModelError("missing_key", "no key")

    with pytest.raises(ModelError, match="no key"):
        await in_thread(fail)

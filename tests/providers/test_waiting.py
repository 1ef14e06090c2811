"""Waiting for what blocks holds up nothing."""

from __future__ import annotations

import asyncio
import time

import pytest

from codesteer_tui.config import Provider
from codesteer_tui.errors import ModelError
from codesteer_tui.providers.opening import Choice
from codesteer_tui.providers.probing import reaching
from codesteer_tui.providers.probing.reaching import ping
from codesteer_tui.providers.waiting import in_thread
from tests.providers.services import Service

LISTED = {"data": [{"id": "m"}]}


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


async def test_a_key_that_does_not_come_is_said_in_a_whole_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "KEY_LIMIT_S", 0.3)
    monkeypatch.setattr(reaching, "KEY_NOTICE_S", 0.1)
    told: list[str] = []
    provider = Provider(kind="openai", base_url="http://127.0.0.1:1/v1", key="cmd:sleep 2")
    found = await ping(Choice("mine", provider, "m", ""), env={}, tell=told.append)
    assert told == ["Waiting for the key of mine: command sleep, 0.3 s at most."]
    assert found.detail == "The key of provider 'mine' (command sleep) was not given within 0.3 s."


async def test_nobody_is_told_to_wait_who_need_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "KEY_NOTICE_S", 0.2)
    told: list[str] = []
    async with Service({"/v1/models": LISTED}) as server:
        provider = Provider(kind="openai", base_url=f"{server.url}/v1", key="none")
        await ping(Choice("mine", provider, "m", ""), env={}, tell=told.append)
        await asyncio.sleep(0.3)
    assert told == []

"""Cancelling what local weights compute: within one batch of a prompt, and at the next token of a reply."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from codesteer_tui.providers import Sampling
from codesteer_tui.providers.llama import wire
from codesteer_tui.values import Message
from tests.providers.test_llama_cpp import opened, say

pytestmark = pytest.mark.gguf

ONE = Sampling(max_tokens=1)


async def test_a_prompt_is_left_in_the_middle_of_a_batch(slow_gguf: Path) -> None:
    """The whole prompt is one batch: had that been computed to its end, its tokens would be known afterwards."""
    first, second = (f"{name} has all work and no play. " * 60 for name in ("One", "Another"))
    async with opened(slow_gguf, n_ctx=4096, n_threads=1, n_batch=4096) as model:
        await say(model, "warm up", options=ONE)
        began = time.monotonic()
        await say(model, first, options=ONE)
        whole = time.monotonic() - began
        task = asyncio.create_task(say(model, second, options=ONE))
        await asyncio.sleep(whole / 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        pid = model.worker_pid
        _, end = await say(model, second, options=ONE)
        assert 600 < end.usage.input_tokens < 4096
        assert model.evaluated_tokens > end.usage.input_tokens - 20  # all but the head of the template
        assert model.worker_pid == pid


async def test_a_reply_ends_at_the_next_token(slow_gguf: Path) -> None:
    async with opened(slow_gguf, n_threads=1) as model:
        await say(model, "warm up", options=ONE)
        mine = model._shared
        assert mine is not None
        worker = mine.worker
        assert worker is not None
        number = next(mine.numbers)
        ask = wire.Generate(number, model._conversation, (Message("user", "go"),), 0.0, 6000, None, ())
        reply = worker.expect(ask.id)
        await worker.send(ask)
        assert isinstance(await reply.get(), wire.Piece)
        await worker.send(wire.Cancel(ask.id))
        while isinstance(done := await reply.get(), wire.Piece):
            continue
        assert isinstance(done, wire.Done)
        assert done.finish == "cancelled"
        assert done.output_tokens < 100  # those that were on their way
        worker.forget(ask.id)
        _, end = await say(model, "go", options=ONE)
        assert end.finish == "length"
        assert worker.alive

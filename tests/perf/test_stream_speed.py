"""What our providers add to a stream, against the SDK of the same protocol alone: bounds, mending, keys hidden."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from statistics import median

import pytest

from codesteer_tui.providers import ChatModel
from tests.fake_servers import FakeServer, Scripted, anthropic_body, openai_body, responses_body, sliced
from tests.providers.listening import Body, Make, chat, messages, responses
from tests.providers.test_contract import collect, text_of

PIECES = [f"word{n} " for n in range(4_000)]
ROUNDS = 3
MOST = 1.5
"""Providers read events as plain objects and not as the SDK's models, which spares more than all the rest costs."""

Alone = Callable[[str], Awaitable[str]]


async def chat_alone(url: str) -> str:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=f"{url}/v1", api_key="k") as client:
        stream = await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "?"}], stream=True
        )
        return "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])


async def responses_alone(url: str) -> str:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=f"{url}/v1", api_key="k") as client:
        stream = await client.responses.create(model="m", input="?", stream=True)
        return "".join([e.delta async for e in stream if e.type == "response.output_text.delta"])


async def messages_alone(url: str) -> str:
    from anthropic import AsyncAnthropic

    async with AsyncAnthropic(base_url=url, api_key="k") as client:
        stream = await client.messages.create(
            model="m", max_tokens=9, messages=[{"role": "user", "content": "?"}], stream=True
        )
        said = [event.delta async for event in stream if event.type == "content_block_delta"]
        return "".join(getattr(delta, "text", "") for delta in said)


@pytest.mark.perf
@pytest.mark.parametrize(
    ("make", "body", "alone"),
    [
        (chat, openai_body, chat_alone),
        (responses, responses_body, responses_alone),
        (messages, anthropic_body, messages_alone),
    ],
    ids=["chat", "responses", "messages"],
)
async def test_a_long_stream_takes_not_much_longer_than_by_the_sdk_alone(
    make: Make, body: Body, alone: Alone, record_property: Callable[[str, object], None]
) -> None:
    said = sliced(body(*PIECES), 1 << 16)
    whole = "".join(PIECES)
    async with FakeServer(Scripted(said)) as server:
        model: ChatModel = make(server.url)
        pairs = []
        for _ in range(ROUNDS + 1):
            start = time.perf_counter()
            assert await alone(server.url) == whole
            middle = time.perf_counter()
            assert text_of(await collect(model)) == whole
            pairs.append((middle - start, time.perf_counter() - middle))
        await model.aclose()
    ratio = median(ours / theirs for theirs, ours in pairs[1:])
    print(f"{1e6 * median(o - t for t, o in pairs[1:]) / len(PIECES):.1f} µs more a piece; ratio {ratio:.2f}")
    record_property("ratio", round(ratio, 2))
    assert ratio <= MOST, f"{ratio:.2f} times as long as the SDK alone"

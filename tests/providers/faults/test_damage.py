"""Streams with bytes and values damaged by chance end as a reply or as a typed error, and never hang."""

from __future__ import annotations

import asyncio
import json
import random
import re
from contextlib import aclosing

import pytest

from codesteer_tui.errors import ModelError
from codesteer_tui.providers import ChatModel, Completed, Delta, Sampling
from tests.fake_servers import FakeServer, Scripted
from tests.providers.faults.speech import SPEECHES, Speech
from tests.providers.listening import ASK

STREAMS = 60
ODD = (b"null", b"5", b'"x"', b"[]", b"{}", b"[1]", b"true", b'{"a":1}', b"1e999", b'"\\ud83c"', b"NaN")
VALUE = re.compile(rb':\s?("[^"]*"|[\d.]+|null|\[\]|\{[^{}]*\}|\[[^\[\]]*\])')


def damaged(body: bytes, chance: random.Random) -> bytes:
    """`body` with a few bytes changed or gone, its end missing, or values in places where they make no sense."""
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(body) + 1)
        how = chance.random()
        if how < 0.25:
            body = body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :]
        elif how < 0.4:
            body = body[:at] + body[at + chance.randrange(40) :]
        elif how < 0.5:
            body = body[:at]
        elif values := list(VALUE.finditer(body)):
            value = chance.choice(values)
            body = body[: value.start(1)] + chance.choice(ODD) + body[value.end(1) :]
    return body


@pytest.mark.parametrize("speech", SPEECHES, ids=[speech.name for speech in SPEECHES])
@pytest.mark.parametrize("seed", range(3))
async def test_damage_is_survived(speech: Speech, seed: int) -> None:
    chance = random.Random(seed)
    whole = json.dumps(speech.whole("all at once")).encode()
    sound = [speech.ended("ab", "naïve 東京"), speech.begun("x") + speech.failing, speech.ended("q"), whole]
    bodies = [damaged(chance.choice(sound), chance) for _ in range(STREAMS)]
    replies = [
        Scripted([b] if b else [], ending=chance.choice(["whole", "cut", "clean_cut"])) for b in bodies
    ]
    async with FakeServer(*replies) as server:
        model = speech.model(server.url, timeout_s=5, retries=0)
        for body in bodies:
            async with asyncio.timeout(20):
                items, error = await _outcome(model)
            ended = bool(items) and isinstance(items[-1], Completed)
            assert ended or (error is not None and error.remedy), body
        await model.aclose()
    assert len(server.asked) == STREAMS


async def _outcome(model: ChatModel) -> tuple[list[Delta], ModelError | None]:
    items: list[Delta] = []
    try:
        async with aclosing(model.stream(ASK, Sampling(max_tokens=50))) as deltas:
            async for delta in deltas:
                items.append(delta)
    except ModelError as error:
        return items, error
    return items, None

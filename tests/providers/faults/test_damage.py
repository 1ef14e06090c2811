"""Streams with bytes and values damaged by chance end as a reply or as a typed error, and never hang."""

from __future__ import annotations

import asyncio
import json
import random
import re

import pytest

from codesteer_tui.providers import Completed
from tests.fake_servers import FakeServer, Scripted
from tests.providers.faults.speech import SPEECHES, Speech
from tests.providers.listening import listen

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
    for _ in range(STREAMS):
        body = damaged(chance.choice(sound), chance)
        reply = Scripted([body] if body else [], ending=chance.choice(["whole", "cut", "clean_cut"]))
        async with FakeServer(reply) as server, asyncio.timeout(20):
            heard = await listen(speech.model(server.url, timeout_s=5, retries=0))
        ended = heard.items and isinstance(heard.items[-1], Completed)
        assert ended or (heard.error is not None and heard.error.remedy), body

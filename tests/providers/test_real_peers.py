"""Servers that we did not write: llama-server and llama-cpp-python's, with weights of three megabytes."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest

from codesteer_tui.errors import ModelError
from codesteer_tui.providers import ChatModel, Completed, Sampling, TextDelta
from codesteer_tui.values import Message
from tests.providers.faults.speech import ANTHROPIC, OPENAI, SPEECHES, Speech
from tests.providers.listening import Heard
from tests.real_peers import free_port, llama_server_command, running

pytestmark = pytest.mark.gguf

KEY = "a-key-of-our-own-0123456789"
SPOKEN = "Let the first value return some result"
ASK = [Message("system", "Be brief."), Message("user", "Two and two?")]
LONG = [Message("user", "one two three four five six seven eight nine ten " * 1500)]
GREEDY = Sampling(temperature=0.0, max_tokens=60)

_CUT = {"openai": "length", "anthropic": "length", "responses": "stop"}
"""How a reply that was cut ends: in the Responses protocol llama-server calls it "completed" all the same."""

EVERY = pytest.mark.parametrize("speech", SPEECHES, ids=[speech.name for speech in SPEECHES])


@dataclass(frozen=True)
class Real:
    """A running server: its address without a path, and its key."""

    url: str
    key: str


@pytest.fixture(scope="module")
def llama(spoken_gguf: Path) -> Iterator[Real]:
    port = free_port()
    with running(llama_server_command(spoken_gguf, port, KEY), f"http://127.0.0.1:{port}/health"):
        yield Real(f"http://127.0.0.1:{port}", KEY)


@pytest.fixture(scope="module")
def slow_llama(slow_gguf: Path) -> Iterator[Real]:
    port = free_port()
    command = llama_server_command(slow_gguf, port, KEY, context=8192)
    with running([*command, "--slots"], f"http://127.0.0.1:{port}/health"):
        yield Real(f"http://127.0.0.1:{port}", KEY)


async def hear(model: ChatModel, messages: list[Message] | None = None, options: Sampling = GREEDY) -> Heard:
    heard = Heard()
    try:
        async with asyncio.timeout(120), aclosing(model.stream(messages or ASK, options)) as deltas:
            async for delta in deltas:
                heard.items.append(delta)
    except ModelError as error:
        heard.error = error
    finally:
        await model.aclose()
    return heard


@EVERY
async def test_llama_server_answers_in_every_protocol(llama: Real, speech: Speech) -> None:
    heard = await hear(speech.model(llama.url, api_key=llama.key))
    assert heard.error is None
    assert heard.text().startswith(SPOKEN)
    assert heard.end.finish == "stop"
    assert heard.end.usage.output_tokens >= 40
    assert heard.end.usage.input_tokens > 5
    assert not heard.end.usage.estimated


@EVERY
async def test_llama_server_says_that_a_reply_was_cut(llama: Real, speech: Speech) -> None:
    heard = await hear(speech.model(llama.url, api_key=llama.key), options=Sampling(max_tokens=5))
    assert heard.end.finish == _CUT[speech.name]
    assert heard.end.usage.output_tokens == 5
    assert SPOKEN.startswith(heard.text())


@EVERY
async def test_llama_server_counts_what_it_had_in_its_cache(llama: Real, speech: Speech) -> None:
    first = (await hear(speech.model(llama.url, api_key=llama.key))).end.usage
    again = (await hear(speech.model(llama.url, api_key=llama.key))).end.usage
    assert again.input_tokens == first.input_tokens


@EVERY
async def test_a_conversation_too_long_for_llama_server_is_named(llama: Real, speech: Speech) -> None:
    heard = await hear(speech.model(llama.url, api_key=llama.key), LONG)
    assert heard.kind == "context_too_long"
    assert "2048" in str(heard.error)
    assert heard.retries == []


@EVERY
async def test_llama_server_refuses_a_wrong_key_and_none(llama: Real, speech: Speech) -> None:
    wrong = await hear(speech.model(llama.url, api_key="not-the-key-of-this-server"))
    assert wrong.kind == "auth"
    assert "not-the-key" not in str(wrong.error)
    none = await hear(speech.model(llama.url, api_key=None))
    assert none.kind == "missing_key"
    assert none.retries == []


async def test_a_wrong_path_is_told_from_a_wrong_model(llama: Real) -> None:
    heard = await hear(OPENAI.model(f"{llama.url}/nowhere", api_key=llama.key))
    assert heard.kind == "not_found"
    assert "base_url" in str(heard.error)


@EVERY
async def test_llama_server_is_stopped_by_closing_the_stream(slow_llama: Real, speech: Speech) -> None:
    model = speech.model(slow_llama.url, api_key=slow_llama.key)
    async with aclosing(model.stream(ASK, Sampling(max_tokens=7000))) as deltas:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                break
    async with asyncio.timeout(5):
        await asyncio.to_thread(_wait_until_idle, slow_llama)
    heard = await hear(model, options=Sampling(max_tokens=3))
    assert heard.end.finish == _CUT[speech.name]


def _wait_until_idle(server: Real) -> None:
    """Ask until the server works at nothing any more, four seconds at most; a whole reply takes much longer."""
    request = urllib.request.Request(f"{server.url}/slots", headers={"Authorization": f"Bearer {server.key}"})
    for _ in range(80):
        with urllib.request.urlopen(request, timeout=10) as reply:
            if not any(slot["is_processing"] for slot in json.load(reply)):
                return
        time.sleep(0.05)
    pytest.fail("llama-server goes on although its client has left")


@EVERY
async def test_four_at_once_wait_for_their_turn(llama: Real, speech: Speech) -> None:
    model = speech.model(llama.url, api_key=llama.key)

    async def one() -> str:
        return "".join([d.text async for d in model.stream(ASK, GREEDY) if isinstance(d, TextDelta)])

    texts = await asyncio.gather(*(one() for _ in range(4)))
    await model.aclose()
    assert all(text.startswith(SPOKEN) for text in texts)


@pytest.fixture
def python_server(llama_server: str) -> str:
    """llama-cpp-python's server, without the path that our protocols put after it."""
    return llama_server.removesuffix("/v1")


async def test_llama_cpp_pythons_server_answers(python_server: str) -> None:
    heard = await hear(OPENAI.model(python_server))
    assert heard.text().startswith(SPOKEN)
    assert heard.end.finish == "stop"
    assert heard.end.usage.output_tokens > 0


async def test_llama_cpp_pythons_server_says_that_a_reply_was_cut(python_server: str) -> None:
    heard = await hear(OPENAI.model(python_server), options=Sampling(max_tokens=5))
    assert heard.end.finish == "length"
    assert SPOKEN.startswith(heard.text())


async def test_a_conversation_too_long_for_llama_cpp_pythons_server_is_at_least_suspected(
    python_server: str,
) -> None:
    """In a stream it says nothing at all: a good status, the right type, and no event."""
    heard = await hear(OPENAI.model(python_server), LONG)
    assert heard.kind == "broken_stream"
    assert "too long" in str(heard.error)
    assert heard.retries == []


async def test_llama_cpp_pythons_server_takes_any_model_name(python_server: str) -> None:
    """It has one model and answers with it, whatever it is asked for."""
    heard = await hear(OPENAI.model(python_server))
    assert isinstance(heard.end, Completed)


async def test_llama_cpp_pythons_server_goes_on_after_a_client_left(python_server: str) -> None:
    model = OPENAI.model(python_server)
    async with aclosing(model.stream(ASK, GREEDY)) as deltas:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                break
    heard = await hear(model)
    assert heard.text().startswith(SPOKEN)


async def test_a_server_without_the_messages_protocol_is_named(python_server: str) -> None:
    heard = await hear(ANTHROPIC.model(python_server))
    assert heard.kind == "not_found"
    assert "base_url" in str(heard.error)

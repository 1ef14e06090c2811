"""Every fault ends in the right typed error or in the right text, in time, and with what had arrived."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from codesteer_tui.providers import Completed, Sampling
from codesteer_tui.values import Message
from tests.fake_servers import FakeServer, Scripted
from tests.providers.faults.peers import Peer
from tests.providers.faults.speech import KEY, MODEL, SPEECHES, Speech
from tests.providers.faults.table import FAULTS, REPLY, Fault
from tests.providers.listening import Heard, listen

pytestmark = pytest.mark.usefixtures("fast_retries", "impatient")

EVERY = pytest.mark.parametrize("speech", SPEECHES, ids=[speech.name for speech in SPEECHES])


@asynccontextmanager
async def serving(fault: Fault, speech: Speech) -> AsyncIterator[FakeServer | Peer]:
    play = fault.play(speech)
    async with FakeServer(play) if isinstance(play, Scripted) else Peer(play) as server:
        yield server


def calls_of(server: FakeServer | Peer) -> int:
    return server.calls if isinstance(server, Peer) else len(server.asked)


def check_error(heard: Heard, url: str) -> None:
    """The message names the provider, the host and the model, and has a remedy; it never shows the key."""
    error = heard.error
    assert error is not None
    assert error.provider == "mine"
    for named in ("mine", url.split("//")[1], MODEL):
        assert named in error.message
    assert error.remedy
    assert KEY not in str(error)


@EVERY
@pytest.mark.parametrize("fault", FAULTS, ids=[fault.id for fault in FAULTS])
async def test_a_fault_ends_as_it_should(fault: Fault, speech: Speech) -> None:
    async with serving(fault, speech) as server, asyncio.timeout(fault.seconds):
        heard = await listen(speech.model(server.url, timeout_s=fault.timeout_s))
        assert heard.text() == fault.text
        assert len(heard.retries) == fault.calls - 1
        assert calls_of(server) == fault.calls
        if fault.kind is None:
            assert heard.error is None
            assert heard.end.finish == "stop"
            return
        check_error(heard, server.url)
        assert heard.kind == fault.kind
        for words in fault.says:
            assert words in str(heard.error)
        assert not any(isinstance(item, Completed) for item in heard.items)


@EVERY
async def test_nobody_listening(speech: Speech) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    heard = await listen(speech.model(url))
    check_error(heard, url)
    assert heard.kind == "unreachable"
    assert "refused" in str(heard.error)
    assert len(heard.retries) == 2


@EVERY
async def test_a_name_that_nobody_has(speech: Speech) -> None:
    heard = await listen(speech.model("http://no-such-host.invalid"))
    check_error(heard, "http://no-such-host.invalid")
    assert heard.kind == "unreachable"


@EVERY
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_key_does_not_follow_a_redirect_to_another_host(speech: Speech, status: int) -> None:
    async with FakeServer(Scripted([speech.ended("stolen")])) as thief:
        moved = Scripted([], status=status, headers={"location": f"{thief.url}/v1/messages"})
        async with FakeServer(moved) as server:
            heard = await listen(speech.model(server.url))
        assert thief.asked == []
        assert heard.kind == "protocol"
        assert thief.url.split("//")[1] in str(heard.error)


@EVERY
async def test_tokens_of_a_reply_that_was_not_streamed_are_counted_all_the_same(speech: Speech) -> None:
    fault = next(fault for fault in FAULTS if fault.id == "not-streamed")
    async with serving(fault, speech) as server:
        heard = await listen(speech.model(server.url))
    assert heard.text() == REPLY
    assert (heard.end.usage.input_tokens, heard.end.usage.output_tokens) == (7, 3)
    assert not heard.end.usage.estimated


@EVERY
async def test_closing_a_stream_that_stalls_is_at_once(speech: Speech) -> None:
    async with FakeServer(Scripted([speech.begun("half ")], ending="stall")) as server:
        model = speech.model(server.url, timeout_s=60)
        stream = model.stream([_ask()], _sampling())
        await anext(stream)
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.05)
        waiting.cancel()
        async with asyncio.timeout(5):
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await server.left.wait()
        await model.aclose()


def _ask() -> Message:
    return Message("user", "Two and two?")


def _sampling() -> Sampling:
    return Sampling(max_tokens=50)

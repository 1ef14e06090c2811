"""What every ChatModel promises, over every ChatModel: fakes of three protocols, a real server, real weights, the demo.

What they say cannot be chosen for all of them: a fake server says what a test wants, weights say what they say.
So the promises about a particular answer (a megabyte, split characters) are tested where it can be had, which is
in every protocol.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codesteer_tui.errors import ModelError
from codesteer_tui.providers import ChatModel, Completed, Delta, Sampling, TextDelta
from codesteer_tui.providers.demo import DemoModel
from codesteer_tui.providers.llama.model import LlamaCppModel
from codesteer_tui.values import Message
from tests.fake_servers import FakeServer, Scripted, anthropic_body, openai_body, responses_body, sliced
from tests.providers.listening import Body, Make, chat, messages, responses

CONVERSATION = [Message("system", "You answer."), Message("user", "Count the r in strawberry, naïvely 🍓.")]
WORDS = [f"wörd🍓{n} " for n in range(40)]
BRIEF = Sampling(max_tokens=20)


@dataclass(frozen=True)
class Subject:
    """A provider under test. `open` opens its model, connected to whatever answers.

    `stop` is a text that its answer to `CONVERSATION` begins with, or empty where stop texts are the server's
    matter. `at_once` is how many streams are tried at once.
    """

    open: Callable[[], AbstractAsyncContextManager[ChatModel]]
    stop: str = ""
    at_once: int = 100


@asynccontextmanager
async def closing(model: ChatModel) -> AsyncIterator[ChatModel]:
    try:
        yield model
    finally:
        await model.aclose()


def faked(make: Make, reply: Scripted) -> Subject:
    """A model of a protocol, and a server that always says the same."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[ChatModel]:
        async with FakeServer(reply) as server, closing(make(server.url)) as model:
            yield model

    return Subject(opened)


SPOKEN: dict[str, tuple[Make, Body, dict[str, dict[str, Any]]]] = {
    "chat": (chat, openai_body, {"length": {"finish": "length"}, "refused": {"finish": "content_filter"}}),
    "responses": (
        responses,
        responses_body,
        {"length": {"status": "incomplete"}, "refused": {"status": "incomplete", "reason": "content_filter"}},
    ),
    "messages": (
        messages,
        anthropic_body,
        {"length": {"stop_reason": "max_tokens"}, "refused": {"stop_reason": "refusal"}},
    ),
}
PROTOCOLS = pytest.mark.parametrize("protocol", SPOKEN)


REAL = [
    pytest.param("llama_cpp_server", marks=pytest.mark.gguf),
    pytest.param("llama_cpp", marks=pytest.mark.gguf),
]
"""What computes its answers. Empty and cut answers of fake servers are what a test makes them say, and tested below."""


@pytest.fixture(params=[*SPOKEN, "demo", *REAL])
def subject(request: pytest.FixtureRequest) -> Subject:
    """The provider under test."""
    if request.param in SPOKEN:
        make, body, _ = SPOKEN[request.param]
        return faked(make, Scripted(sliced(body(*WORDS), 397), pause_s=0.002))
    if request.param == "demo":
        return Subject(lambda: closing(DemoModel()), stop="Going")
    if request.param == "llama_cpp_server":
        # One set of weights answers one after the other; more than a few at once only wait longer.
        url = request.getfixturevalue("llama_server").removesuffix("/v1")
        return Subject(lambda: closing(chat(url)), stop="Let", at_once=4)
    # The same, and every call is computed by this machine, one token after the other.
    path = request.getfixturevalue("spoken_gguf")
    return Subject(lambda: closing(LlamaCppModel(path=path, n_ctx=2048)), stop="Let", at_once=6)


async def collect(model: ChatModel, options: Sampling = BRIEF) -> list[Delta]:
    async with aclosing(model.stream(CONVERSATION, options)) as deltas:
        return [delta async for delta in deltas]


def text_of(items: list[Delta]) -> str:
    return "".join(item.text for item in items if isinstance(item, TextDelta))


def end_of(items: list[Delta]) -> Completed:
    assert [isinstance(item, Completed) for item in items].index(True) == len(items) - 1
    assert isinstance(items[-1], Completed)
    return items[-1]


async def test_it_streams_text_and_ends_with_exactly_one_completed(subject: Subject) -> None:
    async with subject.open() as model:
        items = await collect(model, Sampling(max_tokens=40))
    assert sum(isinstance(item, TextDelta) for item in items) > 3
    assert end_of(items).finish in ("stop", "length")


async def test_it_counts_tokens(subject: Subject) -> None:
    async with subject.open() as model:
        usage = end_of(await collect(model)).usage
    assert usage.input_tokens > 0
    assert usage.output_tokens > 0
    assert usage.cached_tokens + usage.cache_written_tokens <= usage.input_tokens
    assert usage.reasoning_tokens <= usage.output_tokens


async def test_every_piece_of_text_is_whole_unicode(subject: Subject) -> None:
    async with subject.open() as model:
        items = await collect(model, Sampling(max_tokens=200))
    assert all(item.text for item in items if isinstance(item, TextDelta))
    text_of(items).encode()


async def test_the_same_question_at_temperature_0_gets_the_same_answer(subject: Subject) -> None:
    async with subject.open() as model:
        first, second = [text_of(await collect(model)) for _ in range(2)]
    assert first == second != ""


async def test_closing_the_stream_early_stops_the_work_and_the_next_call_works(subject: Subject) -> None:
    async with subject.open() as model:
        async with aclosing(model.stream(CONVERSATION, Sampling(max_tokens=1500))) as deltas:
            async for delta in deltas:
                if isinstance(delta, TextDelta):
                    break
        async with asyncio.timeout(10):
            assert text_of(await collect(model))


async def test_cancelling_the_task_stops_the_work_and_the_next_call_works(subject: Subject) -> None:
    async with subject.open() as model:
        begun = asyncio.Event()

        async def talk() -> None:
            async for _ in model.stream(CONVERSATION, Sampling(max_tokens=1500)):
                begun.set()
                await asyncio.sleep(0.01)

        task = asyncio.create_task(talk())
        async with asyncio.timeout(30):
            await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(10):
            assert text_of(await collect(model))


@pytest.mark.parametrize("subject", [*SPOKEN, *REAL], indirect=True)  # the demo says what is missing
@pytest.mark.parametrize("asked", [[], [Message("system", "You steer.")], [Message("user", " ")]])
async def test_an_empty_conversation_is_a_typed_error(subject: Subject, asked: list[Message]) -> None:
    async with subject.open() as model:
        with pytest.raises(ModelError) as caught:
            _ = [item async for item in model.stream(asked, Sampling())]
    assert caught.value.kind == "bad_request"
    assert caught.value.remedy


async def test_half_a_character_in_a_question_does_not_keep_it_from_being_asked(subject: Subject) -> None:
    async with subject.open() as model:
        question = [Message("user", "What is \udce4?")]
        items = [item async for item in model.stream(question, Sampling(max_tokens=5))]
    end_of(items)


async def test_it_says_who_it_is_and_may_be_closed_twice(subject: Subject) -> None:
    async with subject.open() as model:
        assert model.info.provider
        assert model.info.model
        local = model.info.kind in ("demo", "llama_cpp")
        assert local or model.info.kind in ("openai", "anthropic")
        assert (model.info.host == "") == local
        await model.aclose()


async def test_many_streams_at_once_all_arrive_whole(subject: Subject) -> None:
    async with subject.open() as model, asyncio.timeout(120):
        alone = text_of(await collect(model))
        together = await asyncio.gather(*(collect(model) for _ in range(subject.at_once)))
    assert [text_of(items) for items in together] == [alone] * subject.at_once
    assert all(end_of(items).usage.output_tokens > 0 for items in together)


@pytest.mark.parametrize("subject", ["demo", *REAL], indirect=True)
async def test_an_answer_may_be_empty(subject: Subject) -> None:
    async with subject.open() as model:
        items = await collect(model, Sampling(max_tokens=20, stop=(subject.stop,)))
    assert text_of(items) == ""
    assert end_of(items).finish == "stop"


@pytest.mark.parametrize("subject", ["demo", *REAL], indirect=True)
async def test_an_answer_that_reached_the_limit_says_so(subject: Subject) -> None:
    async with subject.open() as model:
        cut, whole = [await collect(model, Sampling(max_tokens=most)) for most in (3, 1000)]
    assert (end_of(cut).finish, end_of(whole).finish) == ("length", "stop")
    assert text_of(whole).startswith(text_of(cut))


@PROTOCOLS
async def test_an_empty_answer_of_a_server_is_complete(protocol: str) -> None:
    make, body, _ = SPOKEN[protocol]
    async with faked(make, Scripted([body()])).open() as model:
        items = await collect(model)
    assert [item for item in items if isinstance(item, TextDelta)] == []
    assert end_of(items).finish == "stop"


@PROTOCOLS
@pytest.mark.parametrize("finish", ["length", "refused"])
async def test_a_server_says_why_it_stopped(protocol: str, finish: str) -> None:
    make, body, endings = SPOKEN[protocol]
    async with faked(make, Scripted([body("half", **endings[finish])])).open() as model:
        items = await collect(model)
    assert text_of(items) == "half"
    assert end_of(items).finish == finish


@PROTOCOLS
@pytest.mark.parametrize("size", [1, 2, 3])
async def test_characters_split_over_chunks_arrive_whole_and_in_order(protocol: str, size: int) -> None:
    make, body, _ = SPOKEN[protocol]
    said = body("naïve ", "東京 ", "🍓👩‍👩‍👧", " é", reasoning=["ich ", "überlege 🤔"])
    async with faked(make, Scripted(sliced(said, size))).open() as model:
        items = await collect(model)
    pieces = [(item.channel, item.text) for item in items if isinstance(item, TextDelta)]
    thoughts = [("reasoning", "ich "), ("reasoning", "überlege 🤔")]
    assert pieces == thoughts + [("answer", text) for text in ("naïve ", "東京 ", "🍓👩‍👩‍👧", " é")]


@PROTOCOLS
async def test_a_megabyte_arrives_whole(protocol: str) -> None:
    make, body, _ = SPOKEN[protocol]
    texts = [f"{n:06d}é🍓\n" * 100 for n in range(1000)]
    async with faked(make, Scripted(sliced(body(*texts), 60_000))).open() as model:
        items = await collect(model)
    assert text_of(items) == "".join(texts)
    assert len(text_of(items).encode()) > 1 << 20
    end_of(items)


@PROTOCOLS
async def test_a_hundred_streams_run_side_by_side(protocol: str) -> None:
    make, body, _ = SPOKEN[protocol]
    said = body(*WORDS)
    reply = Scripted(sliced(said, len(said) // 2), pause_s=1)
    async with FakeServer(reply) as server, closing(make(server.url)) as model, asyncio.timeout(120):
        together = await asyncio.gather(*(collect(model) for _ in range(100)))
        assert server.most_at_once > 50
    assert {text_of(items) for items in together} == {"".join(WORDS)}


@PROTOCOLS
@pytest.mark.parametrize("when", ["before the text", "in the middle"])
async def test_the_server_sees_within_a_second_that_nobody_listens_any_more(protocol: str, when: str) -> None:
    make, body, _ = SPOKEN[protocol]
    said = body(*WORDS)
    chunks = [said[: len(said) // 2]] if when == "in the middle" else []
    async with FakeServer(Scripted(chunks, ending="stall")) as server, closing(make(server.url)) as model:
        task = asyncio.create_task(collect(model))
        async with asyncio.timeout(10):
            await server.called.wait()
        await asyncio.sleep(0.05)
        task.cancel()
        async with asyncio.timeout(1):
            await server.left.wait()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_importing_the_providers_imports_no_sdk() -> None:
    code = (
        "import sys; from codesteer_tui.providers import opening;"
        "from codesteer_tui.providers.remote import openai, openai_responses, anthropic;"
        "from codesteer_tui.providers.llama import model;"
        "print([n for n in ('openai', 'anthropic', 'llama_cpp', 'httpx2', 'numpy') if n in sys.modules])"
    )
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

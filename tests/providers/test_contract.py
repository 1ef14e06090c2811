"""What every ChatModel promises, over every ChatModel that talks to something real or to a server of ours."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path

import pytest

from codesteer_tui.errors import ModelError
from codesteer_tui.providers import ChatModel, Completed, Sampling, TextDelta
from codesteer_tui.providers.anthropic import AnthropicModel
from codesteer_tui.providers.llama_cpp import LlamaCppModel
from codesteer_tui.providers.openai import OpenAIModel
from codesteer_tui.values import Message
from tests.fake_servers import FakeServer, Scripted, anthropic_body, openai_body, sliced

Opener = Callable[[], AbstractAsyncContextManager[ChatModel]]

CONVERSATION = [Message("system", "You steer."), Message("user", "Count the r in strawberry, naïvely 🍓.")]
WORDS = [f"wörd🍓{n} " for n in range(40)]


@pytest.fixture(
    params=[
        "openai_fake",
        "anthropic_fake",
        pytest.param("openai_llama_server", marks=pytest.mark.gguf),
        pytest.param("llama_cpp", marks=pytest.mark.gguf),
    ]
)
def opened(request: pytest.FixtureRequest) -> Opener:
    """How to open the model under test."""

    @asynccontextmanager
    async def openai_fake() -> AsyncIterator[ChatModel]:
        async with FakeServer(Scripted(sliced(openai_body(*WORDS), 97), pause_s=0.002)) as server:
            yield OpenAIModel(model="m", base_url=server.url + "/v1")

    @asynccontextmanager
    async def anthropic_fake() -> AsyncIterator[ChatModel]:
        async with FakeServer(Scripted(sliced(anthropic_body(*WORDS), 97), pause_s=0.002)) as server:
            yield AnthropicModel(model="m", base_url=server.url)

    @asynccontextmanager
    async def openai_llama_server() -> AsyncIterator[ChatModel]:
        yield OpenAIModel(model="tiny", base_url=request.getfixturevalue("llama_server"))

    @asynccontextmanager
    async def llama_cpp() -> AsyncIterator[ChatModel]:
        yield LlamaCppModel(path=request.getfixturevalue("random_gguf"), n_ctx=2048)

    openers = {f.__name__: f for f in (openai_fake, anthropic_fake, openai_llama_server, llama_cpp)}
    chosen = openers[request.param]

    @asynccontextmanager
    async def open_and_close() -> AsyncIterator[ChatModel]:
        async with chosen() as model:
            try:
                yield model
            finally:
                await model.aclose()

    return open_and_close


async def test_it_streams_text_and_ends_with_exactly_one_completed(opened: Opener) -> None:
    async with opened() as model:
        items = [item async for item in model.stream(CONVERSATION, Sampling(max_tokens=40))]
    assert sum(isinstance(item, TextDelta) for item in items) > 3
    assert [isinstance(item, Completed) for item in items].index(True) == len(items) - 1
    assert items[-1].finish in ("stop", "length")


async def test_it_counts_tokens(opened: Opener) -> None:
    async with opened() as model:
        items = [item async for item in model.stream(CONVERSATION, Sampling(max_tokens=20))]
    assert items[-1].usage.input_tokens > 0
    assert items[-1].usage.output_tokens > 0


async def test_every_piece_of_text_is_whole_unicode(opened: Opener) -> None:
    async with opened() as model:
        items = [item async for item in model.stream(CONVERSATION, Sampling(max_tokens=200))]
    texts = [item.text for item in items if isinstance(item, TextDelta)]
    assert all(texts)
    "".join(texts).encode()


async def test_the_same_question_at_temperature_0_gets_the_same_answer(opened: Opener) -> None:
    async with opened() as model:
        replies = [await _text(model) for _ in range(2)]
    assert replies[0] == replies[1] != ""


async def test_closing_the_stream_early_stops_the_work_and_the_next_call_works(opened: Opener) -> None:
    async with opened() as model:
        async with aclosing(model.stream(CONVERSATION, Sampling(max_tokens=1500))) as deltas:
            async for delta in deltas:
                if isinstance(delta, TextDelta):
                    break
        async with asyncio.timeout(10):
            assert await _text(model)


async def test_cancelling_the_task_stops_the_work_and_the_next_call_works(opened: Opener) -> None:
    async with opened() as model:
        task = asyncio.create_task(_text(model, max_tokens=1500))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(10):
            assert await _text(model)


@pytest.mark.parametrize("messages", [[], [Message("system", "You steer.")], [Message("user", " ")]])
async def test_an_empty_conversation_is_a_typed_error(opened: Opener, messages: list[Message]) -> None:
    async with opened() as model:
        with pytest.raises(ModelError) as caught:
            _ = [item async for item in model.stream(messages, Sampling())]
    assert caught.value.kind == "bad_request"
    assert caught.value.remedy


async def test_half_a_character_in_a_question_does_not_keep_it_from_being_asked(opened: Opener) -> None:
    async with opened() as model:
        question = [Message("user", "What is \udce4?")]
        items = [item async for item in model.stream(question, Sampling(max_tokens=5))]
    assert isinstance(items[-1], Completed)


async def test_it_says_who_it_is_and_may_be_closed_twice(opened: Opener) -> None:
    async with opened() as model:
        assert model.info.provider
        assert model.info.kind in ("openai", "anthropic", "llama_cpp")
        assert (model.info.host == "") == (model.info.kind == "llama_cpp")
        await model.aclose()


async def _text(model: ChatModel, max_tokens: int = 20) -> str:
    items = [item async for item in model.stream(CONVERSATION, Sampling(max_tokens=max_tokens))]
    return "".join(item.text for item in items if isinstance(item, TextDelta))


def test_importing_the_providers_imports_no_sdk() -> None:
    code = (
        "import sys; from codesteer_tui.providers import openai, anthropic, llama_cpp;"
        "print([n for n in ('openai', 'anthropic', 'llama_cpp', 'httpx2', 'numpy') if n in sys.modules])"
    )
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

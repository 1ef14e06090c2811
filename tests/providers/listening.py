"""Asking a model and keeping everything that came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Any

from codesteer_tui.errors import ModelError
from codesteer_tui.providers import ChatModel, Completed, Delta, Retrying, Sampling, TextDelta
from codesteer_tui.providers.remote.anthropic import AnthropicModel
from codesteer_tui.providers.remote.openai import OpenAIModel
from codesteer_tui.providers.remote.openai_responses import OpenAIResponsesModel
from codesteer_tui.values import Message
from tests.fake_servers import FakeServer, Scripted

KEY = "sk-test-0123456789"
ASK = [
    Message("system", "Be brief."),
    Message("user", "Two and two?"),
    Message("assistant", "4"),
    Message("user", "Sure?"),
]

Make = Callable[..., ChatModel]
Body = Callable[..., bytes]


def chat(url: str, **options: Any) -> OpenAIModel:
    """A model behind Chat Completions at `url`, with a key."""
    return OpenAIModel(name="mine", model="gpt-x", base_url=url + "/v1", **{"api_key": KEY} | options)


def responses(url: str, **options: Any) -> OpenAIResponsesModel:
    """A model behind the Responses protocol at `url`, with a key."""
    options = {"api_key": KEY} | options
    return OpenAIResponsesModel(name="mine", model="gpt-x", base_url=url + "/v1", **options)


def messages(url: str, **options: Any) -> AnthropicModel:
    """A model behind the Messages protocol at `url`, with a key."""
    return AnthropicModel(name="mine", model="claude-x", base_url=url, **{"api_key": KEY} | options)


class Heard:
    """Everything a stream gave, and the error that ended it."""

    def __init__(self) -> None:
        self.items: list[Delta] = []
        self.error: ModelError | None = None

    def text(self, channel: str = "answer") -> str:
        """What was said in a channel."""
        return "".join(d.text for d in self.items if isinstance(d, TextDelta) and d.channel == channel)

    @property
    def retries(self) -> list[Retrying]:
        """The retries that were told."""
        return [d for d in self.items if isinstance(d, Retrying)]

    @property
    def end(self) -> Completed:
        """The last item, which must be a `Completed`."""
        assert isinstance(self.items[-1], Completed)
        return self.items[-1]

    @property
    def kind(self) -> str:
        """The kind of the error, which must name the provider, have a remedy and not show the key."""
        assert self.error is not None
        assert KEY not in str(self.error)
        assert self.error.remedy
        assert "mine" in self.error.message
        assert self.error.provider == "mine"
        return self.error.kind


async def listen(model: ChatModel, options: Sampling | None = None, *, ask: Sequence[Message] = ASK) -> Heard:
    """Ask a model, and close it."""
    heard = Heard()
    try:
        async with aclosing(model.stream(ask, options or Sampling(max_tokens=50))) as deltas:
            async for delta in deltas:
                heard.items.append(delta)
    except ModelError as error:
        heard.error = error
    finally:
        await model.aclose()
    return heard


async def hear(
    make: Make, *replies: Scripted, options: Sampling | None = None, **given: Any
) -> tuple[Heard, FakeServer]:
    """Ask the model that `make` makes for a server that gives these replies."""
    async with FakeServer(*replies) as server:
        return await listen(make(server.url, **given), options), server

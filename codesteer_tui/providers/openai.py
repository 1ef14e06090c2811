"""OpenAI and every server that speaks its Chat Completions protocol, streamed.

The SDK is imported in a thread when the first stream is opened, so that neither starting the program nor the
event loop waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from codesteer_tui.providers import Completed, Delta, Sampling, TextDelta
from codesteer_tui.providers.failures import (
    Failure,
    Place,
    explain,
    refused_parameter,
    unfinished,
    unusable_key,
)
from codesteer_tui.providers.streaming import estimated, persistent, sendable
from codesteer_tui.values import Finish, Message, RoleInfo, Usage

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk

OFFICIAL = "https://api.openai.com/v1"
CONNECT_S = 10.0

_FINISH: dict[str, Finish] = {"stop": "stop", "length": "length", "content_filter": "refused"}
_OTHER_NAME = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_OPTIONAL = ("stream_options", "max_completion_tokens", "max_tokens", "temperature", "seed", "stop")


class OpenAIModel:
    """A model behind the Chat Completions protocol.

    `name` is the provider as configured; an empty `base_url` means OpenAI itself; `api_key` None sends no
    key; `timeout_s` is the longest silence in seconds; `headers` go with every request.
    """

    def __init__(
        self,
        *,
        model: str,
        name: str = "openai",
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_s: float = 120.0,
        headers: Mapping[str, str] | None = None,
        label: str = "",
    ) -> None:
        self._place = Place(name, base_url or OFFICIAL, model, (api_key or "").strip())
        self._timeout_s = timeout_s
        self._headers = dict(headers or {})
        self._label = label or f"{name}:{model}"
        self._unwanted: set[str] = set()
        self._client: openai.AsyncOpenAI | None = None
        self._keyless: dict[str, Any] = {}

    @property
    def info(self) -> RoleInfo:
        """Who this is; `host` is where requests go."""
        place = self._place
        return RoleInfo(place.provider, "openai", place.model, self._label, host=place.host)

    async def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        """Answer the conversation, piece by piece.

        Raises:
            ModelError: typed by `kind`. A stream that ends without a finish reason is `broken_stream`.
        """
        messages = sendable(messages, self._place.provider)
        async with aclosing(persistent(lambda: self._once(messages, options), self._explain)) as deltas:
            async for delta in deltas:
                yield delta

    async def aclose(self) -> None:
        """Close the connections. May be called twice; a later call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _explain(self, error: Exception, began: bool) -> Failure | None:
        return explain(error, self._place, began=began)

    async def _once(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        stream = await self._open(messages, options)
        reply = _Reply()
        try:
            async for chunk in stream:
                for delta in reply.read(chunk):
                    yield delta
        except Exception as error:
            lost = self._explain(error, True)
            if not reply.finish or lost is None or lost.error.kind != "broken_stream":
                raise
        finally:
            await stream.close()
        if not reply.finish:
            kind = stream.response.headers.get("content-type", "")
            raise unfinished(self._place, events=reply.events, content_type=kind)
        yield Completed(reply.finish, reply.usage or estimated(messages, reply.chars))

    async def _open(
        self, messages: Sequence[Message], options: Sampling
    ) -> openai.AsyncStream[ChatCompletionChunk]:
        """Start the call; a parameter that the server does not take is left out or renamed, once each."""
        if (unusable := unusable_key(self._place)) is not None:
            raise unusable
        if self._client is None:
            self._client = await asyncio.to_thread(self._connect)
        create: Any = self._client.chat.completions.create
        while True:
            request = self._request(messages, options)
            try:
                stream: openai.AsyncStream[ChatCompletionChunk] = await create(**request, **self._keyless)
            except Exception as error:
                name = refused_parameter(error, [known for known in _OPTIONAL if known in request])
                if name is None or name in self._unwanted:
                    raise
                self._unwanted.add(name)
            else:
                return stream

    def _request(self, messages: Sequence[Message], options: Sampling) -> dict[str, Any]:
        official = self._place.base_url.rstrip("/") == OFFICIAL
        limit = "max_completion_tokens" if official else "max_tokens"
        if limit in self._unwanted:
            limit = _OTHER_NAME[limit]
        optional: dict[str, Any] = {
            "stream_options": {"include_usage": True},
            limit: options.max_tokens,
            "temperature": options.temperature,
            "seed": options.seed,
            "stop": list(options.stop) or None,
        }
        return {
            "model": self._place.model,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "stream": True,
            **{k: v for k, v in optional.items() if v is not None and k not in self._unwanted},
        }

    def _connect(self) -> openai.AsyncOpenAI:
        import openai

        client = openai.AsyncOpenAI(
            api_key=self._place.key or "none",
            base_url=self._place.base_url,
            timeout=openai.Timeout(self._timeout_s, connect=min(CONNECT_S, self._timeout_s)),
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
        )
        if self._place.host != Place("", OFFICIAL, "").host:
            # The SDK takes these from the environment; they belong to OpenAI and to no other host.
            client.organization = client.project = None
            client._custom_headers = self._headers
        else:
            client._custom_headers = {**client._custom_headers, **self._headers}
        _ = client.chat.completions  # imported by the SDK on first use; better here than in the event loop
        self._keyless = {} if self._place.key else {"extra_headers": {"Authorization": openai.Omit()}}
        return client


class _Reply:
    """What has been read of one reply. Tolerates events without choices, deltas or usage."""

    def __init__(self) -> None:
        self.events = 0
        self.chars = 0
        self.finish: Finish | None = None
        self.usage: Usage | None = None

    def read(self, chunk: ChatCompletionChunk) -> list[TextDelta]:
        """The text of one event, reasoning first."""
        choices = getattr(chunk, "choices", None)
        usage = getattr(chunk, "usage", None)
        if isinstance(choices, list) or usage is not None:
            self.events += 1
        if usage is not None and getattr(usage, "prompt_tokens", None) is not None:
            self.usage = Usage(usage.prompt_tokens, getattr(usage, "completion_tokens", None) or 0)
        texts: list[TextDelta] = []
        for choice in choices or []:
            delta = getattr(choice, "delta", None)
            thought = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
            refusal = getattr(delta, "refusal", None)
            said = getattr(delta, "content", None) or refusal
            if thought and isinstance(thought, str):
                texts.append(TextDelta(thought, "reasoning"))
            if said and isinstance(said, str):
                texts.append(TextDelta(said))
            reason = getattr(choice, "finish_reason", None)
            if refusal:
                self.finish = "refused"
            elif reason and self.finish != "refused":
                self.finish = _FINISH.get(reason, "stop")
        self.chars += sum(len(text.text) for text in texts)
        return texts

"""OpenAI and every server that speaks its Chat Completions protocol, streamed."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from codesteer_tui.providers import Sampling, TextDelta
from codesteer_tui.providers.remote.model import RemoteModel
from codesteer_tui.providers.remote.reading import Reading, field_of, finish_of, items, openai_usage
from codesteer_tui.values import Message

if TYPE_CHECKING:
    import openai

_LIMITS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_THOUGHTS = ("reasoning_content", "reasoning")


class OpenAIClientModel(RemoteModel):
    """What the two protocols of OpenAI have in common; see `RemoteModel` for the arguments."""

    kind = "openai"
    official = "https://api.openai.com/v1"

    def _connect(self) -> openai.AsyncOpenAI:
        client: openai.AsyncOpenAI = _client_class()(
            api_key=self._place.key or "none",
            base_url=self._place.base_url,
            timeout=self._network.timeouts(),
            max_retries=0,
            http_client=self._network.client(self._place.provider),
        )
        if self._is_official:
            client._custom_headers = {**client._custom_headers, **self._headers}
        else:
            # The SDK takes these from the environment; they belong to OpenAI and to no other host.
            client.organization = client.project = None
            client._custom_headers = self._headers
        return client

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        import openai

        return await self._client.post(
            path,
            body=body,
            options=self._whose_key(),
            cast_to=object,
            stream=True,
            stream_cls=openai.AsyncStream[object],
        )

    def _whose_key(self) -> Any:
        import openai

        # Without a word about it the SDK would send the key of an administrator that it finds in the environment.
        own = self._place.key or any(name.lower() == "authorization" for name in self._headers)
        return {"headers": {} if own else {"Authorization": openai.Omit()}, "security": {"bearer_auth": True}}

    def _said_done(self, stream: Any) -> bool:
        return bool(getattr(stream._decoder, "done", False))


class OpenAIModel(OpenAIClientModel):
    """A model behind the Chat Completions protocol; see `RemoteModel` for the arguments."""

    optional = (
        "stream_options",
        "max_completion_tokens",
        "max_tokens",
        "temperature",
        "top_p",
        "seed",
        "stop",
        "reasoning_effort",
        "reasoning",
    )

    def _request(self, messages: Sequence[Message], options: Sampling) -> dict[str, Any]:
        habits = self._habits
        optional: dict[str, Any] = {
            "stream_options": {"include_usage": True},
            "temperature": options.temperature,
            "top_p": options.top_p,
            "seed": options.seed,
            "stop": list(options.stop) or None,
        }
        limit = habits.limit or ("max_completion_tokens" if self._is_official else "max_tokens")
        if not _LIMITS.keys() & habits.body.keys():
            optional[_LIMITS[limit] if limit in self._unwanted else limit] = options.max_tokens
        if options.effort:
            whole = {"effort": options.effort}
            optional[habits.effort] = whole if habits.effort == "reasoning" else options.effort
        return {
            "model": self._place.model,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "stream": True,
            **self._wanted(optional),
        }

    async def _send(self, body: dict[str, Any]) -> Any:
        return await self._post("/chat/completions", body)

    def _reading(self) -> Reading:
        return _ChatReading(priced=self._habits.priced)


class _ChatReading(Reading):
    """Tolerates events without choices, deltas or usage, and reasoning under any of the names in use."""

    def __init__(self, *, priced: bool) -> None:
        super().__init__()
        self._priced = priced

    def read(self, event: Any) -> list[TextDelta]:
        """The text of one event, reasoning first."""
        choices, usage = field_of(event, "choices"), field_of(event, "usage")
        if isinstance(choices, list) or usage:
            self.events += 1
        self.usage = openai_usage(usage, priced=self._priced) or self.usage
        texts: list[TextDelta] = []
        for choice in items(choices):
            if not choice.get("index"):
                texts += self._choice(choice)
        return texts

    def _choice(self, choice: Mapping[str, Any]) -> list[TextDelta]:
        delta = choice.get("delta") or choice.get("message")
        texts = self.text(_thought(delta), "reasoning")
        content, refusal = field_of(delta, "content"), field_of(delta, "refusal")
        texts += self._parts(content) if isinstance(content, list) else self.text(content)
        texts += self.text(refusal)
        if refusal and isinstance(refusal, str):
            self.finish = "refused"
        elif choice.get("finish_reason") and self.finish != "refused":
            self.finish = finish_of(choice["finish_reason"])
        return texts

    def _parts(self, content: list[Any]) -> list[TextDelta]:
        """Content as Mistral's reasoning models send it: parts of kind "thinking" and "text"."""
        texts: list[TextDelta] = []
        for part in items(content):
            if part.get("type") == "thinking":
                inner = part.get("thinking")
                texts += self.text(_joined(inner) if isinstance(inner, list) else inner, "reasoning")
            else:
                texts += self.text(part.get("text"))
        return texts


def _thought(delta: object) -> object:
    """The reasoning in a delta. Servers that know several names for it send the same under each."""
    for name in _THOUGHTS:
        if thought := field_of(delta, name):
            return thought
    return "".join(
        part.get("text") or part.get("summary") or ""
        for part in items(field_of(delta, "reasoning_details"))
        if isinstance(part.get("text") or part.get("summary") or "", str)
    )


def _joined(parts: list[Any]) -> str:
    return "".join(part["text"] for part in items(parts) if isinstance(part.get("text"), str))


@functools.cache
def _client_class() -> Any:
    """The SDK's client, with a decoder that notes the mark at the end of a stream, which the SDK swallows."""
    import openai

    class Client(openai.AsyncOpenAI):
        def _make_sse_decoder(self) -> Any:
            return _Decoder(super()._make_sse_decoder())

    return Client


class _Decoder:
    """The SDK's decoder of events. `done` is true once `data: [DONE]` was seen; events without data are none."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self.done = False

    async def aiter_bytes(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[Any]:
        """The events in these bytes."""
        async for event in self._decoder.aiter_bytes(chunks):
            self.done = self.done or event.data.startswith("[DONE]")
            if event.data.strip():
                yield event

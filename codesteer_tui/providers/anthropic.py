"""Anthropic's Messages protocol, streamed.

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
    import anthropic
    from anthropic.types import RawMessageStreamEvent

OFFICIAL = "https://api.anthropic.com"
CONNECT_S = 10.0

_FINISH: dict[str, Finish] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refused",
}
_OPTIONAL = ("temperature", "stop_sequences")


class AnthropicModel:
    """A model behind the Messages protocol.

    `name` is the provider as configured; an empty `base_url` means Anthropic itself; `api_key` None sends no
    key; `timeout_s` is the longest silence in seconds; `headers` go with every request. System messages,
    wherever they stand in the conversation, are sent as its `system` text.
    """

    def __init__(
        self,
        *,
        model: str,
        name: str = "anthropic",
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
        self._client: anthropic.AsyncAnthropic | None = None

    @property
    def info(self) -> RoleInfo:
        """Who this is; `host` is where requests go."""
        place = self._place
        return RoleInfo(place.provider, "anthropic", place.model, self._label, host=place.host)

    async def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        """Answer the conversation, piece by piece.

        Raises:
            ModelError: typed by `kind`. A stream that ends without a stop reason is `broken_stream`.
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
            async for event in stream:
                text = reply.read(event)
                if text is not None:
                    yield text
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
    ) -> anthropic.AsyncStream[RawMessageStreamEvent]:
        """Start the call; a parameter that the server names as not its own is left out, once each."""
        if (unusable := unusable_key(self._place)) is not None:
            raise unusable
        if self._client is None:
            self._client = await asyncio.to_thread(self._connect)
        create: Any = self._client.messages.create
        while True:
            extra = {
                "temperature": options.temperature,
                "stop_sequences": [text for text in options.stop if text.strip()] or None,
            }
            sent = {k: v for k, v in extra.items() if v is not None and k not in self._unwanted}
            system = "\n\n".join(m.content for m in messages if m.role == "system")
            request: dict[str, Any] = {
                "model": self._place.model,
                "max_tokens": options.max_tokens,
                "messages": [{"role": m.role, "content": m.content} for m in messages if m.role != "system"],
                "stream": True,
                "extra_body": sent,
            }
            if system:
                request["system"] = system
            try:
                stream: anthropic.AsyncStream[RawMessageStreamEvent] = await create(**request)
            except Exception as error:
                name = refused_parameter(error, [known for known in _OPTIONAL if known in sent])
                if name is None:
                    raise
                self._unwanted.add(name)
            else:
                return stream

    def _connect(self) -> anthropic.AsyncAnthropic:
        import anthropic

        place, official = self._place, Place("", OFFICIAL, "")
        headers: dict[str, Any] = dict(self._headers)
        if not place.key:
            headers["Authorization"] = anthropic.Omit()
        elif place.host != official.host:
            # The SDK sends the key as a bearer token; many servers of this protocol know only x-api-key.
            headers = {"X-Api-Key": place.key, **headers}
        client = anthropic.AsyncAnthropic(
            api_key=place.key or "none",
            base_url=place.base_url,
            timeout=anthropic.Timeout(self._timeout_s, connect=min(CONNECT_S, self._timeout_s)),
            max_retries=0,
            http_client=anthropic.DefaultAsyncHttpxClient(follow_redirects=False),
        )
        # Headers from the SDK's environment variable belong to Anthropic and to no other host.
        ambient = client._custom_headers if place.host == official.host else {}
        client._custom_headers = {**ambient, **headers}
        _ = client.messages  # imported by the SDK on first use; better here than in the event loop
        return client


class _Reply:
    """What has been read of one reply. Events of unknown types are passed over."""

    def __init__(self) -> None:
        self.events = 0
        self.chars = 0
        self.finish: Finish | None = None
        self._input: int | None = None
        self._output: int | None = None

    @property
    def usage(self) -> Usage | None:
        """Tokens as the server counted them (cached input included), or None where it gave no count."""
        if self._input is None or self._output is None:
            return None
        return Usage(self._input, self._output)

    def read(self, event: RawMessageStreamEvent) -> TextDelta | None:
        """The text of one event, if it has any."""
        if event.type in ("message_start", "content_block_start", "content_block_delta", "message_delta"):
            self.events += 1
        if event.type == "message_start":
            self._count(getattr(event.message, "usage", None))
        elif event.type == "content_block_start":
            return self._text(event.content_block)
        elif event.type == "content_block_delta":
            return self._text(event.delta)
        elif event.type == "message_delta":
            self._count(getattr(event, "usage", None))
            reason = getattr(event.delta, "stop_reason", None)
            if reason:
                self.finish = _FINISH.get(reason, "stop")
        return None

    def _text(self, part: object) -> TextDelta | None:
        text, thought = getattr(part, "text", None), getattr(part, "thinking", None)
        delta = TextDelta(text) if text else TextDelta(thought, "reasoning") if thought else None
        self.chars += len(delta.text) if delta else 0
        return delta

    def _count(self, usage: object) -> None:
        parts = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        counted = [getattr(usage, part, None) for part in parts]
        if counted[0] is not None:
            self._input = sum(count or 0 for count in counted)
        output = getattr(usage, "output_tokens", None)
        self._output = output if output is not None else self._output

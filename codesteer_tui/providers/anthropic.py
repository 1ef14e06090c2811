"""Anthropic's Messages protocol, streamed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from codesteer_tui.providers import Sampling, TextDelta
from codesteer_tui.providers.remote import CONNECT_S, RemoteModel
from codesteer_tui.values import Finish, Message, Usage

if TYPE_CHECKING:
    import anthropic
    from anthropic.types import RawMessageStreamEvent

_FINISH: dict[str, Finish] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refused",
}


class AnthropicModel(RemoteModel):
    """A model behind the Messages protocol; see `RemoteModel` for the arguments.

    System messages, wherever they stand in the conversation, are sent as its `system` text.
    """

    kind = "anthropic"
    official = "https://api.anthropic.com"
    optional = ("temperature", "stop_sequences")

    def _request(self, messages: Sequence[Message], options: Sampling) -> dict[str, Any]:
        extra = {
            "temperature": options.temperature,
            "stop_sequences": [text for text in options.stop if text.strip()] or None,
        }
        request: dict[str, Any] = {
            "model": self._place.model,
            "max_tokens": options.max_tokens,
            "messages": [{"role": m.role, "content": m.content} for m in messages if m.role != "system"],
            "stream": True,
            # The SDK has no arguments for these any more; the protocol still takes them.
            "extra_body": {k: v for k, v in extra.items() if v is not None and k not in self._unwanted},
        }
        if system := "\n\n".join(m.content for m in messages if m.role == "system"):
            request["system"] = system
        return request

    async def _send(self, request: dict[str, Any]) -> Any:
        return await self._client.messages.create(**request)

    def _reply(self) -> _Reply:
        return _Reply()

    def _connect(self) -> anthropic.AsyncAnthropic:
        import anthropic

        headers: dict[str, Any] = dict(self._headers)
        if not self._place.key:
            headers["Authorization"] = anthropic.Omit()
        elif not self._is_official:
            # The SDK sends the key as a bearer token; many servers of this protocol know only x-api-key.
            headers = {"X-Api-Key": self._place.key, **headers}
        client = anthropic.AsyncAnthropic(
            api_key=self._place.key or "none",
            base_url=self._place.base_url,
            timeout=anthropic.Timeout(self._timeout_s, connect=min(CONNECT_S, self._timeout_s)),
            max_retries=0,
            http_client=anthropic.DefaultAsyncHttpxClient(follow_redirects=False),
        )
        # Headers from the SDK's environment variable belong to Anthropic and to no other host.
        ambient = client._custom_headers if self._is_official else {}
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

    def read(self, event: RawMessageStreamEvent) -> list[TextDelta]:
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
        return []

    def _text(self, part: object) -> list[TextDelta]:
        text, thought = getattr(part, "text", None), getattr(part, "thinking", None)
        delta = TextDelta(text) if text else TextDelta(thought, "reasoning") if thought else None
        self.chars += len(delta.text) if delta else 0
        return [delta] if delta else []

    def _count(self, usage: object) -> None:
        parts = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        counted = [getattr(usage, part, None) for part in parts]
        if counted[0] is not None:
            self._input = sum(count or 0 for count in counted)
        output = getattr(usage, "output_tokens", None)
        self._output = output if output is not None else self._output

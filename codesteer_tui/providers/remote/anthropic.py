"""Anthropic's Messages protocol, streamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from codesteer_tui.providers import Sampling, TextDelta
from codesteer_tui.providers.remote.model import RemoteModel
from codesteer_tui.providers.remote.reading import Reading, count, field_of, finish_of
from codesteer_tui.values import Message, Usage

if TYPE_CHECKING:
    import anthropic

LEAST_THINKING = 1024
"""Tokens. The protocol takes no smaller budget."""

_BUDGETS = {"minimal": 1024, "low": 1024, "medium": 4096, "high": 16384, "xhigh": 24576, "max": 31999}
"""Tokens of thinking that stand in for an effort where the model knows only budgets."""

_OURS = ("message_start", "content_block_start", "content_block_delta", "message_delta", "message_stop")


class AnthropicModel(RemoteModel):
    """A model behind the Messages protocol; see `RemoteModel` for the arguments.

    System messages, wherever they stand in the conversation, are sent as its `system` text. The conversation is
    marked to be cached, so that of a growing one only what is new is paid in full.
    """

    kind = "anthropic"
    official = "https://api.anthropic.com"
    optional = ("temperature", "top_p", "stop_sequences", "cache_control")

    def _request(self, messages: Sequence[Message], options: Sampling) -> dict[str, Any]:
        thinking = self._thinking(options.effort)
        budget = field_of(thinking, "budget_tokens") or 0
        thinks = thinking is not None and thinking["type"] != "disabled"
        efforts = {"": None, "none": None, "minimal": "low"}
        effort = efforts.get(options.effort, options.effort)
        system = "\n\n".join(m.content for m in messages if m.role == "system")
        optional: dict[str, Any] = {
            "temperature": None if thinks else options.temperature,
            "top_p": None if thinks else options.top_p,
            "stop_sequences": [text for text in options.stop if text.strip()] or None,
            "cache_control": {"type": "ephemeral"},
            "output_config": {"effort": effort} if effort else None,
        }
        return {
            "model": self._place.model,
            "max_tokens": options.max_tokens if options.max_tokens > budget else budget + options.max_tokens,
            "messages": [{"role": m.role, "content": m.content} for m in messages if m.role != "system"],
            "stream": True,
            **({"system": system} if system else {}),
            **({"thinking": thinking} if thinking else {}),
            **self._wanted(optional),
        }

    def _thinking(self, effort: str) -> dict[str, Any] | None:
        """How to think: in the first of the forms for that which the model did not refuse, or None."""
        tokens = self._habits.thinking_tokens
        if effort == "none" and not tokens:
            forms = ["disabled"]
        elif tokens:
            forms = ["enabled", "adaptive"]
        elif effort:
            forms = ["adaptive", "enabled"]
        else:
            return None
        form = next((form for form in forms if f"thinking.{form}" not in self._unwanted), None)
        if form is None or form == "disabled":
            return {"type": form} if form else None
        thinking: dict[str, Any] = {"type": form}
        if form == "enabled":
            thinking["budget_tokens"] = max(LEAST_THINKING, tokens or _BUDGETS.get(effort, LEAST_THINKING))
        if "thinking.display" not in self._unwanted:
            thinking["display"] = "summarized"
        return thinking

    def _words(self, body: Mapping[str, Any]) -> dict[str, str]:
        words = super()._words(body)
        if form := field_of(body, "thinking", "type"):
            words["thinking"] = f"thinking.{form}"
        if field_of(body, "thinking", "display"):
            words |= {"display": "thinking.display", "thinking.display": "thinking.display"}
            words |= {f"thinking.{form}.display": "thinking.display"}
        if "output_config" in body:
            words |= {"output_config": "output_config", "effort": "output_config"}
        return words

    async def _send(self, body: dict[str, Any]) -> Any:
        import anthropic

        return await self._client.post(
            "/v1/messages", body=body, cast_to=object, stream=True, stream_cls=anthropic.AsyncStream[object]
        )

    def _reading(self) -> Reading:
        return _MessageReading()

    def _connect(self) -> anthropic.AsyncAnthropic:
        import anthropic

        headers: dict[str, Any] = dict(self._headers)
        if not self._place.key:
            headers = {"Authorization": anthropic.Omit(), **headers}
        elif not self._is_official:
            # The SDK sends the key as a bearer token; many servers of this protocol know only x-api-key.
            headers = {"X-Api-Key": self._place.key, **headers}
        client = anthropic.AsyncAnthropic(
            api_key=self._place.key or "none",
            base_url=self._place.base_url,
            timeout=self._network.timeouts(),
            max_retries=0,
            open_telemetry=False,
            http_client=self._network.client(self._place.provider),
        )
        # Headers from the SDK's environment variable belong to Anthropic and to no other host.
        ambient = client._custom_headers if self._is_official else {}
        client._custom_headers = {**ambient, **headers}
        return client


class _MessageReading(Reading):
    """Events of unknown types, signatures and redacted thoughts are passed over."""

    def __init__(self) -> None:
        super().__init__()
        self._counted: dict[str, Any] = {}

    def read(self, event: Any) -> list[TextDelta]:
        """The text of one event, if it has any."""
        kind = field_of(event, "type")
        if kind in _OURS:
            self.events += 1
        if kind == "content_block_start":
            return self._part(field_of(event, "content_block"))
        if kind == "content_block_delta":
            return self._part(field_of(event, "delta"))
        if kind == "message_start":
            self._count(field_of(event, "message", "usage"), begun=True)
        elif kind == "message_delta":
            self._count(field_of(event, "usage"))
            if reason := field_of(event, "delta", "stop_reason"):
                self.finish = finish_of(reason)
        return []

    def _part(self, part: object) -> list[TextDelta]:
        return [
            *self.text(field_of(part, "thinking"), "reasoning"),
            *self.text(field_of(part, "text")),
        ]

    def _count(self, usage: object, *, begun: bool = False) -> None:
        """Numbers of a later event take the place of earlier ones; the output so far is not the output."""
        known = usage.items() if isinstance(usage, Mapping) else ()
        self._counted |= {k: v for k, v in known if v is not None and not (begun and k == "output_tokens")}
        fresh, said = count(self._counted, "input_tokens"), count(self._counted, "output_tokens")
        if fresh is None or said is None:
            return
        written = count(self._counted, "cache_creation_input_tokens") or 0
        cached = count(self._counted, "cache_read_input_tokens") or 0
        thought = count(self._counted, "output_tokens_details.thinking_tokens") or 0
        self.usage = Usage(
            fresh + written + cached,
            said,
            cached_tokens=cached,
            cache_written_tokens=written,
            reasoning_tokens=min(thought, said),
        )

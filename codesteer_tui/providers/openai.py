"""OpenAI and every server that speaks its Chat Completions protocol, streamed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from codesteer_tui.providers import Sampling, TextDelta
from codesteer_tui.providers.remote import CONNECT_S, RemoteModel
from codesteer_tui.values import Finish, Message, Usage

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk

_FINISH: dict[str, Finish] = {"stop": "stop", "length": "length", "content_filter": "refused"}
_OTHER_NAME = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


class OpenAIModel(RemoteModel):
    """A model behind the Chat Completions protocol; see `RemoteModel` for the arguments."""

    kind = "openai"
    official = "https://api.openai.com/v1"
    optional = ("stream_options", "max_completion_tokens", "max_tokens", "temperature", "seed", "stop")

    def _request(self, messages: Sequence[Message], options: Sampling) -> dict[str, Any]:
        limit = "max_completion_tokens" if self._is_official else "max_tokens"
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

    async def _send(self, request: dict[str, Any]) -> Any:
        return await self._client.chat.completions.create(**request, extra_headers=self._keyless_headers())

    def _keyless_headers(self) -> dict[str, Any]:
        import openai

        return {} if self._place.key else {"Authorization": openai.Omit()}

    def _reply(self) -> _Reply:
        return _Reply()

    def _connect(self) -> openai.AsyncOpenAI:
        import openai

        client = openai.AsyncOpenAI(
            api_key=self._place.key or "none",
            base_url=self._place.base_url,
            timeout=openai.Timeout(self._timeout_s, connect=min(CONNECT_S, self._timeout_s)),
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
        )
        if self._is_official:
            client._custom_headers = {**client._custom_headers, **self._headers}
        else:
            # The SDK takes these from the environment; they belong to OpenAI and to no other host.
            client.organization = client.project = None
            client._custom_headers = self._headers
        _ = client.chat.completions  # imported by the SDK on first use; better here than in the event loop
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

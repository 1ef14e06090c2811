"""OpenAI's Responses protocol, streamed. Nothing is stored at the provider: every call sends the conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from codesteer_tui.providers import Sampling, TextDelta
from codesteer_tui.providers.remote.openai import OpenAIClientModel
from codesteer_tui.providers.remote.reading import (
    Reading,
    SaidError,
    field_of,
    finish_of,
    items,
    openai_usage,
)
from codesteer_tui.values import Message

_CHANNELS = {
    "response.output_text.delta": "answer",
    "response.refusal.delta": "answer",
    "response.reasoning_text.delta": "reasoning",
    "response.reasoning_summary_text.delta": "reasoning",
}


class OpenAIResponsesModel(OpenAIClientModel):
    """A model behind the Responses protocol; see `RemoteModel` for the arguments.

    `Sampling.seed` and `Sampling.stop` have no place in this protocol and are not sent.
    """

    optional = ("store", "max_output_tokens", "temperature", "top_p", "reasoning")

    def _request(self, messages: Sequence[Message], options: Sampling) -> dict[str, Any]:
        reasoning: dict[str, Any] = {"effort": options.effort, "summary": "auto"}
        if "reasoning.summary" in self._unwanted or options.effort == "none":
            del reasoning["summary"]
        optional: dict[str, Any] = {
            "store": False,
            "max_output_tokens": options.max_tokens,
            "temperature": options.temperature,
            "top_p": options.top_p,
            "reasoning": reasoning if options.effort else None,
        }
        system = "\n\n".join(m.content for m in messages if m.role == "system")
        return {
            "model": self._place.model,
            "input": [{"role": m.role, "content": m.content} for m in messages if m.role != "system"],
            "stream": True,
            **({"instructions": system} if system else {}),
            **self._wanted(optional),
        }

    def _words(self, body: Mapping[str, Any]) -> dict[str, str]:
        words = super()._words(body)
        if field_of(body, "reasoning", "effort"):
            words["reasoning.effort"] = "reasoning"
        if field_of(body, "reasoning", "summary"):
            words |= {"reasoning.summary": "reasoning.summary", "reasoning summaries": "reasoning.summary"}
        return words

    async def _send(self, body: dict[str, Any]) -> Any:
        return await self._post("/responses", body)

    def _reading(self) -> Reading:
        return _ResponseReading(priced=self._habits.priced)


class _ResponseReading(Reading):
    """Needs no more of an event than its type and its text; compatible servers leave out the indices."""

    def __init__(self, *, priced: bool) -> None:
        super().__init__()
        self._priced = priced
        self._refused = False

    def read(self, event: Any) -> list[TextDelta]:
        """The text of one event, if it has any."""
        kind = field_of(event, "type")
        if not isinstance(kind, str):
            return []
        if kind == "error":
            raise SaidError({k: v for k, v in event.items() if k in ("code", "message", "param")})
        self.events += kind.startswith("response.")
        if kind in _CHANNELS:
            self._refused = self._refused or kind == "response.refusal.delta"
            return self.text(event.get("delta"), "reasoning" if _CHANNELS[kind] == "reasoning" else "answer")
        if kind == "response.reasoning_summary_part.added" and self.chars:
            return self.text("\n\n", "reasoning")
        if kind in ("response.completed", "response.incomplete", "response.failed", "response.cancelled"):
            return self._end(kind.removeprefix("response."), field_of(event, "response"))
        return []

    def _end(self, status: str, response: object) -> list[TextDelta]:
        status = field_of(response, "status") or status
        if status in ("failed", "cancelled"):
            raise SaidError(field_of(response, "error") or {"message": f"the response was {status}"})
        self.usage = openai_usage(field_of(response, "usage"), priced=self._priced)
        texts = [] if self.chars else self._whole(response)
        if status == "incomplete":
            why = finish_of(field_of(response, "incomplete_details", "reason"))
            self.finish = "length" if why == "stop" else why
        else:
            self.finish = "refused" if self._refused else "stop"
        return texts

    def _whole(self, response: object) -> list[TextDelta]:
        """The answer out of the last event, for servers that stream none of it."""
        texts: list[TextDelta] = []
        for item in items(field_of(response, "output")):
            for part in items(item.get("content")):
                self._refused = self._refused or part.get("type") == "refusal"
                channel = part.get("type") == "reasoning_text"
                texts += self.text(
                    part.get("text") or part.get("refusal"), "reasoning" if channel else "answer"
                )
        return texts

"""The protocols as the fault server speaks them: how a reply begins, goes on, ends and fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from codesteer_tui.providers import ChatModel
from codesteer_tui.providers.remote.anthropic import AnthropicModel
from codesteer_tui.providers.remote.openai import OpenAIModel
from codesteer_tui.providers.remote.openai_responses import OpenAIResponsesModel
from tests.fake_servers import anthropic_body, openai_body

KEY = "sk-test-0123456789abcdef"
MODEL = "large-model"


@dataclass(frozen=True)
class Speech:
    """One protocol: a model that speaks it, and what a server says.

    `begun` is a stream that said these texts and did not end; `ended` is one that did. `odd` is an event
    of no known type and a known one with fields that nobody knows; `failing` an event that says the server
    is overloaded; `whole` the reply as one JSON object; `goodbye` the mark at the very end of a stream.
    """

    name: str
    model: Callable[..., ChatModel]
    begun: Callable[..., bytes]
    ended: Callable[..., bytes]
    odd: bytes
    failing: bytes
    whole: Callable[[str], dict[str, Any]]
    goodbye: bytes


def _openai(url: str, **options: Any) -> ChatModel:
    options = {"api_key": KEY} | options
    return OpenAIModel(name="mine", model=MODEL, base_url=url + "/v1", **options)


def _responses(url: str, **options: Any) -> ChatModel:
    options = {"api_key": KEY} | options
    return OpenAIResponsesModel(name="mine", model=MODEL, base_url=url + "/v1", **options)


def _anthropic(url: str, **options: Any) -> ChatModel:
    options = {"api_key": KEY} | options
    return AnthropicModel(name="mine", model=MODEL, base_url=url, **options)


def _openai_whole(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return {"id": "x", "object": "chat.completion", "model": MODEL, "choices": [choice], "usage": usage}


def _anthropic_whole(text: str) -> dict[str, Any]:
    return {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 7, "output_tokens": 3},
    }


def _responses_whole(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    output = [{"type": "message", "role": "assistant", "status": "completed", "content": [part]}]
    usage = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
    status = {"status": "completed", "error": None, "incomplete_details": None}
    return {"id": "r", "object": "response", "model": MODEL, "output": output, "usage": usage, **status}


def _responses_begun(*texts: str) -> bytes:
    created: dict[str, Any] = {
        "id": "r",
        "object": "response",
        "status": "in_progress",
        "output": [],
        "error": None,
    }
    body = _named("response.created", response=created)
    where = {"item_id": "i", "output_index": 0, "content_index": 0}
    return body + b"".join(_named("response.output_text.delta", delta=text, **where) for text in texts)


def _responses_ended(*texts: str) -> bytes:
    whole = _responses_whole("".join(texts))
    return _responses_begun(*texts) + _named("response.completed", response=whole)


def _named(kind: str, **fields: Any) -> bytes:
    return event(kind, {"type": kind, **fields})


def event(kind: str, value: object) -> bytes:
    """One event of a stream, with its name where there is one."""
    name = f"event: {kind}\n" if kind else ""
    return f"{name}data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


_UNKNOWN_CHOICE = {"index": 0, "delta": {"mood": "good", "audio": None}, "logits": [1], "finish_reason": None}

OPENAI = Speech(
    name="openai",
    model=_openai,
    begun=lambda *texts: openai_body(*texts, finish=None, usage=None, done=False),
    ended=openai_body,
    odd=event("", {"object": "chat.completion.chunk", "choices": [_UNKNOWN_CHOICE], "weather": {"sun": True}})
    + event("", {"object": "nobody.knows", "hints": [1, None, "x"]}),
    failing=event("", {"error": {"message": "The server is overloaded", "type": "server_error"}}),
    whole=_openai_whole,
    goodbye=b"data: [DONE]\n\n",
)

ANTHROPIC = Speech(
    name="anthropic",
    model=_anthropic,
    begun=lambda *texts: anthropic_body(*texts, stop_reason=None),
    ended=anthropic_body,
    odd=event("message_mood", {"type": "message_mood", "mood": "good"})
    + event(
        "content_block_delta",
        {"type": "content_block_delta", "index": 0, "delta": {"type": "smile_delta", "smile": 1}, "x": {}},
    ),
    failing=event("error", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    whole=_anthropic_whole,
    goodbye=event("message_stop", {"type": "message_stop"}),
)

RESPONSES = Speech(
    name="responses",
    model=_responses,
    begun=_responses_begun,
    ended=_responses_ended,
    odd=_named("response.mood", mood="good", sequence_number=None)
    + _named("response.output_item.added", item={"type": "telepathy"}, weather={"sun": True}),
    failing=_named("error", code="server_error", message="The server is overloaded", param=None),
    whole=_responses_whole,
    goodbye=b"",
)

SPEECHES: Sequence[Speech] = (OPENAI, RESPONSES, ANTHROPIC)

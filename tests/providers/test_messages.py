"""Anthropic's Messages protocol: thinking, caching, endings, and how tokens are counted."""

from __future__ import annotations

from typing import Any

import pytest

from codesteer_tui.providers import Sampling
from codesteer_tui.providers.remote.model import Habits
from codesteer_tui.values import Usage
from tests.fake_servers import Scripted, anthropic_body, failing, named_events
from tests.providers.listening import hear, messages

OK = Scripted([anthropic_body("ok")])
NO_ADAPTIVE = "adaptive thinking is not supported on this model"
NO_BUDGET = '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" instead.'
NO_EFFORT = "This model does not support the effort parameter."


def refusing(message: str) -> Scripted:
    error = {"type": "invalid_request_error", "message": message}
    return failing(400, {"type": "error", "error": error})


async def sent(*replies: Scripted, options: Sampling, thinking_tokens: int = 0) -> list[dict[str, Any]]:
    heard, server = await hear(
        messages, *replies, options=options, habits=Habits(thinking_tokens=thinking_tokens)
    )
    assert heard.text() == "ok"
    return [asked.body for asked in server.asked]


async def test_effort_is_adaptive_thinking_and_sends_no_sampling() -> None:
    (body,) = await sent(OK, options=Sampling(temperature=0.3, top_p=0.5, effort="high", max_tokens=9))
    assert body["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert body["output_config"] == {"effort": "high"}
    assert body["max_tokens"] == 9
    assert not {"temperature", "top_p"} & set(body)


async def test_effort_none_switches_thinking_off_and_leaves_the_sampling() -> None:
    (body,) = await sent(OK, options=Sampling(temperature=0.3, effort="none"))
    assert body["thinking"] == {"type": "disabled"}
    assert body["temperature"] == 0.3
    assert "output_config" not in body


async def test_minimal_is_the_least_effort_that_the_protocol_has() -> None:
    (body,) = await sent(OK, options=Sampling(effort="minimal"))
    assert body["output_config"] == {"effort": "low"}


@pytest.mark.parametrize(
    ("tokens", "most", "budget", "limit"),
    [(8000, 4096, 8000, 12096), (1, 4096, 1024, 4096), (2000, 2000, 2000, 4000), (2000, 2001, 2000, 2001)],
)
async def test_a_budget_is_at_least_1024_and_leaves_room_for_the_answer(
    tokens: int, most: int, budget: int, limit: int
) -> None:
    (body,) = await sent(OK, options=Sampling(max_tokens=most), thinking_tokens=tokens)
    assert body["thinking"] == {"type": "enabled", "budget_tokens": budget, "display": "summarized"}
    assert body["max_tokens"] == limit


async def test_a_model_that_knows_no_adaptive_thinking_gets_a_budget() -> None:
    options = Sampling(effort="medium", max_tokens=500)
    bodies = await sent(refusing(NO_ADAPTIVE), refusing(NO_EFFORT), OK, options=options)
    assert bodies[-1]["thinking"]["type"] == "enabled"
    assert bodies[-1]["thinking"]["budget_tokens"] == 4096
    assert bodies[-1]["max_tokens"] == 4596
    assert "output_config" not in bodies[-1]


async def test_a_model_that_knows_no_budgets_thinks_adaptively() -> None:
    bodies = await sent(refusing(NO_BUDGET), OK, options=Sampling(max_tokens=500), thinking_tokens=2000)
    assert bodies[-1]["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert bodies[-1]["max_tokens"] == 500


async def test_a_model_that_does_not_think_is_asked_without_it_and_with_the_temperature() -> None:
    neither = [
        refusing(NO_ADAPTIVE),
        refusing(NO_EFFORT),
        refusing("thinking: Extra inputs are not permitted"),
    ]
    bodies = await sent(*neither, OK, options=Sampling(temperature=0.3, effort="low"))
    assert not {"thinking", "output_config"} & set(bodies[-1])
    assert bodies[-1]["temperature"] == 0.3


@pytest.mark.parametrize("where", ["thinking.display", "thinking.adaptive.display"])
async def test_thoughts_that_cannot_be_summarised_are_not_asked_for_so(where: str) -> None:
    refusal = refusing(f"{where}: Extra inputs are not permitted")
    bodies = await sent(refusal, OK, options=Sampling(effort="low"))
    assert bodies[-1]["thinking"] == {"type": "adaptive"}


async def test_a_model_that_takes_one_of_temperature_and_top_p_is_left_one() -> None:
    refusal = refusing("`temperature` and `top_p` cannot both be specified for this model.")
    bodies = await sent(refusal, OK, options=Sampling(temperature=0.0, top_p=0.5))
    assert "temperature" not in bodies[-1]
    assert bodies[-1]["top_p"] == 0.5


async def test_a_temperature_that_is_deprecated_is_left_out() -> None:
    bodies = await sent(refusing("`temperature` is deprecated for this model."), OK, options=Sampling())
    assert "temperature" not in bodies[-1]


async def test_signatures_and_redacted_thoughts_are_passed_over() -> None:
    deltas = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "E+="}},
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "redacted_thinking", "data": "x"},
        },
        {"type": "content_block_start", "index": 2, "content_block": {"type": "text", "text": "So "}},
        {"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "4"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
    ]
    heard, _ = await hear(messages, Scripted([named_events(*deltas)]))
    assert (heard.text("reasoning"), heard.text()) == ("Hm.", "So 4")


@pytest.mark.parametrize(
    ("said", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("tool_use", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "length"),
        ("refusal", "refused"),
    ],
)
async def test_stop_reasons_are_told_apart(said: str, finish: str) -> None:
    heard, _ = await hear(messages, Scripted([anthropic_body("a", stop_reason=said)]))
    assert heard.end.finish == finish


def counting(start: dict[str, Any], end: dict[str, Any] | None) -> Scripted:
    events = [
        {"type": "message_start", "message": {"usage": start}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ok"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, **({"usage": end} if end else {})},
    ]
    return Scripted([named_events(*events)])


async def test_cached_tokens_are_parts_of_the_input_and_thoughts_of_the_output() -> None:
    start = {
        "input_tokens": 10,
        "cache_read_input_tokens": 500,
        "cache_creation_input_tokens": 40,
        "output_tokens": 1,
    }
    end = {"output_tokens": 30, "output_tokens_details": {"thinking_tokens": 20}}
    heard, _ = await hear(messages, counting(start, end))
    assert heard.end.usage == Usage(550, 30, cached_tokens=500, cache_written_tokens=40, reasoning_tokens=20)


async def test_later_numbers_take_the_place_of_earlier_ones() -> None:
    start = {"input_tokens": 0, "cache_read_input_tokens": 6, "output_tokens": 0}
    heard, _ = await hear(messages, counting(start, {"input_tokens": 12, "output_tokens": 4}))
    assert heard.end.usage == Usage(18, 4, cached_tokens=6)


@pytest.mark.parametrize("end", [None, {"output_tokens": None}, {"output_tokens": "many"}])
async def test_the_output_so_far_is_not_taken_for_the_output(end: dict[str, Any] | None) -> None:
    heard, _ = await hear(messages, counting({"input_tokens": 9, "output_tokens": 1}, end))
    assert heard.end.usage.estimated

"""Chat Completions as many servers speak it: reasoning under many names, usage in many shapes, odd endings."""

from __future__ import annotations

from typing import Any

import pytest

from codesteer_tui.providers.remote.model import Habits
from codesteer_tui.values import Usage
from tests.fake_servers import Scripted, events, openai_body, sliced
from tests.providers.listening import ASK, chat, hear

DONE = b"data: [DONE]\n\n"
COUNTED = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """One event with one choice."""
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


def using(**usage: Any) -> Scripted:
    """A reply that says "abcdefgh" and counts tokens like this."""
    return Scripted(
        [events(delta(content="abcdefgh"), delta("stop"), {"choices": [], "usage": usage}) + DONE]
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"reasoning_content": "Hm."},
        {"reasoning": "Hm."},
        {"reasoning": "Hm.", "reasoning_content": "Hm."},
        {"reasoning": "Hm.", "reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]},
        {
            "reasoning_details": [
                {"type": "reasoning.text", "text": "H"},
                {"type": "reasoning.text", "text": "m."},
            ]
        },
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "Hm."}]},
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}, {"text": 5}, {"text": "Hm."}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]},
        {"content": [{"type": "thinking", "thinking": "Hm."}]},
        {"content": "<think>Hm.</think>"},
    ],
)
async def test_reasoning_has_its_own_channel_under_every_name(fields: dict[str, Any]) -> None:
    body = events(delta(**fields), delta(content="4"), delta("stop")) + DONE
    heard, _ = await hear(chat, Scripted([body]))
    assert (heard.text("reasoning"), heard.text()) == ("Hm.", "4")


@pytest.mark.parametrize("size", [1, 5, 10_000])
async def test_thoughts_inside_the_answer_are_told_apart_over_many_pieces(size: int) -> None:
    pieces = sliced(b"<think>\nTwo and two.\n</think>\n\nIt is 4.", 3)
    body = openai_body(*(piece.decode() for piece in pieces))
    heard, _ = await hear(chat, Scripted(sliced(body, size)))
    assert (heard.text("reasoning"), heard.text()) == ("Two and two.\n", "It is 4.")


async def test_what_looked_like_the_beginning_of_thoughts_is_not_lost() -> None:
    for ending in (openai_body("<thin"), openai_body("<thin", finish=None, usage=None, done=False)):
        heard, _ = await hear(chat, Scripted([ending]))
        assert heard.text() == "<thin"


async def test_mistrals_parts_of_text_are_the_answer() -> None:
    parts = [{"type": "text", "text": "It is "}, {"type": "text", "text": "4"}, {"type": "reference"}, "odd"]
    heard, _ = await hear(chat, Scripted([events(delta(content=parts), delta("stop"))]))
    assert heard.text() == "It is 4"


@pytest.mark.parametrize(
    "odd",
    [
        {"choices": []},
        {"choices": None},
        {"choices": "none"},
        {"choices": [None, 5]},
        {"choices": [{"index": 0, "delta": None, "finish_reason": None}]},
        {"choices": [{"index": 0}]},
        {"choices": [{"delta": {"role": None, "content": None}}]},
        {"choices": [{"index": 1, "delta": {"content": "another choice"}, "finish_reason": "length"}]},
        {"choices": [{"delta": {"content": 5, "reasoning": {"text": "x"}, "refusal": None}}]},
        {"choices": [], "prompt_filter_results": [{"prompt_index": 0}]},
        {"id": None, "usage": None, "error": None},
        {"usage": 5},
        {"nobody": "knows"},
        5,
        None,
        [],
    ],
    ids=str,
)
async def test_odd_events_are_passed_over(odd: object) -> None:
    body = events(odd, delta(content="4"), odd, delta("stop"), odd) + DONE
    heard, _ = await hear(chat, Scripted([body]))
    assert (heard.text(), heard.end.finish) == ("4", "stop")


async def test_keep_alives_are_passed_over() -> None:
    between = b": PROCESSING\n\nevent: ping\ndata:\n\ndata: \n\nevent: ping\n\nretry: 10\n\n"
    body = between + events(delta(content="4")) + between + events(delta("stop")) + between + DONE + DONE
    for text in (body, body.replace(b"\n", b"\r\n"), body.replace(b"data: ", b"data:")):
        heard, _ = await hear(chat, Scripted(sliced(text, 3)))
        assert (heard.text(), heard.end.finish) == ("4", "stop")


async def test_a_mark_at_the_end_is_an_ending_and_so_is_a_finish_reason() -> None:
    said = events(delta(content="4"))
    for body in (said + DONE, said + events(delta("stop")), said + events(delta("stop")) + DONE + DONE):
        heard, _ = await hear(chat, Scripted([body]))
        assert (heard.text(), heard.end.finish) == ("4", "stop")


async def test_neither_of_them_is_a_broken_stream() -> None:
    heard, _ = await hear(chat, Scripted([events(delta(content="4"))]))
    assert heard.text() == "4"
    assert heard.kind == "broken_stream"


@pytest.mark.parametrize(
    ("said", "finish"),
    [
        ("stop", "stop"),
        ("eos", "stop"),
        ("tool_calls", "stop"),
        ("STOP", "stop"),
        ("length", "length"),
        ("model_length", "length"),
        ("MAX_TOKENS", "length"),
        ("content_filter", "refused"),
        ("SAFETY", "refused"),
    ],
)
async def test_finish_reasons_are_told_apart(said: str, finish: str) -> None:
    heard, _ = await hear(chat, Scripted([openai_body("a", finish=said)]))
    assert heard.end.finish == finish


@pytest.mark.parametrize("reason", ["error", "insufficient_system_resource", "abort", "network_error"])
async def test_a_finish_reason_that_means_a_failure_is_no_end(reason: str) -> None:
    heard, server = await hear(chat, Scripted([openai_body("half", finish=reason)]))
    assert heard.text() == "half"
    assert heard.kind == "overloaded"
    assert reason in str(heard.error)
    assert len(server.asked) == 1


@pytest.mark.usefixtures("fast_retries")
async def test_such_a_failure_before_any_text_is_tried_again() -> None:
    heard, server = await hear(chat, Scripted([openai_body(finish="error")]), Scripted([openai_body("ok")]))
    assert heard.text() == "ok"
    assert len(server.asked) == 2


async def test_a_refusal_is_text_and_an_ending() -> None:
    body = events(delta(refusal="I will "), delta(refusal="not."), delta("stop")) + DONE
    heard, _ = await hear(chat, Scripted([body]))
    assert (heard.text(), heard.end.finish) == ("I will not.", "refused")


async def test_an_error_event_is_typed() -> None:
    begun = openai_body("half", finish=None, usage=None, done=False)
    error = {"error": {"message": "Rate limit reached", "code": 429}, **delta("error")}
    heard, _ = await hear(chat, Scripted([begun + events(error)]))
    assert heard.text() == "half"
    assert heard.kind == "rate_limit"


async def test_half_characters_from_json_escapes_are_joined_or_replaced() -> None:
    halves = [b'"\\ud83c"', b'"\\udf53"', b'" x\\ud83c"', b'"y"']
    said = b"".join(b'data: {"choices": [{"delta": {"content": ' + half + b"}}]}\n\n" for half in halves)
    heard, _ = await hear(chat, Scripted([said + openai_body()]))
    assert heard.text() == "🍓 x\ufffdy"


@pytest.mark.parametrize(
    ("more", "usage"),
    [
        ({}, Usage(7, 3)),
        ({"prompt_tokens_details": {"cached_tokens": 5, "cache_write_tokens": 1}},
         Usage(7, 3, cached_tokens=5, cache_written_tokens=1)),
        ({"prompt_cache_hit_tokens": 6, "prompt_cache_miss_tokens": 1}, Usage(7, 3, cached_tokens=6)),
        ({"completion_tokens_details": {"reasoning_tokens": 2}}, Usage(7, 3, reasoning_tokens=2)),
        ({"completion_tokens_details": {"reasoning_tokens": 20}, "total_tokens": 30},
         Usage(7, 23, reasoning_tokens=20)),
        ({"total_tokens": 25}, Usage(7, 18, reasoning_tokens=15)),
        ({"total_tokens": 0, "prompt_tokens_details": None, "completion_tokens_details": []}, Usage(7, 3)),
        ({"prompt_tokens_details": {"cached_tokens": 900}}, Usage(7, 3, cached_tokens=7)),
        ({"cost": 0.5}, Usage(7, 3)),
    ],
)  # fmt: skip
async def test_usage_is_read_in_all_its_shapes(more: dict[str, Any], usage: Usage) -> None:
    heard, _ = await hear(chat, using(**COUNTED | more))
    assert heard.end.usage == usage


@pytest.mark.parametrize(
    ("more", "usd"),
    [
        ({"cost": 0.00125}, 0.00125),
        ({"cost": 0}, 0.0),
        ({"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.2}}, 0.21),
        ({"cost": 0.01, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.2}}, 0.01),
        ({"cost": None}, None),
        ({"cost": "free"}, None),
        ({"cost": {"total_cost": 1}}, None),
        ({}, None),
    ],
)
async def test_a_service_that_tells_prices_is_believed(more: dict[str, Any], usd: float | None) -> None:
    heard, _ = await hear(chat, using(**COUNTED, **more), habits=Habits(priced=True))
    assert heard.end.usage.usd == (pytest.approx(usd) if usd is not None else None)


@pytest.mark.parametrize(
    "usage",
    [
        {},
        {"prompt_tokens": None, "completion_tokens": None},
        {"prompt_tokens": "7", "completion_tokens": 3},
        {"prompt_tokens": 7},
        {"prompt_tokens": -1, "completion_tokens": 3},
        {"prompt_tokens": 0, "completion_tokens": 0},
    ],
)
async def test_what_is_no_count_is_estimated_and_marked(usage: dict[str, Any]) -> None:
    heard, _ = await hear(chat, using(**usage))
    characters = sum(len(message.content) for message in ASK)
    assert heard.end.usage == Usage(-(-characters // 4), 2, estimated=True)


async def test_of_usage_in_every_event_the_last_counts() -> None:
    counts = [{**delta(content="a"), "usage": {**COUNTED, "completion_tokens": n}} for n in (1, 2)]
    body = events(*counts, {**delta("stop"), "usage": COUNTED}, {"choices": [], "usage": None}) + DONE
    heard, _ = await hear(chat, Scripted([body]))
    assert heard.end.usage == Usage(7, 3)

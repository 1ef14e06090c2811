"""OpenAI's Responses protocol: channels, endings, errors and usage, also as compatible servers send them."""

from __future__ import annotations

from typing import Any

import pytest

from codesteer_tui.values import Usage
from tests.fake_servers import Scripted, named_events, responses_body, sliced
from tests.providers.listening import hear, responses


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **fields}


def reply(*events: dict[str, Any]) -> Scripted:
    return Scripted([named_events(*events)])


COMPLETED = event("completed", response={"status": "completed"})


@pytest.mark.parametrize("kind", ["reasoning_text", "reasoning_summary_text"])
async def test_reasoning_and_its_summaries_have_their_own_channel(kind: str) -> None:
    heard, _ = await hear(
        responses,
        reply(
            event("reasoning_summary_part.added", part={"type": "summary_text", "text": ""}),
            event(f"{kind}.delta", delta="Hm"),
            event(f"{kind}.delta", delta="."),
            event(f"{kind}.done", text="Hm."),
            event("output_text.delta", delta="4"),
            event("output_text.done", text="4"),
            COMPLETED,
        ),
    )
    assert (heard.text("reasoning"), heard.text()) == ("Hm.", "4")


async def test_summaries_are_paragraphs() -> None:
    part = event("reasoning_summary_part.added")
    thoughts = [part, event("reasoning_summary_text.delta", delta="One."), part]
    thoughts += [event("reasoning_summary_text.delta", delta="Two.")]
    heard, _ = await hear(responses, reply(*thoughts, COMPLETED))
    assert heard.text("reasoning") == "One.\n\nTwo."


async def test_thoughts_inside_the_answer_are_told_apart() -> None:
    heard, _ = await hear(responses, Scripted([responses_body("<thi", "nk>Hm.</think>", "\n4")]))
    assert (heard.text("reasoning"), heard.text()) == ("Hm.", "4")


@pytest.mark.parametrize(
    ("status", "reason", "finish"),
    [
        ("completed", "", "stop"),
        ("incomplete", "max_output_tokens", "length"),
        ("incomplete", "content_filter", "refused"),
        ("incomplete", "something_new", "length"),
    ],
)
async def test_endings_are_told_apart(status: str, reason: str, finish: str) -> None:
    heard, _ = await hear(responses, Scripted([responses_body("half", status=status, reason=reason)]))
    assert (heard.text(), heard.end.finish) == ("half", finish)
    assert heard.end.usage == Usage(7, 3)


async def test_a_refusal_is_text_and_an_ending() -> None:
    heard, _ = await hear(responses, reply(event("refusal.delta", delta="No."), COMPLETED))
    assert (heard.text(), heard.end.finish) == ("No.", "refused")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": "server_error", "message": "Oops"}, "overloaded"),
        ({"code": "rate_limit_exceeded", "message": "Slow down"}, "rate_limit"),
        ({"code": "insufficient_quota", "message": "No credit"}, "quota"),
        (
            {"code": "context_length_exceeded", "message": "Too long for the context window"},
            "context_too_long",
        ),
        (None, "overloaded"),
    ],
)
async def test_failures_are_typed_and_keep_the_text(error: dict[str, Any] | None, kind: str) -> None:
    heard, server = await hear(responses, Scripted([responses_body("half", status="failed", error=error)]))
    assert heard.text() == "half"
    assert heard.kind == kind
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"type": "error", "code": "rate_limit_exceeded", "message": "Slow down", "param": None},
        {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down"}},
    ],
)
async def test_an_error_event_is_typed(error: dict[str, Any]) -> None:
    heard, _ = await hear(responses, reply(event("output_text.delta", delta="half"), error))
    assert heard.text() == "half"
    assert heard.kind == "rate_limit"


@pytest.mark.usefixtures("fast_retries")
async def test_a_failure_before_any_text_is_tried_again() -> None:
    failed = Scripted([responses_body(status="failed", error={"code": "server_error", "message": "Oops"})])
    heard, server = await hear(responses, failed, Scripted([responses_body("ok")]))
    assert heard.text() == "ok"
    assert len(server.asked) == 2


async def test_no_ending_is_a_broken_stream_unless_a_mark_stands_for_it() -> None:
    begun = responses_body("half", ended=False)
    heard, _ = await hear(responses, Scripted([begun]))
    assert heard.text() == "half"
    assert heard.kind == "broken_stream"
    heard, _ = await hear(responses, Scripted([begun + b"data: [DONE]\n\n"]))
    assert heard.end.finish == "stop"


async def test_an_answer_that_comes_only_with_the_end_is_read_there() -> None:
    output = [
        {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "Hm."}], "summary": []},
        {"type": "message", "content": [{"type": "output_text", "text": "It is "}, {"text": "4"}, None]},
        "odd",
    ]
    heard, _ = await hear(responses, reply(event("completed", response={"output": output})))
    assert (heard.text("reasoning"), heard.text(), heard.end.finish) == ("Hm.", "It is 4", "stop")
    refused = [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]
    heard, _ = await hear(responses, reply(event("completed", response={"output": refused})))
    assert (heard.text(), heard.end.finish) == ("No.", "refused")


async def test_usage_comes_with_its_parts() -> None:
    usage = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30},
        "output_tokens": 40,
        "output_tokens_details": {"reasoning_tokens": 25},
        "total_tokens": 140,
    }
    done = event("completed", response={"status": "completed", "usage": usage})
    heard, _ = await hear(responses, reply(event("output_text.delta", delta="ok"), done))
    assert heard.end.usage == Usage(100, 40, cached_tokens=60, cache_written_tokens=30, reasoning_tokens=25)


async def test_without_usage_it_is_estimated() -> None:
    heard, _ = await hear(responses, Scripted([responses_body("abcdefgh", usage=None)]))
    assert heard.end.usage.estimated
    assert heard.end.usage.output_tokens == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "response.output_text.delta"},
        {"type": "response.output_text.delta", "delta": {"text": "x"}},
        {"type": "response.mood", "mood": "good"},
        {"type": "keepalive", "sequence_number": 3},
        {"type": "response.output_item.added", "item": None},
    ],
)
async def test_odd_events_are_passed_over(odd: dict[str, Any]) -> None:
    good = event("output_text.delta", delta="4")
    heard, _ = await hear(responses, reply(odd, good, odd, COMPLETED))
    assert (heard.text(), heard.end.finish) == ("4", "stop")


async def test_events_without_names_are_read_as_well() -> None:
    bare = b"\n".join(
        line for line in responses_body("4", "2").split(b"\n") if not line.startswith(b"event:")
    )
    heard, _ = await hear(responses, Scripted(sliced(bare, 11)))
    assert (heard.text(), heard.end.finish) == ("42", "stop")

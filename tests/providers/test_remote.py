"""Models behind a network, whatever their protocol, against servers that behave well, oddly and badly."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import aclosing

import pytest

from codesteer_tui.providers import Completed, Sampling, TextDelta
from codesteer_tui.providers.remote.streaming import mend, whole_characters
from codesteer_tui.values import Usage
from tests.fake_servers import (
    FakeServer,
    Scripted,
    anthropic_body,
    failing,
    openai_body,
    responses_body,
    sliced,
)
from tests.providers.listening import ASK, KEY, Body, Make, chat, hear, listen, messages, responses

TEXTS = ("naïve ", "東京 ", "🍓", " end")
REPLY = "".join(TEXTS)

ALL = pytest.mark.parametrize(
    ("make", "body"),
    [(chat, openai_body), (responses, responses_body), (messages, anthropic_body)],
    ids=["chat", "responses", "messages"],
)


@ALL
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
async def test_text_arrives_whole_however_it_is_cut(make: Make, body: Body, size: int) -> None:
    heard, _ = await hear(make, Scripted(sliced(body(*TEXTS, reasoning=["ich ", "überlege"]), size)))
    assert heard.text() == REPLY
    assert heard.text("reasoning") == "ich überlege"
    assert heard.end == Completed("stop", Usage(7, 3))


@ALL
async def test_an_empty_answer_is_complete(make: Make, body: Body) -> None:
    heard, _ = await hear(make, Scripted([body()]))
    assert heard.text() == ""
    assert heard.end.finish == "stop"


@ALL
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (failing(401), "auth"),
        (failing(403), "auth"),
        (failing(404, {"error": {"message": "model: nope"}}), "not_found"),
        (failing(404, "<html><title>Not here</title></html>"), "not_found"),
        (failing(413), "context_too_long"),
        (failing(422), "bad_request"),
        (Scripted([b"<html><title>Welcome</title></html>"], content_type="text/html"), "protocol"),
        (Scripted([b'{"hello": "world"}'], content_type="application/json"), "protocol"),
        (Scripted([b"event: content_block_delta\ndata: {truncat\n\n"]), "protocol"),
        (Scripted([], status=302, headers={"location": "/"}), "protocol"),
    ],
    ids=["401", "403", "404-model", "404-html", "413", "422", "html", "json", "not-json", "redirects"],
)
async def test_a_failure_is_named_and_not_repeated(
    make: Make, body: Body, reply: Scripted, kind: str
) -> None:
    heard, server = await hear(make, reply)
    assert heard.kind == kind
    assert heard.retries == []
    assert len(server.asked) == 1


@ALL
async def test_a_redirect_is_named_and_never_followed_with_the_key(make: Make, body: Body) -> None:
    async with FakeServer(Scripted([body("stolen")])) as other:
        moved = Scripted([], status=307, headers={"location": other.url + "/v1"})
        heard, _ = await hear(make, moved)
        assert other.asked == []
        assert other.url.removeprefix("http://") in str(heard.error)
    assert heard.kind == "protocol"


@ALL
@pytest.mark.parametrize("url", ["localhost:8080/v1", "http://host:port/v1", "not an address", "ftp://host"])
async def test_an_address_that_is_none_is_named_as_such(make: Make, body: Body, url: str) -> None:
    model = make(url)
    assert model.info.host in ("(not an address)", "host")
    heard = await listen(model)
    assert heard.kind == "unreachable"
    assert "base_url" in str(heard.error)
    assert heard.retries == []


@ALL
@pytest.mark.parametrize("key", ["sk-abc\ndefghij", "sk-abc…defghij", "my key"])
async def test_a_key_that_cannot_be_sent_is_an_error_that_does_not_show_it(
    make: Make, body: Body, key: str
) -> None:
    heard, server = await hear(make, Scripted([]), api_key=key)
    assert server.asked == []
    assert heard.kind == "auth"
    assert "abc" not in str(heard.error)
    assert "my key" not in str(heard.error)


@ALL
@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
@pytest.mark.usefixtures("fast_retries")
async def test_a_failure_that_may_pass_is_tried_again_and_says_so(
    make: Make, body: Body, status: int
) -> None:
    heard, server = await hear(make, failing(status), failing(status), Scripted([body("ok")]))
    assert heard.text() == "ok"
    assert [retry.attempt for retry in heard.retries] == [1, 2]
    assert str(status) in heard.retries[0].reason
    assert len(server.asked) == 3


@ALL
@pytest.mark.usefixtures("fast_retries")
async def test_two_retries_are_all(make: Make, body: Body) -> None:
    heard, server = await hear(make, failing(503))
    assert heard.kind == "overloaded"
    assert len(server.asked) == 3


@ALL
async def test_retry_after_is_obeyed(make: Make, body: Body) -> None:
    began = time.monotonic()
    heard, _ = await hear(make, failing(429, retry_after="0.4"), Scripted([body("ok")]))
    assert heard.retries[0].after_s == 0.4
    assert time.monotonic() - began >= 0.4


@ALL
async def test_a_wait_of_an_hour_is_told_and_not_waited_for(make: Make, body: Body) -> None:
    heard, server = await hear(make, failing(429, retry_after="3600"))
    assert heard.kind == "rate_limit"
    assert len(server.asked) == 1


@ALL
async def test_credit_that_is_used_up_is_not_tried_again(make: Make, body: Body) -> None:
    heard, server = await hear(make, failing(429, {"error": {"message": "x", "code": "insufficient_quota"}}))
    assert heard.kind == "quota"
    assert len(server.asked) == 1


@ALL
@pytest.mark.parametrize("ending", ["cut", "reset", "clean_cut"])
async def test_a_stream_that_breaks_keeps_its_text_and_is_not_tried_again(
    make: Make, body: Body, ending: str
) -> None:
    whole = body(*TEXTS)
    cut = whole[: whole.index(b" end") - (200 if b"event:" in whole else 120)]
    async with FakeServer(Scripted([cut], pause_s=0.05, ending=ending)) as server:  # type: ignore[arg-type]
        heard = await listen(make(server.url))
    assert heard.kind == "broken_stream"
    assert heard.text().startswith("naïve 東京 ")
    assert len(server.asked) == 1


@ALL
async def test_a_connection_lost_after_the_finish_reason_loses_nothing(make: Make, body: Body) -> None:
    whole = body(*TEXTS)
    cut = whole.removesuffix(b"data: [DONE]\n\n").partition(b"event: message_stop")[0]
    heard, _ = await hear(make, Scripted([cut], pause_s=0.05, ending="cut"))
    assert heard.text() == REPLY
    assert heard.end.finish == "stop"


@pytest.mark.usefixtures("fast_retries")
async def test_an_error_event_before_any_text_is_tried_again_and_after_it_is_final() -> None:
    early = Scripted([anthropic_body(error="overloaded_error")])
    late = Scripted([anthropic_body("half", error="overloaded_error")])
    heard, server = await hear(messages, early, late)
    assert len(heard.retries) == 1
    assert heard.text() == "half"
    assert heard.kind == "overloaded"
    assert len(server.asked) == 2


@ALL
@pytest.mark.usefixtures("fast_retries")
async def test_nobody_listening_is_unreachable(make: Make, body: Body) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    heard = await listen(make(f"http://127.0.0.1:{port}"))
    assert heard.kind == "unreachable"
    assert len(heard.retries) == 2
    assert f"127.0.0.1:{port}" in str(heard.error)


@ALL
async def test_silence_ends_at_the_timeout(make: Make, body: Body) -> None:
    whole = body("half")
    begun = whole[: whole.index(b"\n\n", whole.index(b"half")) + 2]
    for reply, kind, text in (
        (Scripted([], ending="stall"), "unreachable", ""),
        (Scripted([begun], ending="stall"), "broken_stream", "half"),
    ):
        async with FakeServer(reply) as server:
            heard = await listen(make(server.url, timeout_s=0.3))
        assert heard.kind == kind
        assert heard.text() == text
        assert heard.retries == []


@ALL
async def test_closing_the_stream_closes_the_connection_within_a_second(make: Make, body: Body) -> None:
    async with FakeServer(Scripted(sliced(body(*TEXTS * 50), 100), pause_s=0.02)) as server:
        model = make(server.url)
        async with aclosing(model.stream(ASK, Sampling())) as deltas:
            assert isinstance(await anext(deltas), TextDelta)
        async with asyncio.timeout(1):
            await server.left.wait()
        await model.aclose()


async def test_a_half_character_at_the_very_end_is_replaced() -> None:
    async def deltas():  # type: ignore[no-untyped-def]
        yield TextDelta("a\ud83c")
        yield Completed("stop", Usage())

    assert [d async for d in whole_characters(deltas())][:2] == [TextDelta("a"), TextDelta("\ufffd")]
    assert mend("\udf53\ud83c") == "\ufffd\ufffd"


def test_the_representation_of_a_place_hides_its_key() -> None:
    assert KEY not in repr(chat("http://h")._place)


@ALL
async def test_no_retries_means_one_try(make: Make, body: Body) -> None:
    heard, server = await hear(make, failing(503), retries=0)
    assert heard.kind == "overloaded"
    assert len(server.asked) == 1

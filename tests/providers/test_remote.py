"""OpenAIModel and AnthropicModel against servers that behave well, oddly and badly."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import aclosing

import pytest

from codesteer_tui.errors import ModelError
from codesteer_tui.providers import ChatModel, Completed, Delta, Retrying, Sampling, TextDelta
from codesteer_tui.providers.anthropic import AnthropicModel
from codesteer_tui.providers.openai import OpenAIModel
from codesteer_tui.providers.streaming import mend, whole_characters
from codesteer_tui.values import Message, Usage
from tests.fake_servers import FakeServer, Scripted, anthropic_body, failing, openai_body, sliced

KEY = "sk-test-0123456789"
ASK = [
    Message("system", "Be brief."),
    Message("user", "Two and two?"),
    Message("assistant", "4"),
    Message("user", "Sure?"),
]
TEXTS = ("naïve ", "東京 ", "🍓", " end")
REPLY = "".join(TEXTS)

Make = Callable[[str], ChatModel]
Body = Callable[..., bytes]


def _openai(url: str, **options: object) -> ChatModel:
    return OpenAIModel(name="mine", model="gpt-x", base_url=url + "/v1", api_key=KEY, **options)  # type: ignore[arg-type]


def _anthropic(url: str, **options: object) -> ChatModel:
    return AnthropicModel(name="mine", model="claude-x", base_url=url, api_key=KEY, **options)  # type: ignore[arg-type]


BOTH = pytest.mark.parametrize(
    ("make", "body"), [(_openai, openai_body), (_anthropic, anthropic_body)], ids=["openai", "anthropic"]
)


class Heard:
    """Everything a stream gave, and the error that ended it."""

    def __init__(self) -> None:
        self.items: list[Delta] = []
        self.error: ModelError | None = None

    def text(self, channel: str = "answer") -> str:
        return "".join(d.text for d in self.items if isinstance(d, TextDelta) and d.channel == channel)

    @property
    def retries(self) -> list[Retrying]:
        return [d for d in self.items if isinstance(d, Retrying)]

    @property
    def end(self) -> Completed:
        assert isinstance(self.items[-1], Completed)
        return self.items[-1]

    @property
    def kind(self) -> str:
        assert self.error is not None
        assert KEY not in str(self.error)
        assert self.error.remedy
        assert "mine" in self.error.message
        assert self.error.provider == "mine"
        return self.error.kind


async def listen(model: ChatModel, options: Sampling | None = None) -> Heard:
    heard = Heard()
    try:
        async with aclosing(model.stream(ASK, options or Sampling(max_tokens=50))) as deltas:
            async for delta in deltas:
                heard.items.append(delta)
    except ModelError as error:
        heard.error = error
    finally:
        await model.aclose()
    return heard


async def hear(make: Make, *replies: Scripted) -> tuple[Heard, FakeServer]:
    async with FakeServer(*replies) as server:
        return await listen(make(server.url)), server


@BOTH
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
async def test_text_arrives_whole_however_it_is_cut(make: Make, body: Body, size: int) -> None:
    heard, _ = await hear(make, Scripted(sliced(body(*TEXTS, reasoning=["ich ", "überlege"]), size)))
    assert heard.text() == REPLY
    assert heard.text("reasoning") == "ich überlege"
    assert heard.end == Completed("stop", Usage(7, 3))


@BOTH
async def test_the_key_and_extra_headers_go_to_the_server(make: Make, body: Body) -> None:
    async with FakeServer(Scripted([body("ok")])) as server:
        await listen(make(server.url, headers={"X-Team": "blue"}))  # type: ignore[call-arg]
    assert KEY in server.asked[0].headers["authorization"]
    assert server.asked[0].headers["x-team"] == "blue"


@BOTH
async def test_accounts_in_the_environment_do_not_reach_another_host(
    make: Make, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
    ):
        monkeypatch.setenv(name, "planted-secret")
    for name in ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"):
        monkeypatch.setenv(name, "X-Extra: planted-secret")
    async with FakeServer(Scripted([body("ok")])) as server:
        keyless = type(make(server.url))(model="m", base_url=server.url)  # type: ignore[call-arg]
        for model in (make(server.url), keyless):
            assert (await listen(model)).text() == "ok"
    assert "planted-secret" not in str([asked.headers for asked in server.asked])
    assert "authorization" not in server.asked[1].headers
    assert "x-api-key" not in server.asked[1].headers


async def test_openai_is_sent_the_conversation_and_the_sampling() -> None:
    async with FakeServer(Scripted([openai_body("ok")])) as server:
        await listen(_openai(server.url), Sampling(temperature=0.5, max_tokens=9, seed=3, stop=("END",)))
    sent = server.asked[0].body
    assert server.asked[0].path == "/v1/chat/completions"
    assert [m["role"] for m in sent["messages"]] == ["system", "user", "assistant", "user"]
    assert (sent["temperature"], sent["max_tokens"], sent["seed"], sent["stop"]) == (0.5, 9, 3, ["END"])
    assert sent["stream"] is True
    assert sent["stream_options"] == {"include_usage": True}


async def test_anthropic_is_sent_the_system_text_apart_and_the_temperature_only_if_given() -> None:
    async with FakeServer(Scripted([anthropic_body("ok")])) as server:
        await listen(_anthropic(server.url), Sampling(temperature=0.5, max_tokens=9, stop=("END",)))
        await listen(_anthropic(server.url), Sampling(temperature=None))
    sent = server.asked[0].body
    assert server.asked[0].path == "/v1/messages"
    assert sent["system"] == "Be brief."
    assert [m["role"] for m in sent["messages"]] == ["user", "assistant", "user"]
    assert (sent["temperature"], sent["max_tokens"], sent["stop_sequences"]) == (0.5, 9, ["END"])
    assert "temperature" not in server.asked[1].body


@pytest.mark.parametrize(
    ("said", "finish"), [("stop", "stop"), ("length", "length"), ("content_filter", "refused")]
)
async def test_openai_finish_reasons_are_told_apart(said: str, finish: str) -> None:
    heard, _ = await hear(_openai, Scripted([openai_body("a", finish=said)]))
    assert heard.end.finish == finish


@pytest.mark.parametrize(
    ("said", "finish"),
    [("end_turn", "stop"), ("stop_sequence", "stop"), ("max_tokens", "length"), ("refusal", "refused")],
)
async def test_anthropic_stop_reasons_are_told_apart(said: str, finish: str) -> None:
    heard, _ = await hear(_anthropic, Scripted([anthropic_body("a", stop_reason=said)]))
    assert heard.end.finish == finish


async def test_a_server_without_usage_and_done_gets_estimated_usage() -> None:
    heard, _ = await hear(_openai, Scripted([openai_body("abcdefgh", usage=None, done=False)]))
    assert heard.text() == "abcdefgh"
    characters = sum(len(message.content) for message in ASK)
    assert heard.end.usage == Usage(-(-characters // 4), 2, estimated=True)


@BOTH
async def test_an_empty_answer_is_complete(make: Make, body: Body) -> None:
    heard, _ = await hear(make, Scripted([body()]))
    assert heard.text() == ""
    assert heard.end.finish == "stop"


async def test_parameters_that_openai_servers_refuse_are_left_out_or_renamed_once_and_for_all() -> None:
    refusals = [
        failing(
            400,
            {
                "error": {
                    "message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
                }
            },
        ),
        failing(
            400,
            {
                "error": {
                    "message": "Unsupported value: 'temperature' does not support 0.0",
                    "param": "temperature",
                }
            },
        ),
        failing(
            422, {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]}
        ),
    ]
    async with FakeServer(*refusals, Scripted([openai_body("ok")])) as server:
        model = _openai(server.url)
        first = [d async for d in model.stream(ASK, Sampling(max_tokens=5))]
        again = [d async for d in model.stream(ASK, Sampling(max_tokens=5))]
        await model.aclose()
    assert first == again
    assert len(server.asked) == 5
    sent = server.asked[-1].body
    assert sent["max_completion_tokens"] == 5
    assert not {"max_tokens", "temperature", "stream_options"} & set(sent)


async def test_a_temperature_that_anthropic_refuses_is_left_out() -> None:
    refusal = {"type": "error", "error": {"message": "`temperature` is deprecated for this model."}}
    heard, server = await hear(_anthropic, failing(400, refusal), Scripted([anthropic_body("ok")]))
    assert heard.text() == "ok"
    assert "temperature" not in server.asked[1].body


async def test_a_bad_request_about_a_value_is_not_sent_again() -> None:
    heard, server = await hear(
        _openai, failing(400, {"error": {"message": "max_tokens is too large: 9999999"}})
    )
    assert heard.kind == "bad_request"
    assert "too large" in str(heard.error)
    assert len(server.asked) == 1


@BOTH
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


@BOTH
async def test_a_redirect_is_named_and_never_followed_with_the_key(make: Make, body: Body) -> None:
    async with FakeServer(Scripted([body("stolen")])) as other:
        moved = Scripted([], status=307, headers={"location": other.url + "/v1"})
        heard, _ = await hear(make, moved)
        assert other.asked == []
        assert other.url.removeprefix("http://") in str(heard.error)
    assert heard.kind == "protocol"


@BOTH
@pytest.mark.parametrize("url", ["localhost:8080/v1", "http://host:port/v1", "not an address", "ftp://host"])
async def test_an_address_that_is_none_is_named_as_such(make: Make, body: Body, url: str) -> None:
    model = make(url)
    assert model.info.host in ("(not an address)", "host")
    heard = await listen(model)
    assert heard.kind == "unreachable"
    assert "base_url" in str(heard.error)
    assert heard.retries == []


@pytest.mark.parametrize("kind", [OpenAIModel, AnthropicModel])
@pytest.mark.parametrize("key", ["sk-abc\ndefghij", "sk-abc…defghij", "my key"])
async def test_a_key_that_cannot_be_sent_is_an_error_that_does_not_show_it(
    kind: type[OpenAIModel | AnthropicModel], key: str
) -> None:
    async with FakeServer(Scripted([])) as server:
        heard = await listen(kind(name="mine", model="m", base_url=server.url, api_key=key))
        assert server.asked == []
    assert heard.kind == "auth"
    assert "abc" not in str(heard.error)
    assert "my key" not in str(heard.error)


@BOTH
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


@BOTH
@pytest.mark.usefixtures("fast_retries")
async def test_two_retries_are_all(make: Make, body: Body) -> None:
    heard, server = await hear(make, failing(503))
    assert heard.kind == "overloaded"
    assert len(server.asked) == 3


@BOTH
async def test_retry_after_is_obeyed(make: Make, body: Body) -> None:
    began = time.monotonic()
    heard, _ = await hear(make, failing(429, retry_after="0.4"), Scripted([body("ok")]))
    assert heard.retries[0].after_s == 0.4
    assert time.monotonic() - began >= 0.4


@BOTH
async def test_a_wait_of_an_hour_is_told_and_not_waited_for(make: Make, body: Body) -> None:
    heard, server = await hear(make, failing(429, retry_after="3600"))
    assert heard.kind == "rate_limit"
    assert len(server.asked) == 1


@BOTH
async def test_credit_that_is_used_up_is_not_tried_again(make: Make, body: Body) -> None:
    heard, server = await hear(make, failing(429, {"error": {"message": "x", "code": "insufficient_quota"}}))
    assert heard.kind == "quota"
    assert len(server.asked) == 1


@BOTH
@pytest.mark.parametrize("ending", ["cut", "reset", "clean_cut"])
async def test_a_stream_that_breaks_keeps_its_text_and_is_not_tried_again(
    make: Make, body: Body, ending: str
) -> None:
    whole = body(*TEXTS)
    cut = whole[: whole.index(b" end") - 200 if b"content_block" in whole else whole.index(b" end") - 120]
    async with FakeServer(Scripted([cut], pause_s=0.05, ending=ending)) as server:  # type: ignore[arg-type]
        heard = await listen(make(server.url))
    assert heard.kind == "broken_stream"
    assert heard.text().startswith("naïve 東京 ")
    assert len(server.asked) == 1


@BOTH
async def test_a_connection_lost_after_the_finish_reason_loses_nothing(make: Make, body: Body) -> None:
    whole = body(*TEXTS)
    cut = (
        whole[: -len(b"data: [DONE]\n\n")]
        if b"[DONE]" in whole
        else whole[: whole.index(b"event: message_stop")]
    )
    heard, _ = await hear(make, Scripted([cut], pause_s=0.05, ending="cut"))
    assert heard.text() == REPLY
    assert heard.end.finish == "stop"


@pytest.mark.usefixtures("fast_retries")
async def test_an_error_event_before_any_text_is_tried_again_and_after_it_is_final() -> None:
    early = Scripted([anthropic_body(error="overloaded_error")])
    late = Scripted([anthropic_body("half", error="overloaded_error")])
    heard, server = await hear(_anthropic, early, late)
    assert len(heard.retries) == 1
    assert heard.text() == "half"
    assert heard.kind == "overloaded"
    assert len(server.asked) == 2


async def test_an_error_event_in_an_openai_stream_is_typed() -> None:
    event = b'data: {"error": {"message": "Rate limit reached", "code": 429}}\n\n'
    begun = openai_body("half", finish=None, usage=None, done=False)
    heard, _ = await hear(_openai, Scripted([begun + event]))
    assert heard.text() == "half"
    assert heard.kind == "rate_limit"


@BOTH
@pytest.mark.usefixtures("fast_retries")
async def test_nobody_listening_is_unreachable(make: Make, body: Body) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    heard = await listen(make(f"http://127.0.0.1:{port}"))
    assert heard.kind == "unreachable"
    assert len(heard.retries) == 2
    assert f"127.0.0.1:{port}" in str(heard.error)


@BOTH
async def test_silence_ends_at_the_timeout(make: Make, body: Body) -> None:
    whole = body("half")
    begun = whole[: whole.index(b"\n\n", whole.index(b"half")) + 2]
    for reply, kind, text in (
        (Scripted([], ending="stall"), "unreachable", ""),
        (Scripted([begun], ending="stall"), "broken_stream", "half"),
    ):
        async with FakeServer(reply) as server:
            heard = await listen(make(server.url, timeout_s=0.3))  # type: ignore[call-arg]
        assert heard.kind == kind
        assert heard.text() == text
        assert heard.retries == []


@BOTH
async def test_closing_the_stream_closes_the_connection_within_a_second(make: Make, body: Body) -> None:
    async with FakeServer(Scripted(sliced(body(*TEXTS * 50), 100), pause_s=0.02)) as server:
        model = make(server.url)
        async with aclosing(model.stream(ASK, Sampling())) as deltas:
            assert isinstance(await anext(deltas), TextDelta)
        async with asyncio.timeout(1):
            await server.left.wait()
        await model.aclose()


async def test_half_characters_from_json_escapes_are_joined_or_replaced() -> None:
    halves = [b'"\\ud83c"', b'"\\udf53"', b'" x\\ud83c"', b'"y"']
    shape = '{{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    shape += '[{{"index":0,"delta":{{"content":{}}},"finish_reason":null}}]}}'
    events = b"".join(b"data: " + shape.format(half.decode()).encode() + b"\n\n" for half in halves)
    heard, _ = await hear(_openai, Scripted([events + openai_body()]))
    assert heard.text() == "🍓 x\ufffdy"


async def test_a_half_character_at_the_very_end_is_replaced() -> None:
    async def deltas():  # type: ignore[no-untyped-def]
        yield TextDelta("a\ud83c")
        yield Completed("stop", Usage())

    assert [d async for d in whole_characters(deltas())][:2] == [TextDelta("a"), TextDelta("\ufffd")]
    assert mend("\udf53\ud83c") == "\ufffd\ufffd"


async def test_a_megabyte_arrives_whole() -> None:
    text = "0123456789abcdef" * 64
    heard, _ = await hear(_openai, Scripted(sliced(openai_body(*[text] * 1024), 60_000)))
    assert len(heard.text()) == 1 << 20


def test_openai_itself_is_asked_with_its_own_name_for_the_limit() -> None:
    request = OpenAIModel(model="gpt-4o")._request(ASK, Sampling(max_tokens=5))
    assert request["max_completion_tokens"] == 5
    assert "max_tokens" not in request


def test_the_representation_of_a_place_hides_its_key() -> None:
    assert KEY not in repr(_openai("http://h")._place)  # type: ignore[attr-defined]

"""What is sent: the conversation, the sampling, keys and headers, and what a server refused left out."""

from __future__ import annotations

import pytest

from codesteer_tui.providers import Sampling
from codesteer_tui.providers.remote.model import Habits
from codesteer_tui.providers.remote.openai import OpenAIModel
from tests.fake_servers import FakeServer, Scripted, anthropic_body, failing, openai_body, responses_body
from tests.providers.listening import ASK, KEY, Body, Make, chat, hear, listen, messages, responses

ALL = pytest.mark.parametrize(
    ("make", "body"),
    [(chat, openai_body), (responses, responses_body), (messages, anthropic_body)],
    ids=["chat", "responses", "messages"],
)
EVERYTHING = Sampling(temperature=0.5, max_tokens=9, seed=3, stop=("END", " "), top_p=0.9)


def refusing(message: str, status: int = 400) -> Scripted:
    return failing(status, {"error": {"message": message, "type": "invalid_request_error"}})


@ALL
async def test_the_key_and_extra_headers_go_to_the_server(make: Make, body: Body) -> None:
    _, server = await hear(make, Scripted([body("ok")]), headers={"X-Team": "blue"})
    assert KEY in server.asked[0].headers["authorization"]
    assert server.asked[0].headers["x-team"] == "blue"


@ALL
async def test_accounts_in_the_environment_do_not_reach_another_host(
    make: Make, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_ADMIN_KEY",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
    ):
        monkeypatch.setenv(name, "planted-secret")
    for name in ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"):
        monkeypatch.setenv(name, "X-Extra: planted-secret")
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/elsewhere")
    async with FakeServer(Scripted([body("ok")])) as server:
        for key in (KEY, None):
            assert (await listen(make(server.url, api_key=key))).text() == "ok"
    assert "planted-secret" not in str([asked.headers for asked in server.asked])
    assert "authorization" not in server.asked[1].headers
    assert "x-api-key" not in server.asked[1].headers


@pytest.mark.parametrize("make", [chat, responses, messages])
def test_addresses_in_the_environment_are_not_taken_for_the_official_ones(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/elsewhere")
    model = type(make("http://h"))(model="m", api_key=KEY)  # type: ignore[call-arg]
    assert str(model._connect().base_url).startswith(model.official)  # type: ignore[attr-defined]


async def test_chat_is_sent_the_conversation_and_the_sampling() -> None:
    _, server = await hear(chat, Scripted([openai_body("ok")]), options=EVERYTHING)
    assert server.asked[0].path == "/v1/chat/completions"
    assert server.asked[0].body == {
        "model": "gpt-x",
        "messages": [{"role": m.role, "content": m.content} for m in ASK],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 9,
        "seed": 3,
        "stop": ["END", " "],
    }


async def test_responses_are_sent_the_system_text_as_instructions_and_stored_nowhere() -> None:
    _, server = await hear(responses, Scripted([responses_body("ok")]), options=EVERYTHING)
    assert server.asked[0].path == "/v1/responses"
    assert server.asked[0].body == {
        "model": "gpt-x",
        "instructions": "Be brief.",
        "input": [{"role": m.role, "content": m.content} for m in ASK[1:]],
        "stream": True,
        "store": False,
        "temperature": 0.5,
        "top_p": 0.9,
        "max_output_tokens": 9,
    }


async def test_messages_are_sent_the_system_text_apart_and_asked_to_be_cached() -> None:
    _, server = await hear(messages, Scripted([anthropic_body("ok")]), options=EVERYTHING)
    assert server.asked[0].path == "/v1/messages"
    assert server.asked[0].body == {
        "model": "claude-x",
        "system": "Be brief.",
        "messages": [{"role": m.role, "content": m.content} for m in ASK[1:]],
        "stream": True,
        "cache_control": {"type": "ephemeral"},
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 9,
        "stop_sequences": ["END"],
    }


@ALL
async def test_what_is_not_set_is_not_sent(make: Make, body: Body) -> None:
    _, server = await hear(make, Scripted([body("ok")]), options=Sampling(temperature=None))
    assert not {
        "temperature",
        "top_p",
        "seed",
        "stop",
        "stop_sequences",
        "reasoning_effort",
        "reasoning",
    } & set(server.asked[0].body)
    assert not {"thinking", "output_config"} & set(server.asked[0].body)


@ALL
async def test_fields_of_the_configuration_go_into_every_request_and_win(make: Make, body: Body) -> None:
    habits = Habits(body={"temperature": 0.7, "top_k": 40, "provider": {"order": ["a"]}})
    _, server = await hear(make, Scripted([body("ok")]), options=Sampling(temperature=0.1), habits=habits)
    sent = server.asked[0].body
    assert (sent["temperature"], sent["top_k"], sent["provider"]) == (0.7, 40, {"order": ["a"]})


async def test_a_field_of_the_configuration_that_is_refused_is_an_error() -> None:
    habits = Habits(body={"temperature": 0.7})
    heard, server = await hear(chat, refusing("Unsupported parameter: 'temperature'"), habits=habits)
    assert heard.kind == "bad_request"
    assert len(server.asked) == 2


@pytest.mark.parametrize(("limit", "other"), [("max_tokens", "max_completion_tokens")])
@pytest.mark.parametrize("swap", [False, True])
async def test_the_limit_has_the_name_that_the_service_wants(limit: str, other: str, swap: bool) -> None:
    ours, theirs = (other, limit) if swap else (limit, other)
    refusal = refusing(f"Unsupported parameter: '{ours}'. Use '{theirs}' instead.")
    ok = Scripted([openai_body("ok")])
    _, server = await hear(chat, refusal, ok, habits=Habits(limit=ours), options=Sampling(max_tokens=5))
    assert [asked.body.get(ours) for asked in server.asked] == [5, None]
    assert [asked.body.get(theirs) for asked in server.asked] == [None, 5]


async def test_a_limit_in_the_configuration_is_the_only_one() -> None:
    habits = Habits(body={"max_completion_tokens": 7})
    _, server = await hear(chat, Scripted([openai_body("ok")]), habits=habits)
    assert server.asked[0].body["max_completion_tokens"] == 7
    assert "max_tokens" not in server.asked[0].body


def test_openai_itself_is_asked_with_its_own_name_for_the_limit() -> None:
    request = OpenAIModel(model="gpt-4o")._request(ASK, Sampling(max_tokens=5))
    assert request["max_completion_tokens"] == 5
    assert "max_tokens" not in request


@pytest.mark.parametrize(
    ("effort", "field", "value"),
    [
        ("high", "reasoning_effort", "high"),
        ("none", "reasoning_effort", "none"),
        ("high", "reasoning", {"effort": "high"}),
    ],
)
async def test_effort_is_told_as_the_service_wants_it(effort: str, field: str, value: object) -> None:
    options = Sampling(effort=effort)
    _, server = await hear(chat, Scripted([openai_body()]), options=options, habits=Habits(effort=field))
    sent = server.asked[0].body
    assert {name: sent.get(name) for name in ("reasoning", "reasoning_effort") if name in sent} == {
        field: value
    }


async def test_effort_asks_responses_for_summaries_until_they_are_refused() -> None:
    refusal = refusing(
        "Your organization must be verified to generate reasoning summaries. (param: reasoning.summary)"
    )
    ok = Scripted([responses_body("ok")])
    heard, server = await hear(responses, refusal, ok, options=Sampling(effort="low"))
    assert heard.text() == "ok"
    assert [asked.body["reasoning"] for asked in server.asked] == [
        {"effort": "low", "summary": "auto"},
        {"effort": "low"},
    ]
    _, quiet = await hear(responses, ok, options=Sampling(effort="none"))
    assert quiet.asked[0].body["reasoning"] == {"effort": "none"}


@ALL
async def test_parameters_that_are_refused_are_left_out_once_and_for_all(make: Make, body: Body) -> None:
    refusals = [
        refusing("Unsupported value: 'temperature' does not support 0.0 with this model."),
        failing(422, {"detail": [{"loc": ["body", "top_p"], "msg": "Extra inputs are not permitted"}]}),
    ]
    async with FakeServer(*refusals, Scripted([body("ok")])) as server:
        model = make(server.url)
        options = Sampling(max_tokens=5, top_p=0.5)
        first = [d async for d in model.stream(ASK, options)]
        again = [d async for d in model.stream(ASK, options)]
        assert model.left_out == ("temperature", "top_p")  # type: ignore[attr-defined]
        await model.aclose()
    assert first == again
    assert len(server.asked) == 4
    assert not {"top_p", "temperature"} & set(server.asked[-1].body)


@pytest.mark.parametrize("name", ["stream_options", "seed", "stop", "reasoning_effort"])
async def test_chat_leaves_out_what_it_has_beyond_the_others(name: str) -> None:
    options = Sampling(seed=1, stop=("END",), effort="low")
    replies = refusing(f"Unrecognized request argument supplied: {name}"), Scripted([openai_body("ok")])
    heard, server = await hear(chat, *replies, options=options)
    assert heard.text() == "ok"
    assert name in server.asked[0].body
    assert name not in server.asked[1].body


@pytest.mark.parametrize("name", ["store", "reasoning"])
async def test_responses_leave_out_what_they_have_beyond_the_others(name: str) -> None:
    replies = refusing(f"Unsupported parameter: '{name}'."), Scripted([responses_body("ok")])
    heard, server = await hear(responses, *replies, options=Sampling(effort="low"))
    assert heard.text() == "ok"
    assert name in server.asked[0].body
    assert name not in server.asked[1].body


async def test_a_cache_that_is_not_offered_is_not_asked_for_again() -> None:
    replies = refusing("cache_control: Extra inputs are not permitted"), Scripted([anthropic_body("ok")])
    _, server = await hear(messages, *replies)
    assert ["cache_control" in asked.body for asked in server.asked] == [True, False]


async def test_a_bad_request_about_a_value_is_not_sent_again() -> None:
    heard, server = await hear(chat, refusing("max_tokens is too large: 9999999"))
    assert heard.kind == "bad_request"
    assert "too large" in str(heard.error)
    assert len(server.asked) == 1

"""Captured failures of real servers, and what they are called."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from codesteer_tui.providers.failures.kinds import (
    Place,
    explain,
    from_event,
    from_status,
    refused_parameter,
)
from codesteer_tui.providers.failures.words import asked_wait, hide
from tests.providers.captured import ADDRESSES, WAITS
from tests.providers.captured import CAPTURED as CAPTURED_AWAY
from tests.providers.captured_at_home import CAPTURED_AT_HOME

CAPTURED = CAPTURED_AWAY | CAPTURED_AT_HOME

PLACE = Place(
    "mine",
    "https://user:pw@api.example.com:8443/v1",
    "gpt-4o",
    key="sk-proj-secret123456",
    secrets=("team-token-9",),
)

BODIES = pytest.mark.parametrize(("status", "body", "kind"), CAPTURED.values(), ids=CAPTURED)


@BODIES
def test_a_captured_error_body_gets_its_kind_and_a_remedy(status: int, body: object, kind: str) -> None:
    error = from_status(status, body, {}, PLACE).error
    assert error.kind == kind
    assert error.remedy
    for named in ("mine", "api.example.com:8443", "gpt-4o", str(status)):
        assert named in error.message


@BODIES
def test_no_message_shows_a_key_or_a_password(status: int, body: object, kind: str) -> None:
    text = json.dumps(body) + " with key sk-proj-secret123456 and Bearer abcdef and team-token-9"
    shown = str(from_status(status, {"error": {"message": text}}, {}, PLACE).error)
    assert "secret123456" not in shown
    assert "abcdef" not in shown
    assert "team-token-9" not in shown
    assert "pw@" not in shown


@BODIES
def test_the_same_words_as_an_event_in_a_stream_get_the_same_kind_where_they_say_it(
    status: int, body: object, kind: str
) -> None:
    if (
        isinstance(body, dict)
        and isinstance(error := body.get("error"), dict)
        and error.get("code") == status
    ):
        assert from_event(error, PLACE, began=True).error.kind == kind


@pytest.mark.parametrize("body", ADDRESSES)
def test_a_404_that_names_no_model_points_at_the_address(body: object) -> None:
    error = from_status(404, body, {}, PLACE).error
    assert error.kind == "not_found"
    assert "/v1" in error.remedy
    assert "base_url" in error.remedy


@pytest.mark.parametrize("name", [n for n, (status, *_) in CAPTURED.items() if status == 404])
def test_a_404_that_names_a_model_points_at_its_name(name: str) -> None:
    error = from_status(404, CAPTURED[name][1], {}, PLACE).error
    assert "model's name" in error.remedy


def test_the_servers_own_words_are_found_in_every_shape() -> None:
    shapes = {
        "gemini key": "API key not valid. Please pass a valid API key.",
        "mistral parameter": "body.max_completion_tokens: Extra inputs are not permitted",
        "mistral detail": "body.messages: field required",
        "ollama model": 'model "llama2" not found, try pulling it first',
        "a gateway's page": "a web page titled '503 Service Temporarily Unavailable'",
        "fastapi": "Internal Server Error",
    }
    for name, words in shapes.items():
        assert f": {words})" in from_status(*CAPTURED[name][:2], {}, PLACE).error.message
    inner = {"error": {"message": json.dumps({"error": {"message": "The inner words"}})}}
    assert "400: The inner words)" in from_status(400, inner, {}, PLACE).error.message


@pytest.mark.parametrize("name", ["groq too large at once", "openai too large at once"])
def test_a_request_that_alone_is_too_much_for_a_minute_is_not_sent_again(name: str) -> None:
    failure = from_status(*CAPTURED[name][:2], {}, PLACE)
    assert not failure.may_pass
    assert "this one request" in failure.error.message
    assert "max_tokens" in failure.error.remedy


@pytest.mark.parametrize(("body", "seconds"), WAITS)
def test_a_wait_that_only_the_words_tell_is_read(body: object, seconds: float) -> None:
    assert asked_wait({}, body) == pytest.approx(seconds)
    assert asked_wait({"retry-after": "3"}, body) == 3
    assert from_status(429, body, {}, PLACE).retry_after_s == pytest.approx(seconds)


def test_only_failures_that_may_pass_are_worth_another_try() -> None:
    worth = {
        status
        for status in (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529)
        if from_status(status, None, {}, PLACE).may_pass
    }
    assert worth == {408, 409, 429, 500, 502, 503, 529}
    assert not from_status(429, {"error": {"code": "insufficient_quota"}}, {}, PLACE).may_pass


def test_a_401_without_a_key_says_that_a_key_is_missing() -> None:
    error = from_status(401, None, {}, Place("mine", "https://h/v1", "m")).error
    assert error.kind == "missing_key"


def test_an_error_event_in_a_stream_is_typed_and_tried_again_only_before_text() -> None:
    body = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    assert from_event(body, PLACE, began=False).error.kind == "overloaded"
    assert from_event(body, PLACE, began=False).may_pass
    assert not from_event(body, PLACE, began=True).may_pass
    assert from_event({"message": "slow down", "code": 429}, PLACE, began=False).error.kind == "rate_limit"


def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    assert asked_wait({"retry-after": "2.5"}, None) == 2.5
    assert asked_wait({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None, now=1445412480 - 30) == 30
    assert asked_wait({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None, now=1445412480 + 30) == 0
    for odd in ("soon", "nan", "inf", "1e999", "Wed, 99 Foo 2015", ""):
        assert asked_wait({"retry-after": odd}, None) is None
    assert asked_wait({"retry-after": "-5"}, None) == 0
    assert asked_wait({"retry-after-ms": "250", "retry-after": "1"}, None) == 0.25
    assert asked_wait({}, None) is None


class _Status(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status_code, self.body = status, {"message": message}


@pytest.mark.parametrize(
    ("message", "name"),
    [
        (
            "Unsupported parameter: 'max_tokens' is not supported here. Use 'max_completion_tokens' instead.",
            "max_tokens",
        ),
        ("Unsupported value: 'temperature' does not support 0.0 with this model.", "temperature"),
        ("Unrecognized request argument supplied: stream_options", "stream_options"),
        ("max_tokens is too large: 100000. This model takes at most 4096.", None),
        ("messages: at least one message is required", None),
    ],
)
def test_a_refused_parameter_is_found_by_its_name(message: str, name: str | None) -> None:
    sent = ["stream_options", "max_tokens", "temperature"]
    assert refused_parameter(_Status(400, message), sent) == name
    assert refused_parameter(_Status(500, message), sent) is None


def test_an_exception_that_is_a_bug_is_not_explained_away() -> None:
    assert explain(KeyError("x"), PLACE, began=False) is None


def test_keys_of_many_shapes_are_hidden() -> None:
    shown = hide("sk-ant-api03-abcdefgh gsk_abcdefghij AIzaSyAbcdefghijk plainkey", "plainkey")
    assert "abcdef" not in shown.lower()
    assert "plainkey" not in shown


@pytest.mark.parametrize(
    ("location", "shown", "base"),
    [
        ("https://new.example/api/v1/chat/completions?key=abc", "https://new.example/api/v1/chat", "api/v1"),
        ("https://me:pass@new.example/v1/models", "https://new.example/v1/models", "https://new.example/v1"),
        ("/login?next=abc", "https://api.example.com:8443/login", ""),
        ("https://new.example/sk-proj-secret123456", "https://new.example/[key]", ""),
        ("", "", ""),
    ],
)
def test_a_redirect_tells_the_address_without_what_is_secret(location: str, shown: str, base: str) -> None:
    class Redirected(Exception):
        status_code = 301
        body = None
        response = SimpleNamespace(headers={"location": location})

    failure = explain(Redirected(), PLACE, began=False)
    assert failure is not None
    assert shown in failure.error.message
    assert f'{base}".' in failure.error.remedy if base else "Check base_url" in failure.error.remedy
    for secret in ("abc", "pass", "secret123456"):
        assert secret not in str(failure.error)


def test_a_wait_is_told_with_its_length_and_a_missing_model_with_where_to_look() -> None:
    wait = from_status(429, {}, {"retry-after": "7200"}, PLACE)
    assert "Try again in 2 h" in wait.error.remedy
    missing = from_status(404, {"error": {"code": "model_not_found", "message": "no such model"}}, {}, PLACE)
    assert "codesteer providers models mine" in missing.error.remedy

"""Captured failures of real servers, and what they are called."""

from __future__ import annotations

import json

import pytest

from codesteer_tui.providers.failure_words import asked_wait, hide
from codesteer_tui.providers.failures import (
    Place,
    explain,
    from_event,
    from_status,
    refused_parameter,
)

PLACE = Place("mine", "https://user:pw@api.example.com:8443/v1", "gpt-4o", key="sk-proj-secret123456")

CAPTURED = [
    (
        401,
        {
            "error": {
                "message": "Incorrect API key provided: sk-proj-********3456.",
                "code": "invalid_api_key",
            }
        },
        "auth",
    ),
    (401, {"error": {"message": "Invalid API Key", "type": "authentication_error", "code": 401}}, "auth"),
    (403, {"error": {"message": "Project does not have access to model"}}, "auth"),
    (402, {"error": {"message": "Insufficient Balance"}}, "quota"),
    (429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, "quota"),
    (
        429,
        {"error": {"message": "Rate limit reached for gpt-4o", "code": "rate_limit_exceeded"}},
        "rate_limit",
    ),
    (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "overloaded"),
    (503, "<html><head><title>503 Service Temporarily Unavailable</title></head></html>", "overloaded"),
    (500, {"detail": "Internal Server Error"}, "overloaded"),
    (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 8192 tokens",
                "code": "context_length_exceeded",
            }
        },
        "context_too_long",
    ),
    (
        400,
        {
            "error": {
                "code": 400,
                "message": "the request exceeds the available context size",
                "type": "exceed_context_size_error",
            }
        },
        "context_too_long",
    ),
    (
        400,
        {"type": "error", "error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}},
        "context_too_long",
    ),
    (400, {"error": {"message": "Your credit balance is too low to access the Anthropic API."}}, "quota"),
    (400, {"error": {"message": "The response was filtered", "code": "content_filter"}}, "refused"),
    (400, {"error": {"message": "'messages' must contain at least one item"}}, "bad_request"),
    (422, {"detail": [{"loc": ["body", "messages"], "msg": "field required"}]}, "bad_request"),
    (404, {"error": {"message": "The model `gpt-9` does not exist", "code": "model_not_found"}}, "not_found"),
    (404, {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-0"}}, "not_found"),
    (
        413,
        {"error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}},
        "context_too_long",
    ),
    (407, "proxy authentication required", "unreachable"),
]


@pytest.mark.parametrize(("status", "body", "kind"), CAPTURED)
def test_a_captured_error_body_gets_its_kind_and_a_remedy(status: int, body: object, kind: str) -> None:
    error = from_status(status, body, {}, PLACE).error
    assert error.kind == kind
    assert error.remedy
    for named in ("mine", "api.example.com:8443", "gpt-4o", str(status)):
        assert named in error.message


@pytest.mark.parametrize(("status", "body", "kind"), CAPTURED)
def test_no_message_shows_a_key_or_a_password(status: int, body: object, kind: str) -> None:
    text = json.dumps(body) + " with key sk-proj-secret123456 and Bearer abcdef"
    shown = str(from_status(status, {"error": {"message": text}}, {}, PLACE).error)
    assert "secret123456" not in shown
    assert "abcdef" not in shown
    assert "pw@" not in shown


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


def test_a_404_that_names_no_model_points_at_the_address() -> None:
    error = from_status(404, {"detail": "Not Found"}, {}, PLACE).error
    assert "base_url" in error.remedy
    assert "/v1" in error.remedy


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
    assert asked_wait({"retry-after": "soon"}, None) is None
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

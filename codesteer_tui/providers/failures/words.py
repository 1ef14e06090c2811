"""What a server's words mean: from the status and body of a failed call to the kind of failure.

The words are those that the services really use; the tests keep captured bodies of each. Statuses alone do not
tell enough: a 429 may mean "wait a second", "wait until tomorrow" or "pay", a 400 anything.
"""

from __future__ import annotations

import email.utils
import json
import math
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from codesteer_tui.errors import ModelErrorKind
from codesteer_tui.providers.keys.hiding import HIDDEN, KEY_SHAPES, SHORTEST, forms_of

QUOTED_CHARS = 300
"""Longest quotation of a server's words."""

_CONTEXT = re.compile(
    r"context.{0,20}(length|size|window|limit)|exceed_context|maximum context|(prompt|input) is too long"
    r"|too many (input )?tokens|string_above_max_length|request_too_large|maximum prompt length"
    r"|exceeds the maximum number of tokens|tokens.{0,40}max_new_tokens|max_tokens must be at least 1, got -"
    r"|context the overflows|exceed.{0,12}\bn_ctx"
)
_SPENT = re.compile(
    r"insufficient_quota|credit balance|spend_limit|usage limits|insufficient[ _](funds|balance|credit)"
    r"|credit_limit|credit limit|requires more credits|billing_error|billing_hard_limit|key limit exceeded|perday"
)
_QUOTA = re.compile(r"exceeded your current quota|billing|payment|more credits")
_REFUSED = re.compile(
    r"content_filter|content_policy|content management policy|safety_violation|usage polic|moderation"
    r"|invalid_prompt|responsibleaipolicy|flagged"
)
_RATE = re.compile(
    r"rate.?limit|too many requests|(tokens|requests) per (second|min|hour|day)|perminute|\b[tr]p[md]\b"
    r"|resource.{0,10}exhausted|slow down|service tier capacity"
)
_TOO_LARGE_AT_ONCE = re.compile(r"request too large.{0,200}(per min|\btpm\b)")
_NO_MODEL = re.compile(
    r"model_not_found|model.{0,80}(not found|does not exist|not exist)|deploymentnotfound"
    r"|no such model|unknown model|invalid model|no models loaded|no endpoints found"
)
_AUTH = re.compile(
    r"(incorrect|invalid|wrong|expired)[ _]api[ _]?key|api[ _]key[ _](not valid|invalid|expired)"
    r"|authentication_error|invalid_api_key|invalid x-api-key|unauthorized"
)
_OVERLOADED = re.compile(r"overloaded|server_error|api_error|service_unavailable|timeout_error|internal")
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|does not support|unknown|unrecognized|unexpected|not permitted|not allowed"
    r"|extra inputs|invalid param|instead|deprecated|cannot both|any of the expected|must be verified"
)
_NO_SUCH_PAGE = re.compile(
    r"(?i)(404 )?(page |url |resource |path |route |file )?not found\W*|(invalid|unknown) url.*"
)

_PART = r"[\d.]+\s*(?:milliseconds?|ms|hours?|h|minutes?|min|m|seconds?|sec|s)(?![a-z])"
_WAIT = re.compile(rf'(?:(?:try again|retry)\s+(?:in|after)|"?retrydelay"?\s*[:=]\s*"?)\s*((?:{_PART}\s*)+)')
_UNITS = {"ms": 0.001, "milliseconds": 0.001, "millisecond": 0.001, "h": 3600.0, "m": 60.0, "s": 1.0}


def kind_of_status(status: int, text: str) -> ModelErrorKind:
    """The kind of an HTTP error. `text` is the body in lower case."""
    if status == 429:
        return _too_many(text)
    if status == 413:
        return "rate_limit" if _RATE.search(text) else "context_too_long"
    if status == 403:
        return "refused" if _REFUSED.search(text) else "quota" if _SPENT.search(text) else "auth"
    if status >= 500 or status in (408, 409):
        return "context_too_long" if _CONTEXT.search(text) and status == 500 else "overloaded"
    fixed: dict[int, ModelErrorKind] = {401: "auth", 402: "quota", 404: "not_found", 407: "unreachable"}
    if status in fixed:
        return fixed[status]
    kind = kind_of_text(text)
    return kind if kind not in (None, "rate_limit", "overloaded") else "bad_request"


def kind_of_text(text: str) -> ModelErrorKind | None:
    """The kind that the words alone tell, in lower case, or None."""
    rules: tuple[tuple[re.Pattern[str], ModelErrorKind], ...] = (
        (_CONTEXT, "context_too_long"),
        (_SPENT, "quota"),
        (_REFUSED, "refused"),
        (_NO_MODEL, "not_found"),
        (_AUTH, "auth"),
        (_RATE, "rate_limit"),
        (_QUOTA, "quota"),
        (_OVERLOADED, "overloaded"),
    )
    return next((kind for pattern, kind in rules if pattern.search(text)), None)


def _too_many(text: str) -> ModelErrorKind:
    """A 429 that waiting cures, or one that only money or tomorrow does.

    Rate limits advertise the billing page, and quotas the page on rate limits, so the plainest words count first.
    """
    if _SPENT.search(text):
        return "quota"
    if _RATE.search(text):
        return "rate_limit"
    return "quota" if _QUOTA.search(text) else "rate_limit"


def too_large_at_once(text: str) -> bool:
    """Whether one request alone goes beyond what may be used in a minute, so that no wait helps."""
    return bool(_TOO_LARGE_AT_ONCE.search(text))


def no_such_page(body: object) -> bool:
    """Whether a 404 is about the address and not about the model: a web page, or a router's few words."""
    words = said(body).strip()
    return not words or is_page(words) or bool(_NO_SUCH_PAGE.fullmatch(words))


def names_unsupported(text: str) -> bool:
    """Whether the words say that something in the request is not taken."""
    return bool(_UNSUPPORTED.search(text.lower()))


def asked_wait(headers: Mapping[str, str], body: object, now: float | None = None) -> float | None:
    """Seconds that the server asks to wait, out of its headers or its words, or None.

    `Retry-After` is a number or an HTTP date (RFC 9110, 10.2.3); `retry-after-ms` is exacter where it is given.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after") or headers.get("Retry-After")
    if value and (seconds := _number(value)) is not None:
        return seconds
    if value:
        try:
            at = email.utils.parsedate_to_datetime(value).timestamp()
        except (ValueError, OverflowError):
            return _wait_in_words(body)
        return max(0.0, at - (time.time() if now is None else now))
    return _wait_in_words(body)


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _wait_in_words(body: object) -> float | None:
    found = _WAIT.search(plain(body).lower())
    if not found:
        return None
    parts = re.findall(r"([\d.]+)\s*([a-z]+)", found[1])
    values = [(_number(number), _UNITS.get(unit) or _UNITS[unit[0]]) for number, unit in parts]
    return sum(value * unit for value, unit in values if value is not None)


def quote(body: object, secrets: Sequence[str] = ()) -> str:
    """What the server said, in one short line, without secrets, anything like a key, or control characters."""
    text = said(body)
    if is_page(text):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = f"a web page titled {' '.join(title[1].split())!r}" if title else "a web page"
    text = "".join(c if c.isprintable() else " " for c in text)
    return hide(" ".join(text.split()), *secrets)[:QUOTED_CHARS]


def hide(text: str, *secrets: str) -> str:
    """`text` without the secrets in any of their forms, and without anything shaped like a key."""
    words = {part for secret in secrets for part in (secret, *secret.split()) if part}
    forms = {
        form for word in words for form in (word, *forms_of(word)) if word in secrets or len(form) >= SHORTEST
    }
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return KEY_SHAPES.sub(HIDDEN, text)


def is_page(text: str) -> bool:
    """Whether a body is a web page."""
    return bool(re.search(r"<\s*(!doctype|html|head|body)", text[:2000], re.IGNORECASE))


def said(body: object) -> str:
    """The server's own message out of the shapes in use.

    Those are {"error": {"message"}}, {"error"}, {"message"}, {"detail"}, lists of them (Gemini), and lists of
    {"loc", "msg"} (whatever is built on pydantic). A message may be such a thing once more, as JSON.
    """
    if isinstance(body, Mapping):
        if isinstance(body.get("msg"), str):
            place = ".".join(str(part) for part in body.get("loc") or ())
            return f"{place}: {body['msg']}" if place else body["msg"]
        for name in ("error", "message", "detail", "error_description"):
            if body.get(name):
                return said(body[name])
    if isinstance(body, list) and body and all(isinstance(item, Mapping) for item in body):
        return "; ".join(said(item) for item in body[:3])
    if isinstance(body, str) and body.lstrip()[:1] in ("{", "["):
        try:
            inner = json.loads(body)
        except (ValueError, RecursionError):
            return body
        return said(inner) if isinstance(inner, dict | list) and inner else body
    return plain(body)


def plain(body: Any) -> str:
    """A body as text: as it came, or as JSON where it was read."""
    if body is None:
        return ""
    if isinstance(body, bytes):
        return body.decode("utf-8", "replace")
    return body if isinstance(body, str) else json.dumps(body, default=str, ensure_ascii=False)

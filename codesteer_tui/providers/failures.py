"""What a failed call means: status codes, error bodies and exceptions become one typed `ModelError`.

Pure functions that know no SDK: an exception is read by its shape (`status_code`, `body`, `response`, its
class and its causes), so captured failures test them and nothing slow is imported.
"""

from __future__ import annotations

import email.utils
import json
import re
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from codesteer_tui.errors import ModelError, ModelErrorKind

_QUOTED_CHARS = 300
_KEY_SHAPES = re.compile(
    r"(?i)(\bbearer\s+\S+|\b(?:sk|pk|gsk|xai|key|rk|AIza)[-_][\w*.-]{6,}|\bAIza[\w-]{10,})"
)

_CONTEXT = re.compile(
    r"context.{0,20}(length|size|window|limit)|exceed_context|maximum context|prompt is too long"
    r"|too many (input )?tokens|input is too long|string_above_max_length|request_too_large"
)
_QUOTA = re.compile(
    r"insufficient_quota|exceeded your current quota|credit balance|billing|payment"
    r"|insufficient (funds|balance)"
)
_REFUSED = re.compile(r"content_filter|content_policy|content management policy|safety_violation|usage polic")
_OVERLOADED = re.compile(r"overloaded|server_error|api_error|service_unavailable|timeout_error|internal")
_RATE = re.compile(r"rate_limit|too many requests|rate limit")
_NO_MODEL = re.compile(
    r"model_not_found|model.{0,80}(not found|does not exist|not exist)"
    r"|no such model|unknown model|invalid model"
)
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|does not support|unknown|unrecognized|unexpected|not permitted|not allowed"
    r"|extra inputs|invalid param|instead|deprecated"
)


class Place(Struct, frozen=True):
    """Whose failure: provider as configured, host asked, model asked for. `key` is only here to hide it."""

    provider: str
    base_url: str
    model: str
    key: str = ""

    @property
    def host(self) -> str:
        """Host and port of the address; never its path, user name or password."""
        try:
            parts = urlsplit(self.base_url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return "(not an address)"
        return f"{parts.hostname}{port}" if parts.hostname else "(not an address)"

    def __repr__(self) -> str:
        return f"Place({self.provider!r}, {self.host!r}, {self.model!r})"


class Failure(Struct, frozen=True):
    """A typed error, whether trying again may help, and how many seconds the server asked to wait."""

    error: ModelError
    may_pass: bool = False
    retry_after_s: float | None = None


def explain(error: Exception, place: Place, *, began: bool) -> Failure | None:
    """What `error` means, or None where it is no failure of a provider but a bug of ours.

    `began` is true once text has arrived: a connection lost after that is a broken stream.
    """
    if isinstance(error, ModelError):
        return Failure(error)
    status, body = getattr(error, "status_code", None), getattr(error, "body", None)
    headers = getattr(getattr(error, "response", None), "headers", {})
    if isinstance(status, int) and status >= 400:
        return from_status(status, body, headers, place)
    if isinstance(status, int) and status >= 300:
        return _elsewhere(status, headers, place)
    if body is not None:
        return from_event(body, place, began=began)
    if isinstance(error, json.JSONDecodeError):
        return _not_this_protocol(f"sent an event that is not JSON ({error.msg})", place, began=began)
    if _is_network(error):
        return _lost(error, place, began=began)
    return None


def from_status(status: int, body: object, headers: Mapping[str, str], place: Place) -> Failure:
    """Classify an HTTP error by its status and what the body says."""
    said = quote(body, place)
    kind = _kind_of_status(status, _text(body).lower())
    if kind == "auth" and not place.key:
        kind = "missing_key"
    after = retry_after(headers)
    may_pass = kind in ("rate_limit", "overloaded") or status in (408, 409)
    error = _error(kind, f"HTTP {status}", said, place, looks_html=_is_html(body, headers))
    return Failure(error, may_pass=may_pass, retry_after_s=after)


def from_event(body: object, place: Place, *, began: bool) -> Failure:
    """Classify an error that came as an event inside a stream that had started well."""
    text = _text(body).lower()
    code = re.search(r"""["']?(?:code|status)["']?\s*:\s*["']?([45]\d\d)\b""", text)
    kind = _kind_of_status(int(code[1]), text) if code else _kind_of_text(text) or "overloaded"
    error = _error(kind, "an error inside the stream", quote(body, place), place)
    return Failure(error, may_pass=not began and kind in ("rate_limit", "overloaded"))


def unusable_key(place: Place) -> ModelError | None:
    """The error for a key that cannot be sent at all, as when a line break or a dash of prose got into it."""
    if place.key.isascii() and place.key.isprintable() and " " not in place.key:
        return None
    return ModelError(
        "auth",
        f"The key of provider {place.provider} holds characters that no key has (spaces, line breaks, accents).",
        "Copy the key again and put it where the configuration says it is.",
        provider=place.provider,
    )


def unfinished(place: Place, *, events: int, content_type: str) -> ModelError:
    """The stream ended without saying that the reply was complete. `events` is how many arrived."""
    if events == 0:
        what = f"answered with {content_type or 'no content type'} and no event of a stream"
        return _not_this_protocol(what, place, began=False).error
    return _broken("ended the stream without saying that the reply was complete", place)


def no_json(place: Place, *, content_type: str) -> ModelError:
    """The server answered, and what it said is not JSON. Nothing had been streamed."""
    what = f"answered with {content_type or 'no content type'} instead of JSON"
    return _not_this_protocol(what, place, began=False).error


def refused_parameter(error: Exception, sent: Iterable[str]) -> str | None:
    """The one of the parameters `sent` that a 400 or 422 says it does not take, or None."""
    if getattr(error, "status_code", None) not in (400, 422):
        return None
    text = _text(getattr(error, "body", None)) or str(error)
    if not _UNSUPPORTED.search(text.lower()):
        return None
    named = [(found.start(), name) for name in sent if (found := re.search(rf"\b{name}\b", text))]
    return min(named)[1] if named else None


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds that `Retry-After` asks to wait: a number or an HTTP date (RFC 9110, 10.2.3), or None."""
    value = headers.get("retry-after") or headers.get("Retry-After")
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        at = email.utils.parsedate_to_datetime(value).timestamp()
    except ValueError:
        return None
    return max(0.0, at - (time.time() if now is None else now))


def quote(body: object, place: Place) -> str:
    """What the server said, in one short line, without anything that looks like a key."""
    text = _said(body)
    if re.search(r"<\s*(!doctype|html|head|body)", text[:2000], re.IGNORECASE):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = f"a web page titled {title[1].strip()!r}" if title else "a web page"
    return hide(" ".join(text.split()), place.key)[:_QUOTED_CHARS]


def hide(text: str, key: str) -> str:
    """`text` without the key, and without anything shaped like one."""
    if key:
        text = text.replace(key, "[key]")
    return _KEY_SHAPES.sub("[key]", text)


def _kind_of_status(status: int, text: str) -> ModelErrorKind:
    fixed: dict[int, ModelErrorKind] = {
        401: "auth",
        402: "quota",
        403: "auth",
        404: "not_found",
        407: "unreachable",
        413: "context_too_long",
    }
    if status == 403 and _REFUSED.search(text):
        return "refused"
    if status == 429:
        return "quota" if _QUOTA.search(text) else "rate_limit"
    if status >= 500 or status in (408, 409):
        return "context_too_long" if _CONTEXT.search(text) and status == 500 else "overloaded"
    if status in fixed:
        return fixed[status]
    kind = _kind_of_text(text)
    return kind if kind in ("context_too_long", "quota", "refused", "not_found") else "bad_request"


def _kind_of_text(text: str) -> ModelErrorKind | None:
    rules: tuple[tuple[re.Pattern[str], ModelErrorKind], ...] = (
        (_CONTEXT, "context_too_long"),
        (_QUOTA, "quota"),
        (_REFUSED, "refused"),
        (_NO_MODEL, "not_found"),
        (_RATE, "rate_limit"),
        (_OVERLOADED, "overloaded"),
    )
    return next((kind for pattern, kind in rules if pattern.search(text)), None)


_WHAT: dict[ModelErrorKind, str] = {
    "auth": "did not accept the key",
    "missing_key": "wants a key and none was sent",
    "quota": "says that the account has no credit left",
    "rate_limit": "says that there are too many requests",
    "overloaded": "is overloaded or failed",
    "context_too_long": "says that the conversation is too long for the model",
    "refused": "refused to answer this",
    "bad_request": "did not accept the request",
    "not_found": "does not know the model",
    "unreachable": "could not be reached",
}
_REMEDY: dict[ModelErrorKind, str] = {
    "auth": "Check that the key is the right one for this provider and may use this model.",
    "missing_key": "Set the key of this provider in the configuration or in its environment variable.",
    "quota": "Add credit at the provider, or give the role to another provider.",
    "rate_limit": "Wait a minute and try again, or give the role to another provider.",
    "overloaded": "Try again in a minute, or give the role to another provider.",
    "context_too_long": "Use a model with a larger context, fewer rounds, or a shorter problem.",
    "refused": "Word the problem differently, or give the role to another model.",
    "bad_request": "Check the model's name and the provider's settings; see the server's words.",
    "not_found": "Check the model's name in the configuration of this provider.",
    "unreachable": "Check the network and the proxy settings.",
}


def _error(kind: ModelErrorKind, how: str, said: str, place: Place, looks_html: bool = False) -> ModelError:
    what, remedy = _WHAT[kind], _REMEDY[kind]
    if kind == "not_found" and (looks_html or not re.search(r"(?i)model", said)):
        what = "has no such address"
        remedy = (
            f"Check base_url of provider {place.provider!r}: for the OpenAI protocol it usually ends in /v1."
        )
    if how == "HTTP 407":
        what, remedy = "is behind a proxy that wants a password", "Put user and password into HTTPS_PROXY."
    words = f"{how}: {said}" if said else how
    return ModelError(kind, f"{_subject(place)} {what} ({words}).", remedy, provider=place.provider)


def _subject(place: Place) -> str:
    return f"{place.provider} at {place.host}, model {place.model},"


def _not_this_protocol(what: str, place: Place, *, began: bool) -> Failure:
    if began:
        return Failure(_broken(what, place))
    remedy = f"Check base_url and kind of provider {place.provider!r}: this does not speak its protocol."
    return Failure(ModelError("protocol", f"{_subject(place)} {what}.", remedy, provider=place.provider))


def _elsewhere(status: int, headers: Mapping[str, str], place: Place) -> Failure:
    """A redirect. None is followed: the key belongs to the host that was configured."""
    host = Place("", headers.get("location", ""), "").host
    what = f"sends to another address (HTTP {status}, {host})"
    remedy = f"If you trust it, set base_url of provider {place.provider!r} to the new address."
    return Failure(ModelError("protocol", f"{_subject(place)} {what}.", remedy, provider=place.provider))


def _broken(what: str, place: Place) -> ModelError:
    remedy = (
        "What had arrived is kept. Try again; if it happens often, look at the network or the server's log."
    )
    return ModelError("broken_stream", f"{_subject(place)} {what}.", remedy, provider=place.provider)


def _lost(error: Exception, place: Place, *, began: bool) -> Failure:
    reason, lasting = _reason(error)
    if began:
        return Failure(_broken(f"stopped in the middle of the reply ({reason})", place))
    if reason.startswith("no reply"):
        remedy = "Raise timeout_s of this provider if the model is slow, or try again."
    elif "certificate" in reason:
        remedy = "Check the machine's clock and certificates; SSL_CERT_FILE names a bundle of your own."
    else:
        remedy = f"Check that the server runs and that base_url ({place.host}) is right, and the network."
    message = f"{_subject(place)} could not be reached ({hide(reason, place.key)})."
    failed = ModelError("unreachable", message, remedy, provider=place.provider)
    return Failure(failed, may_pass=not lasting)


def _reason(error: Exception) -> tuple[str, bool]:
    """A few words for a lost connection, and whether trying again at once would be pointless."""
    chain = list(_causes(error))
    names = [type(cause).__name__ for cause in chain]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain):
        return "its certificate was not accepted", True
    if "ReadTimeout" in names or ("APITimeoutError" in names and "ConnectTimeout" not in names):
        return "no reply in time", True
    if "ConnectTimeout" in names:
        return "no connection in time", False
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain):
        return "connection refused", False
    if names[0] == "InvalidURL" or "UnsupportedProtocol" in names:
        return "base_url is not an http or https address", True
    last = str(chain[-1]).strip() or str(error).strip() or names[-1]
    return last[:200], False


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _is_network(error: Exception) -> bool:
    """An SDK's connection error, or an error of the HTTP library that it let through."""
    roots = {base.__name__ for base in type(error).__mro__}
    return bool(roots & {"APIConnectionError", "HTTPError", "InvalidURL", "StreamError"}) or isinstance(
        error, OSError
    )


def _is_html(body: object, headers: Mapping[str, str]) -> bool:
    return "html" in (headers.get("content-type") or "") or "<html" in _text(body)[:2000].lower()


def _said(body: object) -> str:
    """The server's own message out of the shapes in use: {"error": {"message"}}, {"message"}, {"detail"}."""
    if isinstance(body, Mapping):
        for name in ("error", "message", "detail", "error_description"):
            if body.get(name):
                return _said(body[name])
    return _text(body)


def _text(body: Any) -> str:
    if body is None:
        return ""
    if isinstance(body, bytes):
        return body.decode("utf-8", "replace")
    return body if isinstance(body, str) else json.dumps(body, default=str, ensure_ascii=False)

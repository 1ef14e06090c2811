"""What a failed call means: status codes, error bodies and exceptions become one typed `ModelError`.

Pure functions that know no SDK: an exception is read by its shape (`status_code`, `body`, `response`, its
class and its causes), so captured failures test them and nothing slow is imported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from codesteer_tui.errors import KEPT, ModelError, ModelErrorKind
from codesteer_tui.providers.failures.network import is_network, loss
from codesteer_tui.providers.failures.words import (
    asked_wait,
    hide,
    kind_of_status,
    kind_of_text,
    names_unsupported,
    no_such_page,
    plain,
    quote,
    too_large_at_once,
)


class Place(Struct, frozen=True):
    """Whose failure: provider as configured, host asked, model asked for.

    `key` and `secrets` (header values that came out of a key store) are only here to be hidden.
    """

    provider: str
    base_url: str
    model: str
    key: str = ""
    secrets: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """Host and port of the address; never its path, user name or password."""
        try:
            parts = urlsplit(self.base_url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return "(not an address)"
        return f"{parts.hostname}{port}" if parts.hostname else "(not an address)"

    @property
    def hidden(self) -> tuple[str, ...]:
        """Everything that no text may show."""
        return tuple(secret for secret in (self.key, *self.secrets) if secret)

    def __repr__(self) -> str:
        return f"Place({self.provider!r}, {self.host!r}, {self.model!r})"


class Failure(Struct, frozen=True):
    """A typed error, whether trying again may help, and how many seconds the server asked to wait."""

    error: ModelError
    may_pass: bool = False
    retry_after_s: float | None = None


class TooMuch(Exception):
    """A server sent more than anything of the protocol can be."""


class OddEvent(Exception):
    """A server sent an event that is JSON, and not of the shape that the protocol has."""


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
    if isinstance(status, int) and status < 200:
        return _not_this_protocol(f"answered with HTTP {status}", place, began=began)
    if isinstance(error, json.JSONDecodeError):
        return _not_this_protocol(f"sent an event that is not JSON ({error.msg})", place, began=began)
    if isinstance(error, TooMuch | OddEvent | UnicodeDecodeError | RecursionError) or _is_odd(error):
        what = str(error) if isinstance(error, TooMuch) else "sent an event that is not of its protocol"
        return _not_this_protocol(what, place, began=began)
    if body is not None:
        return from_event(body, place, began=began)
    if is_network(error):
        return _lost(error, place, began=began)
    return None


def from_status(status: int, body: object, headers: Mapping[str, str], place: Place) -> Failure:
    """Classify an HTTP error by its status and what the body says."""
    text = plain(body).lower()
    kind = kind_of_status(status, text)
    if kind == "auth" and not place.key:
        kind = "missing_key"
    may_pass = kind in ("rate_limit", "overloaded") and not too_large_at_once(text)
    wait = asked_wait(headers, body) if may_pass else None
    return Failure(_error(kind, f"HTTP {status}", body, place, wait), may_pass=may_pass, retry_after_s=wait)


def from_event(body: object, place: Place, *, began: bool) -> Failure:
    """Classify an error that came as an event inside a stream that had started well, or in place of one."""
    text = plain(body).lower()
    code = re.search(r"""["']?(?:code|status)["']?\s*:\s*["']?([45]\d\d)\b""", text)
    kind = kind_of_status(int(code[1]), text) if code else kind_of_text(text) or "overloaded"
    may_pass = not began and kind in ("rate_limit", "overloaded") and not too_large_at_once(text)
    wait = asked_wait({}, body) if may_pass else None
    error = _error(kind, "an error inside the stream", body, place, wait)
    return Failure(error, may_pass=may_pass, retry_after_s=wait)


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


def unfinished(place: Place, *, events: int, content_type: str, body: object = "") -> ModelError:
    """The stream ended without saying that the reply was complete.

    `events` is how many arrived; where none did, `body` is what came instead.
    """
    if events == 0 and body in ("", b"") and "event-stream" in content_type:
        what = f"{_subject(place)} began a reply and ended it without a word."
        remedy = (
            "The server failed without saying why; some do where a conversation is too long. Look at its log."
        )
        return ModelError("broken_stream", what, remedy, provider=place.provider)
    if events == 0:
        words = quote(body, place.hidden)
        what = f"answered with {content_type or 'no content type'} and no event of a stream"
        what += f": {words}" if words else ", and nothing in it" if body in ("", b"") else ""
        return _not_this_protocol(what, place, began=False).error
    return _broken("ended the stream without saying that the reply was complete", place)


def too_long_a_wait(error: ModelError, asked_s: float, longest_s: float) -> ModelError:
    """The error with how long the server asks to wait, where that is longer than anyone would sit there."""
    message = f"{error.message} It asks to wait {duration(asked_s)}; at most {duration(longest_s)} is waited."
    return ModelError(error.kind, message, _try_again_in(asked_s), provider=error.provider)


def _try_again_in(seconds: float) -> str:
    return f"Try again in {duration(seconds)}, or give the role to another provider."


def duration(seconds: float) -> str:
    """Seconds as people say them: 45 s, 12 min, 3 h, 2 days."""
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def no_json(place: Place, *, content_type: str) -> ModelError:
    """The server answered, and what it said is not JSON. Nothing had been streamed."""
    what = f"answered with {content_type or 'no content type'} instead of JSON"
    return _not_this_protocol(what, place, began=False).error


def refused_parameter(error: Exception, sent: Iterable[str]) -> str | None:
    """The one of the parameters `sent` that a 400 or 422 says it does not take, or None."""
    if getattr(error, "status_code", None) not in (400, 422):
        return None
    text = plain(getattr(error, "body", None)) or str(error)
    if not names_unsupported(text):
        return None
    found = [(at.start(), -len(name), name) for name in sent if (at := re.search(_word(name), text))]
    return min(found)[2] if found else None


def _word(name: str) -> str:
    return rf"(?<!\w){re.escape(name)}(?!\w)"


_WHAT: dict[ModelErrorKind, str] = {
    "auth": "did not accept the key",
    "missing_key": "wants a key and none was sent",
    "quota": "says that the account has no credit or quota left",
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
    "quota": "Add credit or raise the limit at the provider, or give the role to another provider.",
    "rate_limit": "Wait a minute and try again, or give the role to another provider.",
    "overloaded": "Try again in a minute, or give the role to another provider.",
    "context_too_long": "Use a model with a larger context, fewer rounds, or a shorter problem.",
    "refused": "Word the problem differently, or give the role to another model.",
    "bad_request": "Check the model's name and the provider's settings; see the server's words.",
    "not_found": "Check the model's name in the configuration of this provider.",
    "unreachable": "Check the network and the proxy settings.",
}


def _error(
    kind: ModelErrorKind, how: str, body: object, place: Place, wait_s: float | None = None
) -> ModelError:
    """`wait_s` is how many seconds the server asks to wait, where it does."""
    what, remedy = _WHAT[kind], _REMEDY[kind]
    if wait_s is not None and wait_s >= 1:
        remedy = _try_again_in(wait_s)
    if kind == "not_found":
        remedy = (
            f"Check the model's name; to see which there are: codesteer providers models {place.provider}"
        )
    if kind == "not_found" and no_such_page(body):
        what = "has no such address"
        remedy = (
            f"Check base_url of provider {place.provider!r}: for the OpenAI protocol it usually ends in /v1."
        )
    if kind == "rate_limit" and too_large_at_once(plain(body).lower()):
        what = "says that this one request is more than may be used in a minute"
        remedy = (
            f"Lower max_tokens of provider {place.provider!r}, use fewer rounds, or raise the limit there."
        )
    if how == "HTTP 407":
        what = "is behind a proxy that wants a password"
        remedy = "Put user and password into the proxy's address: proxy of this provider, or HTTPS_PROXY."
    said = quote(body, place.hidden)
    words = f"{how}: {said}" if said else how
    return ModelError(kind, f"{_subject(place)} {what} ({words}).", remedy, provider=place.provider)


def _subject(place: Place) -> str:
    model = f", model {place.model}," if place.model else ""
    return f"{place.provider} at {place.host}{model}"


def _not_this_protocol(what: str, place: Place, *, began: bool) -> Failure:
    if began:
        return Failure(_broken(what, place))
    remedy = f"Check base_url and kind of provider {place.provider!r}: this does not speak its protocol."
    return Failure(ModelError("protocol", f"{_subject(place)} {what}.", remedy, provider=place.provider))


def _elsewhere(status: int, headers: Mapping[str, str], place: Place) -> Failure:
    """A redirect. None is followed: the key belongs to the host that was configured."""
    shown = _address_in_words(headers.get("location", ""), place)
    what = f"sends to another address (HTTP {status}{f', {shown}' if shown else ''})"
    base = next((shown.removesuffix(end) for end in _ENDS if shown.endswith(end)), "")
    if shown.endswith("/v1/models") and "/v1" in place.base_url:  # else it may be the list of either protocol
        base = shown.removesuffix("/models")
    remedy = (
        f"Check base_url of provider {place.provider!r}: an API would answer there, and not send elsewhere."
    )
    if base:
        remedy = f'If you trust it, set base_url of provider {place.provider!r} to "{base}".'
    return Failure(ModelError("protocol", f"{_subject(place)} {what}.", remedy, provider=place.provider))


_ENDS = ("/chat/completions", "/responses", "/v1/messages")
"""What is added to base_url for a call."""


def _address_in_words(location: str, place: Place) -> str:
    """Scheme, host and path of a redirect; never a user name, a password or a query. Empty where there is none."""
    try:
        parts = urlsplit(urljoin(place.base_url, location))
    except ValueError:
        return ""
    if not location or parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return quote(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}", place.hidden)


def _broken(what: str, place: Place) -> ModelError:
    remedy = f"{KEPT} Try again; if it happens often, look at the network or the server's log."
    return ModelError("broken_stream", f"{_subject(place)} {what}.", remedy, provider=place.provider)


def _lost(error: Exception, place: Place, *, began: bool) -> Failure:
    lost = loss(error)
    words = hide(lost.words, *place.hidden)[:200]
    if began:
        return Failure(_broken(f"stopped in the middle of the reply ({words})", place))
    usual = f"Check that the server runs and that base_url ({place.host}) is right, and the network."
    verb = "does not answer as it should" if lost.kind == "protocol" else "could not be reached"
    message = f"{_subject(place)} {verb} ({words})."
    failed = ModelError(lost.kind, message, lost.remedy or usual, provider=place.provider)
    return Failure(failed, may_pass=lost.may_pass)


def _is_odd(error: Exception) -> bool:
    """The SDK could not read an event into its types."""
    return "APIResponseValidationError" in {base.__name__ for base in type(error).__mro__}

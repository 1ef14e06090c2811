"""What goes wrong between this machine and the hub, in words and with what helps. No message shows a token."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from codesteer_tui.errors import ModelError, ModelErrorKind
from codesteer_tui.providers.failures.network import is_network, loss
from codesteer_tui.providers.keys.hiding import hide_keys
from codesteer_tui.text import plain

PROVIDER = "hub"
"""Whose failures these are, as `ModelError` names providers; and whose token it is, in `codesteer keys`."""

_STORE = f"codesteer keys set {PROVIDER}, or HF_TOKEN"


def in_our_words(error: Exception, repo: str, address: str, with_token: bool) -> ModelError:
    """An exception of the library as what it means and what helps. It shows no token."""
    host = urlsplit(address).netloc
    response = getattr(error, "response", None)
    if response is not None:
        return refusal(response.status_code, response.headers, repo, address, with_token)
    if type(error).__name__ == "OfflineModeIsEnabled":
        return ModelError("unreachable", "Offline mode is on.", "Unset HF_HUB_OFFLINE.", provider=PROVIDER)
    if type(error).__name__ == "HFValidationError":
        return ModelError("not_found", f"{repo!r} is no name of a repository.", "Write it as OWNER/NAME.")
    if is_network(error):
        return unreachable(error, host)
    return ModelError(
        "protocol",
        hide_keys(
            f"What answers at {host} does not speak as the hub does ({type(error).__name__}: {error})."
        ),
        "Check HF_ENDPOINT.",
        provider=PROVIDER,
    )


def unreachable(error: Exception, host: str, *, kept: str = "") -> ModelError:
    """A connection that was not made, or was lost. `kept` says what is there already."""
    lost = loss(error)
    words = lost.words
    if "proxy" in words:
        remedy = "Check HTTPS_PROXY and NO_PROXY; a password stands in the proxy's address."
    elif "certificate" in words:
        remedy = "Check the machine's clock; a bundle of your own is named with SSL_CERT_FILE."
    elif lost.kind == "protocol":
        remedy = "Check HF_ENDPOINT, and HTTPS_PROXY if there is a proxy."
    else:
        remedy = (
            "Check the connection, HF_ENDPOINT and HTTPS_PROXY; HF_HUB_DOWNLOAD_TIMEOUT sets the patience."
        )
    reached = "closed the connection" in words or "was reset" in words or "no reply" in words
    how = "was reached, and then failed" if reached else "cannot be reached"
    return ModelError(lost.kind, hide_keys(f"{host} {how}: {words}."), f"{kept}{remedy}", provider=PROVIDER)


def refusal(status: int, headers: Mapping[str, str], repo: str, address: str, with_token: bool) -> ModelError:
    """What an HTTP status of the hub at `address` means for who wants `repo`."""
    host = urlsplit(address).netloc
    code, words = headers.get("X-Error-Code", ""), headers.get("X-Error-Message", "")
    said = hide_keys(plain(f" It says: {words}"))[:400] if words else ""
    page = f"{address}/{repo}"
    if code == "GatedRepo" or (status == 403 and "gated" in words.lower()):
        first = f"Accept the licence at {page} with your account, then "
        second = "try again." if with_token else f"give a token of that account: {_STORE}."
        return _refused(
            "auth", f"{host} gives {repo} only to who has accepted its licence.{said}", first + second
        )
    if status in (401, 403) and with_token:
        remedy = (
            "Check that it is whole, not expired, and may read this repository. HF_TOKEN comes before what hf auth"
            f" login stored, and that before codesteer keys set {PROVIDER}; codesteer keys list says which it is."
        )
        return _refused("auth", f"{host} does not take the token for {repo} ({status}).{said}", remedy)
    if status in (401, 403):
        remedy = (
            "Check the name. If it is private or gated, give a token of an account that may read it:"
            f" {_STORE}."
        )
        return _refused(
            "auth",
            f"{host} does not give {repo} to just anyone ({status}), or does not have it.{said}",
            remedy,
        )
    if status == 404 and code in ("RevisionNotFound", "EntryNotFound"):
        what = "such a revision" if code == "RevisionNotFound" else "that file"
        return _refused("not_found", f"{repo} on {host} does not have {what}.{said}", f"Look at {page}.")
    if status == 404:
        remedy = f"Check the name; if it is private: {_STORE}. Look at {page}."
        return _refused("not_found", f"{host} does not have {repo}.{said}", remedy)
    if status == 429:
        return _refused(
            "rate_limit",
            f"{host} asks for fewer requests.{said}",
            f"Wait some minutes, or give a token: {_STORE}.",
        )
    if status == 407:
        remedy = "Put user and password into the proxy's address: HTTPS_PROXY."
        return _refused("unreachable", "The proxy wants a password (407).", remedy)
    if status >= 500:
        return _refused(
            "overloaded", f"{host} has a failure of its own ({status}).{said}", "Try again later."
        )
    return _refused(
        "bad_request", f"{host} refuses the request ({status}).{said}", "Check HF_ENDPOINT and the name."
    )


def _refused(kind: ModelErrorKind, message: str, remedy: str) -> ModelError:
    return ModelError(kind, message, remedy, provider=PROVIDER)

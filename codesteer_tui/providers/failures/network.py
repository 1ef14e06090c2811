"""What an exception of the network means, told from its class, its causes and its words.

No SDK and no HTTP library is imported: their exceptions are known by name.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

_ROOTS = {
    "APIConnectionError",
    "HTTPError",
    "InvalidURL",
    "StreamError",
    "EndOfStream",
    "BrokenResourceError",
}
_GONE = ("EndOfStream", "BrokenResourceError", "ReadError", "WriteError", "CloseError")


class Loss(Struct, frozen=True):
    """Why there is no reply, in a few words; a remedy, empty for the usual one; whether another try may help.

    `kind` is `protocol` where something answered that does not speak HTTP, or not as the address says.
    """

    words: str
    remedy: str = ""
    may_pass: bool = False
    kind: Literal["unreachable", "protocol"] = "unreachable"


def is_network(error: Exception) -> bool:
    """An SDK's connection error, or an error of the HTTP library or the system that it let through."""
    roots = {base.__name__ for base in type(error).__mro__}
    return bool(roots & _ROOTS) or isinstance(error, OSError)


def loss(error: Exception) -> Loss:
    """What a lost or never made connection means."""
    chain = list(_causes(error))
    names = [type(cause).__name__ for cause in chain]
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause)
        if isinstance(cause, ssl.SSLError) and _not_tls(cause):
            remedy = "Write http:// in base_url if the server has no certificate, or give the port that has."
            return Loss("what listens there does not speak TLS", remedy, kind="protocol")
    if "ProxyError" in names:
        return _proxy(str(chain[names.index("ProxyError")]))
    if "ConnectTimeout" in names:
        return Loss("no connection in time", may_pass=True)
    if "PoolTimeout" in names:
        return Loss("too many calls at once to this provider", may_pass=True)
    if "ReadTimeout" in names or "WriteTimeout" in names or "APITimeoutError" in names:
        return Loss(
            "no reply in time", "Raise timeout_s of this provider if the model is slow, or try again."
        )
    if isinstance(error, TimeoutError):
        return Loss(str(error) or "no reply in time", "Raise timeout_s of this provider, or try again.")
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain):
        return Loss("connection refused", may_pass=True)
    if any(isinstance(cause, socket.gaierror) for cause in chain):
        return Loss("the name of the host is not known", may_pass=True)
    if names[0] == "InvalidURL" or "UnsupportedProtocol" in names:
        return Loss("base_url is not an http or https address")
    return _cut_off(chain, names, error)


def _cut_off(chain: list[BaseException], names: list[str], error: Exception) -> Loss:
    last = str(chain[-1]).strip() or str(error).strip() or names[-1]
    if "RemoteProtocolError" in names:
        words = str(chain[names.index("RemoteProtocolError")])
        if re.search(r"(?i)disconnected|peer closed|incomplete", words):
            return Loss("it closed the connection before the reply was complete", may_pass=True)
        if "SWITCH" in words:
            words = "it asks to go on in another protocol (HTTP 101)"
        remedy = "Check host and port of base_url: what listens there does not speak HTTP."
        return Loss(f"its answer is no HTTP: {words or last}", remedy, kind="protocol")
    if "DecodingError" in names:
        return Loss("its compressed reply is damaged", may_pass=True)
    if any(isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in chain):
        return Loss("the connection was reset", may_pass=True)
    if any(name in _GONE for name in names) and not str(chain[-1]).strip():
        return Loss("the connection was lost", may_pass=True)
    return Loss(last, may_pass=True)


def _certificate(error: ssl.SSLCertVerificationError) -> Loss:
    why = (error.verify_message or "").lower()
    if "expired" in why or "not yet valid" in why:
        words, remedy = f"its {why}", "Check the machine's clock; else the server needs a new certificate."
    elif "mismatch" in why or "not valid for" in why:
        words, remedy = "its certificate is for another name", "Check the host in base_url."
    else:
        words = "its certificate is not signed by anyone trusted here"
        remedy = "Name a bundle of your own with ca_bundle of this provider (or SSL_CERT_FILE)."
    return Loss(words, remedy)


def _not_tls(error: ssl.SSLError) -> bool:
    return bool(re.search(r"WRONG_VERSION_NUMBER|RECORD_LAYER|HTTP_REQUEST|UNKNOWN_PROTOCOL", str(error)))


def _proxy(words: str) -> Loss:
    if words.startswith("407"):
        remedy = "Put user and password into the proxy's address: proxy of this provider, or HTTPS_PROXY."
        return Loss("the proxy wants a password (407)", remedy)
    remedy = "Check the proxy: proxy of this provider, or HTTPS_PROXY and NO_PROXY."
    return Loss(f"the proxy refused: {words}", remedy, may_pass=words.startswith("5"))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what caused it, and so on; of a group its first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        group = seen.exceptions if isinstance(seen, BaseExceptionGroup) else ()
        seen = next(iter(group), None) or seen.__cause__ or seen.__context__

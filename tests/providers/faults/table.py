"""The faults, one a row: what is played, and how a call to it must end."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from codesteer_tui.errors import ModelErrorKind
from tests.fake_servers import Scripted, failing, sliced
from tests.providers.faults import peers
from tests.providers.faults.peers import Play
from tests.providers.faults.speech import Speech, event

TEXTS = ("naïve ", "東京 ", "🍓", " end")
REPLY = "".join(TEXTS)
HALF = "half of it"
PAST = "Wed, 21 Oct 2015 07:28:00 GMT"
FAR = "Fri, 21 Oct 2199 07:28:00 GMT"


@dataclass(frozen=True)
class Fault:
    """One row. `kind` None means that the whole text arrives, `text`; else what had arrived before the error.

    `calls` is how many requests the server sees, with two retries. `says` are words of the message or remedy.
    `timeout_s` is the provider's; `seconds` is the bound for everything.
    """

    id: str
    play: Callable[[Speech], Scripted | Play]
    kind: ModelErrorKind | None = None
    text: str = ""
    calls: int = 1
    says: Sequence[str] = ()
    timeout_s: float = 20.0
    seconds: float = 20.0


def _always(play: Scripted | Play) -> Callable[[Speech], Scripted | Play]:
    return lambda _: play


def _body(make: Callable[[Speech], bytes], **scripted: Any) -> Callable[[Speech], Scripted]:
    return lambda speech: Scripted([make(speech)], **scripted)


def _status(status: int, kind: ModelErrorKind, calls: int = 1, *says: str) -> Fault:
    return Fault(f"{status}", _always(failing(status)), kind, calls=calls, says=(f"HTTP {status}", *says))


_STATUSES = [
    _status(400, "bad_request"),
    _status(401, "auth", 1, "key"),
    _status(403, "auth", 1, "key"),
    _status(404, "not_found"),
    _status(407, "unreachable", 1, "HTTPS_PROXY"),
    _status(408, "overloaded", 3),
    _status(409, "overloaded", 3),
    _status(413, "context_too_long", 1, "larger context"),
    _status(422, "bad_request"),
    _status(429, "rate_limit", 3, "Wait"),
    replace(
        _status(429, "rate_limit", 3), id="429-seconds", play=_always(failing(429, retry_after="0.01"))
    ),
    replace(_status(429, "rate_limit", 3), id="429-date", play=_always(failing(429, retry_after=PAST))),
    replace(
        _status(429, "rate_limit", 1, "It asks to wait", "days", "another provider"),
        id="429-date-far",
        play=_always(failing(429, retry_after=FAR)),
    ),
    replace(
        _status(429, "rate_limit", 1, "It asks to wait 10 min"),
        id="429-words-far",
        play=_always(failing(429, {"error": {"message": "Rate limit reached. Please try again in 9m38.016s."}})),
    ),
    _status(500, "overloaded", 3),
    _status(502, "overloaded", 3),
    _status(503, "overloaded", 3),
    _status(529, "overloaded", 3),
    Fault("402", _always(failing(402)), "quota", says=("credit",)),
    Fault("502-page", _always(failing(502, "<html><title>Bad Gateway</title></html>")), "overloaded", calls=3,
          says=("a web page titled 'Bad Gateway'",)),
    Fault("500-endless", _always(peers.endless(b"", b"x" * 50_000, status="500 Oops")), "overloaded", calls=3),
]  # fmt: skip

_NOT_THIS_PROTOCOL = [
    Fault("page-with-200", _body(lambda _: b"<html><title>Welcome</title></html>", content_type="text/html"),
          "protocol", says=("text/html", "Welcome", "base_url")),
    Fault("other-json", _body(lambda _: b'{"hello": "world"}', content_type="application/json"), "protocol",
          says=("application/json",)),
    Fault("redirect-loop", _always(Scripted([], status=302, headers={"location": "/"})), "protocol",
          says=("HTTP 302", "127.0.0.1", "base_url")),
    Fault("redirect-nowhere", _always(Scripted([], status=301)), "protocol", says=("HTTP 301",)),
    Fault("204", _always(peers.no_content), "protocol"),
    Fault("empty-200", _always(Scripted([], content_type="text/plain")), "protocol", says=("nothing in it",)),
    Fault("empty-stream", _always(Scripted([])), "broken_stream", says=("without a word", "log")),
    Fault("101", _always(peers.switching), "protocol", says=("HTTP 101",)),
    Fault("bare-page", _always(peers.bare_page), "protocol", says=("no HTTP", "port")),
    Fault("headers-without-end", _always(peers.headers_without_end), "protocol", says=("no HTTP",)),
    Fault("garbage-100-MB", _always(peers.flood(b"\x00\xff\x9fgarbage", 100)), "protocol", says=("16 MiB",),
          seconds=60),
    Fault("garbage-lines", _always(peers.flood(b"no event here\n\n", 4)), "protocol", seconds=60),
    Fault("event-of-20-MB", _always(peers.flood(b"data: yes", 20)), "protocol", says=("16 MiB",), seconds=60),
    Fault("event-of-many-lines", _always(peers.flood(b"data: yes\n", 20)), "protocol", says=("lines",), seconds=60),
    Fault("deep-json", _body(lambda _: b"event: message_start\ndata: " + b"[" * 200_000 + b"\n\n"), "protocol"),
    Fault("truncated-first-event", _body(lambda _: b'event: message_start\ndata: {"type": "mess\n\n'), "protocol",
          says=("not JSON",)),
    Fault("truncated-first-event-and-gone", _body(lambda _: b'event: message_start\ndata: {"type": "mess'),
          "protocol"),
]  # fmt: skip

_UNREACHABLE = [
    Fault("reset-at-accept", _always(peers.reset_at_accept), "unreachable", calls=3, says=("base_url",)),
    Fault("closed-at-once", _always(peers.closed_at_once), "unreachable", calls=3, says=("closed",)),
    Fault("no-http", _always(peers.no_http), "unreachable", calls=3, says=("closed",)),
    Fault("reset-in-the-headers", _always(peers.reset_in_the_headers), "unreachable", calls=3),
    Fault("closed-before-the-body", _always(peers.closed_after_the_headers), "unreachable", calls=3),
    Fault("reset-before-any-text", lambda s: Scripted([s.begun()], pause_s=0.05, ending="reset"), "unreachable",
          calls=3),
    Fault("stall-before-the-first-byte", _always(peers.Line.silence), "unreachable", timeout_s=1.0,
          says=("no reply in time", "timeout_s")),
    Fault("stall-in-the-headers", _always(peers.stall_in_the_headers), "unreachable", timeout_s=1.0),
    Fault("stall-after-the-headers", _always(Scripted([], ending="stall")), "unreachable", timeout_s=1.0),
    Fault("damaged-gzip", _body(lambda _: b"no gzip at all", headers={"content-encoding": "gzip"}),
          "unreachable", calls=3, says=("compressed",)),
    Fault("comments-for-ever", _always(peers.endless(b"", b": processing\n\n")), "unreachable", timeout_s=1.0,
          says=("no text for 2 s", "timeout_s")),
    Fault("pings-for-ever", lambda s: peers.endless(s.begun(), event("ping", {"type": "ping"})), "unreachable",
          timeout_s=1.0),
]  # fmt: skip


def _broken(id: str, tail: Callable[[Speech], bytes] = lambda _: b"", *says: str, **scripted: Any) -> Fault:
    def play(speech: Speech) -> Scripted:
        pieces = [speech.begun("half ", "of it"), tail(speech)]
        return Scripted([piece for piece in pieces if piece], pause_s=0.05, **scripted)

    return Fault(id, play, "broken_stream", HALF, says=("kept", *says), timeout_s=1.0)


_BROKEN = [
    _broken("reset-in-the-middle", lambda _: b"", "reset", ending="reset"),
    _broken("closed-in-the-middle", ending="cut"),
    _broken("closed-cleanly-in-the-middle", ending="clean_cut"),
    _broken("no-ending", lambda _: b"", "without saying"),
    _broken("stall-in-the-middle", lambda _: b"", "no reply in time", ending="stall"),
    _broken("truncated-event", lambda _: b'event: content_block_delta\ndata: {"type": "con\n\n', "not JSON"),
    _broken("nul-in-an-event", lambda _: b'event: content_block_delta\ndata: {"type": "\x00"}\n\n', "not JSON"),
    _broken("deep-json-in-the-middle", lambda _: b"event: content_block_delta\ndata: " + b"[" * 200_000 + b"\n\n"),
    Fault("shorter-than-promised", lambda s: peers.short_of_its_length(s.begun("half ", "of it")),
          "broken_stream", HALF),
    Fault("pings-after-text", lambda s: peers.endless(s.begun("half ", "of it"), b": ping\n\n"), "broken_stream",
          HALF, timeout_s=1.0, says=("no text for 2 s",)),
    Fault("flood-after-text", lambda s: peers.endless(s.begun("half ", "of it"), b"x" * (1 << 20), pause_s=0),
          "broken_stream", HALF, says=("16 MiB",), seconds=60),
    Fault("error-event-after-text", _body(lambda s: s.begun("half ", "of it") + s.failing), "overloaded", HALF),
    Fault("error-event-at-once", _body(lambda s: s.failing), "overloaded", calls=3),
    Fault("error-instead-of-a-stream",
          _body(lambda _: b'{"error": {"code": 402, "message": "Insufficient credits"}}',
                content_type="application/json"), "quota", says=("Insufficient credits",)),
    Fault("errors-in-a-list", _body(lambda _: b'[{"error": {"code": 503, "message": "The model is overloaded."}}]',
          content_type="application/json"), "overloaded", calls=3, says=("The model is overloaded",)),
]  # fmt: skip


def _fine(id: str, make: Callable[[Speech], bytes], text: str = REPLY, **scripted: Any) -> Fault:
    return Fault(id, _body(make, **scripted), None, text)


def _before_the_end(speech: Speech, between: bytes) -> bytes:
    """A good stream with something between its text and its end."""
    begun, ended = speech.begun(*TEXTS), speech.ended(*TEXTS)
    return begun + between + ended[len(begun) :]


_FINE = [
    Fault("one-byte-at-a-time", lambda s: Scripted(sliced(s.ended(*TEXTS), 1)), None, REPLY),
    Fault("cut-inside-characters", lambda s: Scripted(sliced(s.ended(*TEXTS), 7)), None, REPLY),
    _fine("unknown-fields-and-events", lambda s: _before_the_end(s, s.odd)),
    _fine("events-that-are-no-objects", lambda s: _before_the_end(
        s, b"".join(b"event: content_block_delta\ndata: " + v + b"\n\n" for v in (b"5", b"null", b'"x"', b"[]")))),
    _fine("goodbye-twice", lambda s: s.ended(*TEXTS) + s.goodbye),
    _fine("no-goodbye", lambda s: s.ended(*TEXTS).removesuffix(s.goodbye)),
    _fine("called-text", lambda s: s.ended(*TEXTS), content_type="text/plain"),
    _fine("called-json", lambda s: s.ended(*TEXTS), content_type="application/json"),
    _fine("not-streamed", lambda s: json.dumps(s.whole(REPLY)).encode(), content_type="application/json"),
    _fine("not-streamed-and-indented", lambda s: json.dumps(s.whole(REPLY), indent=2).encode(),
          content_type="application/json"),
    _fine("gzip", lambda s: gzip.compress(s.ended(*TEXTS)), headers={"content-encoding": "gzip"}),
    _fine("windows-lines", lambda s: s.ended(*TEXTS).replace(b"\n", b"\r\n")),
    _fine("comments-between", lambda s: s.ended(*TEXTS).replace(b"\n\n", b"\n\n: wait\n\n")),
    _fine("nul-between-events", lambda s: s.ended(*TEXTS).replace(b"\n\n", b"\n\n\x00\n")),
    _fine("no-utf-8", lambda s: s.ended("a", "X", "b").replace(b"X", b"\xff\xfe"), "a\ufffd\ufffdb"),
    Fault("early-hints", lambda s: peers.hints_first(s.ended(*TEXTS)), None, REPLY),
    Fault("stall-after-the-end", lambda s: Scripted([s.ended(*TEXTS)], ending="stall"), None, REPLY,
          timeout_s=1.0),
    Fault("reset-after-the-end", lambda s: Scripted([s.ended(*TEXTS)], pause_s=0.05, ending="reset"), None, REPLY),
]  # fmt: skip

FAULTS: Sequence[Fault] = [*_STATUSES, *_NOT_THIS_PROTOCOL, *_UNREACHABLE, *_BROKEN, *_FINE]

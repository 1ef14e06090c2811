"""Keeping keys out of whatever is shown, written or logged.

A key travels as a `Secret`, whose `repr` does not show it, so that no task, struct or dictionary that holds one
prints it. Every secret that this process has read is remembered, and `hide_keys` takes all of them out of a
text. From the first secret on that is done to every log line, whichever library writes it (the SDKs do where
``OPENAI_LOG`` or ``ANTHROPIC_LOG`` asks them to), and to every traceback that ends the program or a thread.
"""

from __future__ import annotations

import base64
import functools
import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "[key]"
SHORTEST = 8
"""Shorter secrets are not looked for in texts: "none" or "EMPTY" as a key would take words out of answers."""

KEY_SHAPES = re.compile(
    r"(?i)(\bbearer\s+\S+|\b(?:sk|pk|gsk|xai|key|rk|AIza)[-_][\w*.-]{6,}|\bAIza[\w-]{10,})"
)

_known: set[str] = set()
"""Grows only. Threads read it through `known_secrets`, which copies it."""


class Secret(str):
    """A key, or the value of a header that carries one. As text it is itself; its `repr` does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(HIDDEN)


def secret(text: str) -> Secret:
    """`text` as a secret, remembered as a whole and by its words ("Bearer …"), so that `hide_keys` finds it."""
    _guard()
    _known.update(part for part in (text, *text.split()) if len(part) >= SHORTEST)
    return Secret(text)


def known_secrets() -> tuple[str, ...]:
    """Every secret read so far that is long enough to be looked for, longest first."""
    return tuple(sorted(_known.copy(), key=len, reverse=True))


@functools.cache
def forms_of(key: str) -> tuple[str, ...]:
    """The key as it may turn up in a text, longest first.

    Those are: as it is, in a JSON string, in an address, and as base64, alone or amid other bytes.
    """
    raw = key.encode()
    alone = base64.b64encode(raw).decode()
    encoded = [alone, alone.rstrip("="), *_within_base64(raw)]
    forms = {key, json.dumps(key)[1:-1], quote(key), quote(key, safe=""), quote_plus(key)}
    forms |= {form for text in encoded for form in (text, text.replace("+", "-").replace("/", "_"))}
    return tuple(sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True))


def _within_base64(raw: bytes) -> list[str]:
    """What is the same in the base64 of whatever the bytes stand in the middle of: three texts, by their place."""
    found = []
    for before in range(3):
        whole = raw[-before % 3 :]
        found.append(base64.b64encode(whole[: len(whole) // 3 * 3]).decode())
    return found


def hide_keys(text: str) -> str:
    """`text` with `[key]` in place of every secret that this process has read, in any of its forms."""
    for key in known_secrets():
        for form in forms_of(key):
            text = text.replace(form, HIDDEN)
    return text


def hide_in(value: Any, forms: Sequence[str]) -> Any:
    """A JSON value with `[key]` in place of these texts, wherever in it they are; longer ones come first."""
    if isinstance(value, str):
        for form in forms:
            value = value.replace(form, HIDDEN)
        return value
    if isinstance(value, list):
        return [hide_in(item, forms) for item in value]
    if isinstance(value, dict):
        return {hide_in(name, forms): hide_in(inner, forms) for name, inner in value.items()}
    return value


def hide_shapes(text: str) -> str:
    """`hide_keys`, and without anything that is shaped like a key of one of the services."""
    return KEY_SHAPES.sub(HIDDEN, hide_keys(text))


@functools.cache
def _guard() -> None:
    """Take secrets out of log lines and of the tracebacks that Python itself prints."""
    logging.setLogRecordFactory(_HidingRecord)
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _print_hiding
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda told: _print_hiding(told.exc_type, told.exc_value, told.exc_traceback)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda told: _print_hiding(told.exc_type, told.exc_value, told.exc_traceback)


class _HidingRecord(logging.LogRecord):
    """A log line whose message and traceback show no secret, whatever handles it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0]:
            self.exc_text = hide_keys("".join(traceback.format_exception(*self.exc_info)).rstrip())

    def getMessage(self) -> str:
        return hide_keys(super().getMessage())


def _print_hiding(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if sys.stderr is not None and not issubclass(kind, SystemExit):
        sys.stderr.write(hide_keys("".join(traceback.format_exception(kind, error, trace))))

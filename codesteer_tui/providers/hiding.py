"""Keeping keys out of whatever is shown, written or logged.

A key travels as a `Secret`, whose `repr` does not show it, so that no task, struct or dictionary that holds one
prints it. Every secret that this process has read is remembered, and `hide_keys` takes all of them out of a
text: the last thing that happens to tracebacks, log lines and quoted errors.
"""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, quote_plus

HIDDEN = "[key]"
SHORTEST = 8
"""Shorter secrets are not looked for in texts: "none" or "EMPTY" as a key would take words out of answers."""

KEY_SHAPES = re.compile(
    r"(?i)(\bbearer\s+\S+|\b(?:sk|pk|gsk|xai|key|rk|AIza)[-_][\w*.-]{6,}|\bAIza[\w-]{10,})"
)

_known: set[str] = set()


class Secret(str):
    """A key, or the value of a header that carries one. As text it is itself; its `repr` does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(HIDDEN)


def secret(text: str) -> Secret:
    """`text` as a secret, remembered so that `hide_keys` finds it."""
    if len(text) >= SHORTEST:
        _known.add(text)
    return Secret(text)


def known_secrets() -> tuple[str, ...]:
    """Every secret read so far that is long enough to be looked for, longest first."""
    return tuple(sorted(_known, key=len, reverse=True))


def forms_of(key: str) -> tuple[str, ...]:
    """The key as it may turn up in a text: as it is, in a JSON string, in an address, as base64; longest first."""
    raw = key.encode()
    encoded = base64.b64encode(raw).decode()
    forms = {key, json.dumps(key)[1:-1], quote(key, safe=""), quote_plus(key), encoded, encoded.rstrip("=")}
    forms.add(base64.urlsafe_b64encode(raw).decode().rstrip("="))
    return tuple(sorted(forms, key=len, reverse=True))


def hide_keys(text: str) -> str:
    """`text` with `[key]` in place of every secret that this process has read, in any of its forms."""
    for key in known_secrets():
        for form in forms_of(key):
            text = text.replace(form, HIDDEN)
    return text


def hide_shapes(text: str) -> str:
    """`hide_keys`, and without anything that is shaped like a key of one of the services."""
    return KEY_SHAPES.sub(HIDDEN, hide_keys(text))

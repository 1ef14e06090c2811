"""What the keys of a provider must look like. What may be a secret is never repeated in a refusal."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from codesteer_tui.errors import ConfigError
from codesteer_tui.presets import PRESETS
from codesteer_tui.settings.layers import Given
from codesteer_tui.settings.schema import did_you_mean

KEY_FORMS = '"env:NAME", "keyring:NAME", "file:PATH", "cmd:COMMAND" or "none"'
OURS = {
    "messages": "is what the roles say",
    "input": "is what the roles say",
    "system": "is what the roles say",
    "instructions": "is what the roles say",
    "model": "is said by providers.NAME.model or in [roles]",
    "stream": "is always true",
}
"""Fields of a request that `body` may not hold, and why."""

PROXIES = ("http", "https", "socks5", "socks5h")

_SOURCE = re.compile(r"env:[A-Za-z_]\w*|(keyring|file|cmd):\s*\S.*")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def check_provider_text(given: Given, value: str) -> None:
    """Refuse a text that cannot be what its key is for.

    Raises:
        ConfigError: names the place and the key, and says what is allowed.
    """
    name = given.path[-1]
    if name == "preset" and value and value not in PRESETS:
        raise ConfigError(
            f"{given.where}: {given.written_key} names an unknown service.",
            f"{did_you_mean(value, PRESETS)} known: {', '.join(PRESETS)}".strip(),
        )
    if name == "key":
        check_source(given, value, "key")
    if name == "base_url" and value and not _is_address(value, ("http", "https"), user=False):
        raise ConfigError(
            f"{given.where}: {given.written_key} is not an address that can be used.",
            'write it as "http://HOST:PORT/v1", without user name and password',
        )
    if name == "proxy" and value not in ("", "none") and not _is_address(value, PROXIES, user=True):
        raise ConfigError(
            f"{given.where}: {given.written_key} is not the address of a proxy that can be used.",
            'write it as "http://HOST:PORT", or "none" for no proxy at all',
        )


def check_source(given: Given, value: str, what: str) -> None:
    """Refuse what does not say where a key is; `what` is how it is called.

    Raises:
        ConfigError: names the place and the setting, never the value.
    """
    if value not in ("", "none") and not _SOURCE.fullmatch(value):
        name = "NAME" if what == "key" else "hub"
        raise ConfigError(
            f"{given.where}: {given.written_key} must say where the {what} is; it must never be the {what} itself.",
            f"put the {what} into a variable, the keyring (codesteer keys set {name}) or a file, and write {KEY_FORMS}",
        )


def from_text(given: Given) -> Any:
    """The table that a variable's text holds, as JSON or as a TOML inline table.

    Raises:
        ConfigError: it is neither.
    """
    text = str(given.value).strip()
    if given.text:
        for read in (_from_json, _from_toml):
            table = read(text)
            if isinstance(table, dict):
                return table
    raise ConfigError(
        f"{given.where}: {given.written_key} is no table.",
        'write JSON such as {"name": "value"}, or TOML such as { name = "value" }'
        if given.text
        else 'write { name = "value" }',
    )


def check_table(given: Given, table: dict[str, Any]) -> None:
    """Refuse headers that cannot be sent, and a body that is not JSON or says what codesteer says itself.

    Raises:
        ConfigError: names the entry, never its value.
    """
    if given.path[-1] == "headers":
        for name, value in table.items():
            if not _HEADER_NAME.fullmatch(name) or not (value.isascii() and value.isprintable()):
                raise ConfigError(
                    f"{given.where}: {given.written_key} cannot be sent: {name!r} or its value holds characters "
                    "that no header can have.",
                    "use letters, digits and dashes for the name, and one line of plain ASCII for the value",
                )
        return
    for name in OURS.keys() & table.keys():
        raise ConfigError(
            f"{given.where}: {given.written_key} may not set {name!r}, which {OURS[name]}.", "leave it out"
        )
    for path, value in _leaves(table):
        if isinstance(value, datetime | date | time) or (isinstance(value, float) and not isfinite(value)):
            raise ConfigError(
                f"{given.where}: {given.written_key}: {path} is nothing that JSON has.",
                "write a date as text, and a number that is finite",
            )


def _is_address(value: str, schemes: tuple[str, ...], *, user: bool) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    known = parts.scheme in schemes and bool(parts.hostname) and port != 0
    return known and (user or "@" not in value) and not re.search(r"[\s\\]", value)


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _from_toml(text: str) -> Any:
    try:
        tables = tomllib.loads(f"x = {text}")
    except tomllib.TOMLDecodeError:
        return None
    return tables["x"] if len(tables) == 1 else None


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{number}]")
    else:
        yield path, value

"""Settings for people: which of them are worth showing, and their values without secrets."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any

import msgspec

from codesteer_tui.config import Config, Provider
from codesteer_tui.settings.binding import address_of, host_in_words, is_plain_http
from codesteer_tui.settings.loading import Settings
from codesteer_tui.settings.schema import matters

HIDDEN = "(set)"
"""Stands for a value that is not shown."""

_CREDENTIAL = re.compile(r"(?i)auth|(^|[_-]|api|access)key|token$|secret|passw|credential")


def shown_value(key: str, value: Any) -> Any:
    """The value of a setting without what may be a secret: the values of headers, fields of the body that are
    named like keys, what follows the name of a command (of a token, too), and the user and password of a proxy."""
    section, name = key.partition(".")[0], key.rpartition(".")[2]
    if section != "providers" and key != "weights.token":
        return value
    if name == "headers" and isinstance(value, dict):
        return dict.fromkeys(value, HIDDEN)
    if name == "body" and isinstance(value, dict):
        return _without_credentials(value)
    if name in ("key", "token") and isinstance(value, str) and value.startswith("cmd:"):
        program, _, more = value.removeprefix("cmd:").strip().partition(" ")
        return f"cmd:{program} …" if more else value
    if name == "proxy" and isinstance(value, str):
        return re.sub(r"//[^@/]*@", "//…@", value)
    return value


def _without_credentials(value: Any) -> Any:
    """A table of a request without the texts whose names say that they are keys."""
    if isinstance(value, list):
        return [_without_credentials(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: HIDDEN if isinstance(inner, str) and _CREDENTIAL.search(name) else _without_credentials(inner)
        for name, inner in value.items()
    }


def shown_config(config: Config) -> dict[str, Any]:
    """The whole configuration as plain data, without secrets."""
    tables: dict[str, Any] = msgspec.to_builtins(config)
    for name, table in tables["providers"].items():
        for key, value in table.items():
            table[key] = shown_value(f"providers.{name}.{key}", value)
    tables["weights"]["token"] = shown_value("weights.token", tables["weights"]["token"])
    return tables


def shown_tables(settings: Settings, with_key: Container[str] = ()) -> dict[str, list[str]]:
    """Table → the keys in it that are worth showing.

    Of the providers those that a layer says something about, that play a role, or whose key was found
    (`with_key`); of their keys those that matter for their kind, and those that a layer says something about.
    """
    tables: dict[str, list[str]] = {}
    players = {player.partition(":")[0] for player in msgspec.structs.astuple(settings.config.roles)}
    touched = {
        key.rpartition(".")[0] for key, origin in settings.origins.items() if origin.layer != "default"
    }
    for key, origin in settings.origins.items():
        table, _, name = key.rpartition(".")
        if table.startswith("providers."):
            provider = table.removeprefix("providers.")
            if not (table in touched or provider in players or provider in with_key):
                continue
            kind = settings.config.providers[provider].kind
            if origin.layer == "default" and not matters(name, kind):
                continue
        tables.setdefault(table, []).append(key)
    return tables


def plain_http_warning(name: str, provider: Provider) -> str:
    """What is wrong with sending a key to this provider unencrypted; empty where it is not so."""
    address = address_of(provider.kind, provider.preset, provider.base_url)
    if provider.key in ("", "none") or not is_plain_http(address):
        return ""
    return f"the key of {name} crosses the network unencrypted, to {host_in_words(address)}; use https if you can"


def warnings(settings: Settings) -> list[tuple[str, str]]:
    """What is allowed and may still not be meant, each with the key that it is about: keys and headers that stay
    behind, keys that cross the network unencrypted, and what means nothing for its kind of provider."""
    found = [(key, origin.note) for key, origin in settings.origins.items() if origin.note]
    found = [(key, note) for key, note in found if key.rpartition(".")[2] in ("key", "headers")]
    for name, provider in settings.config.providers.items():
        if said := plain_http_warning(name, provider):
            found.append((f"providers.{name}.base_url", said))
    found += [(key, said) for key in settings.origins if (said := no_meaning(settings, key))]
    return found


def no_meaning(settings: Settings, key: str) -> str:
    """That a key of a provider was set and does nothing for its kind; empty where it does something, or is unset."""
    table, _, last = key.rpartition(".")
    section, _, name = table.partition(".")
    origin = settings.origins[key]
    if (
        section != "providers"
        or origin.layer == "default"
        or matters(last, settings.config.providers[name].kind)
    ):
        return ""
    kind = settings.config.providers[name].kind
    return f"{last} is set for {name} ({origin.where}), and means nothing for its kind, {kind}"

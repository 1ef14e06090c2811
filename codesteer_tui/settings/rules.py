"""What a value must fulfil before it becomes a setting. A refusal says where, which key, and what is allowed.

A project file may have come with somebody else's repository, so it may choose but not open doors: where
requests go, which key they carry, how programs are boxed and which weights are loaded belong into the
user's own file, a variable or a flag.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from types import NoneType
from typing import Any, TypeAlias

import msgspec

from codesteer_tui.config import LEAST_MEMORY_MIB, Config
from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.layers import Given, Layer
from codesteer_tui.settings.schema import NOT_IN_PROJECT_FILES, allowed, did_you_mean, schema

SPECIAL_PLAYERS = {
    "steerer": ("rules", "same-as-task"),
    "task_llm": ("auto",),
    "checker": ("same-as-task", "off"),
}
"""What a role may be besides a provider."""

_SECRETIVE = ("key", "base_url")
"""Provider keys whose refused values are not echoed: a key may have been pasted there."""


class Origin(msgspec.Struct, frozen=True):
    """Which layer decided a key, where in it (`file:line`, a variable, an option), and the value."""

    layer: Layer
    where: str
    value: Any


Mistake: TypeAlias = tuple[str, ConfigError]
"""The key that is wrong, and why."""


def check(given: Given) -> Any:
    """The value in the type that the schema wants.

    Raises:
        ConfigError: an unknown key, a value that is not allowed, or one that this layer may not set.
    """
    hint = _hint(given)
    decides = NOT_IN_PROJECT_FILES.get((given.path[0], given.path[-1]))
    if given.layer == "project file" and decides:
        raise ConfigError(
            f"{given.where}: a project file may not set {given.key}, because it would decide {decides}.",
            "put it into your own file (codesteer config path names it)",
        )
    secretive = given.path[0] == "providers" and given.path[-1] in _SECRETIVE
    if secretive and isinstance(given.value, str):
        _check_provider_text(given, given.value)
    if given.value == "none" and NoneType in typing.get_args(hint):
        return None
    try:
        value = msgspec.convert(given.value, hint, strict=not given.text)
        _check_memory(given, value)
    except msgspec.ValidationError:
        shown = "" if secretive else f" = {_shown(given)}"
        raise ConfigError(
            f"{given.where}: {given.key}{shown} is not allowed.", f"it must be {allowed(hint)}"
        ) from None
    return value


def role_mistakes(config: Config, origins: Mapping[str, Origin]) -> Iterator[Mistake]:
    """Each role must be played by a special player or by a provider that exists."""
    for role, special in SPECIAL_PLAYERS.items():
        origin = origins[f"roles.{role}"]
        player = str(origin.value)
        name = player.partition(":")[0]
        if player in special or name in config.providers:
            continue
        known = [*special, *sorted(config.providers)]
        near = did_you_mean(name, known)
        yield (
            f"roles.{role}",
            ConfigError(
                f"{origin.where}: roles.{role} = {_short(player)} names the unknown provider {_short(name)}.",
                f"{near} known: {', '.join(known)}; a provider may be followed by :MODEL".strip(),
            ),
        )


def weight_mistakes(config: Config, origins: Mapping[str, Origin]) -> Iterator[Mistake]:
    """GGUF files are parsed by native code, so a project file, which came with a repository, may not choose one."""
    local = {name for name, provider in config.providers.items() if provider.kind == "llama_cpp"}
    suspects = [f"providers.{name}.model" for name in local]
    for role in SPECIAL_PLAYERS:
        name, _, model = getattr(config.roles, role).partition(":")
        if model and name in local:
            suspects.append(f"roles.{role}")
    for key in suspects:
        if origins[key].layer == "project file":
            yield (
                key,
                ConfigError(
                    f"{origins[key].where}: a project file may not choose a GGUF file ({key}).",
                    "put it into your own file (codesteer config path names it)",
                ),
            )


def no_kind(name: str, where: str, known: Iterable[str]) -> ConfigError:
    """The refusal of a provider whose protocol nobody said: it is new and incomplete, or misspelt."""
    return ConfigError(
        f"{where}: the provider {name!r} has no kind.",
        f"{did_you_mean(name, known)} else add kind: {allowed(schema()['providers']['kind'])}".strip(),
    )


def _hint(given: Given) -> Any:
    section, *rest = given.path
    if section not in schema():
        raise _unknown(given, f"section [{section}]", section, schema())
    keys = schema()[section]
    depth = 2 if section == "providers" else 1
    if len(rest) < depth:
        table = ".".join(given.path) if len(given.path) == depth else f"{section}.NAME"
        raise ConfigError(
            f"{given.where}: {given.key} is not a setting but a table of settings.",
            f"write [{table}] and under it lines like: {next(iter(keys))} = …",
        )
    if len(rest) > depth or rest[-1] not in keys:
        raise _unknown(given, f"setting {given.key}", rest[depth - 1], keys)
    return keys[rest[-1]]


def _unknown(given: Given, what: str, word: str, known: Iterable[str]) -> ConfigError:
    names = sorted(known)
    remedy = f"{did_you_mean(word, names)} known here: {', '.join(names)}".strip()
    return ConfigError(f"{given.where}: unknown {what}.", remedy)


def _check_provider_text(given: Given, value: str) -> None:
    if given.path[-1] == "key" and value not in ("", "none") and not re.match(r"(env|file):.", value):
        raise ConfigError(
            f"{given.where}: {given.key} must say where the key is; it must never be the key itself.",
            'put the key into a variable or a file and write "env:NAME", "file:PATH" or "none"',
        )
    if given.path[-1] == "base_url" and value and not re.match(r"https?://[^@/\s]+(/[^@\s]*)?$", value):
        raise ConfigError(
            f"{given.where}: {given.key} is not an address that can be used.",
            'write it as "http://HOST:PORT/v1", without user name and password',
        )


def _check_memory(given: Given, value: Any) -> None:
    if given.key == "sandbox.memory_mib" and 0 < value < LEAST_MEMORY_MIB:
        raise ConfigError(
            f"{given.where}: sandbox.memory_mib = {value} is less than an idle Python needs.",
            f"it must be 0, which leaves it to the image, or at least {LEAST_MEMORY_MIB}",
        )


def _shown(given: Given) -> str:
    """The value as it would be written in a file: a number that came as text is a number."""
    if given.text and re.fullmatch(r"[+-]?\d+(\.\d+)?|true|false", given.value):
        return str(given.value)
    return _short(given.value)


def _short(value: Any) -> str:
    shown = repr(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "…"

"""What a value must fulfil before it becomes a setting. A refusal says where, which key, and what is allowed.

A project file may have come with somebody else's repository, so it may choose but not open doors: where
requests go, what they carry, how programs are boxed and which weights are loaded belong into the user's own file,
a variable or a flag. A limit on spending it may only tighten.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import NoneType
from typing import Any, TypeAlias

import msgspec

from codesteer_tui.config import LEAST_MEMORY_MIB, LEAST_THINKING, Config
from codesteer_tui.errors import ConfigError
from codesteer_tui.presets import PRESETS
from codesteer_tui.settings.layers import Given
from codesteer_tui.settings.provider_rules import check_provider_text, check_source, check_table, from_text
from codesteer_tui.settings.schema import (
    ANY_NAME,
    KEPT_QUIET,
    NOT_IN_PROJECT_FILES,
    OPEN_SECTIONS,
    allowed_for,
    did_you_mean,
    is_section,
    schema,
)

SPECIAL_PLAYERS = {
    "steerer": ("rules", "same-as-task"),
    "task_llm": ("auto",),
    "checker": ("same-as-task", "off"),
}
"""What a role may be besides a provider."""

Winners: TypeAlias = Mapping[str, Given]
"""Key → the value that decided it."""

Mistake: TypeAlias = tuple[Given, ConfigError]
"""What is wrong, and why."""


def check(given: Given) -> Any:
    """The value in the type that the schema wants.

    Raises:
        ConfigError: an unknown key, a value that is not allowed, or one that this layer may not set.
    """
    hint = _hint(given)
    section, name = given.path[0], given.path[-1]
    decides = NOT_IN_PROJECT_FILES.get((section, ANY_NAME if section in OPEN_SECTIONS else name))
    if given.project and decides:
        raise ConfigError(
            f"{given.where}: a project file may not set {given.written_key}, because it would decide {decides}.",
            "put it into your own file (codesteer config path names it)",
        )
    value = given.value
    if isinstance(value, str) and typing.get_origin(hint) is dict:
        value = from_text(given)
    if section == "providers" and isinstance(value, str):
        check_provider_text(given, value)
    if given.path == ("weights", "token") and isinstance(value, str):
        check_source(given, value, "token")
    if value == "none" and NoneType in typing.get_args(hint):
        return None
    try:
        value = msgspec.convert(value, hint, strict=not given.text)
    except msgspec.ValidationError:
        shown = "" if section == "providers" and name in KEPT_QUIET else f" = {_shown(given)}"
        raise ConfigError(
            f"{given.where}: {given.written_key}{shown} is not allowed.",
            f"it must be {allowed_for(section, name)}",
        ) from None
    _check_memory(given, value)
    _check_thinking(given, value)
    if isinstance(value, dict):
        check_table(given, value)
    return value


def role_mistakes(config: Config, winners: Winners) -> Iterator[Mistake]:
    """Each role must be played by a special player or by a provider that exists."""
    for role in SPECIAL_PLAYERS:
        given = winners[f"roles.{role}"]
        if refusal := role_refusal(config, given):
            yield given, refusal


def role_refusal(config: Config, given: Given) -> ConfigError | None:
    """Why nobody is called as the value of a role says; None where somebody is."""
    special, player = SPECIAL_PLAYERS[given.path[-1]], str(given.value)
    name = player.partition(":")[0]
    if player in special or name in config.providers:
        return None
    own = [known for known in config.providers if known not in PRESETS]
    near = did_you_mean(name, [*special, *config.providers])
    return ConfigError(
        f"{given.where}: {given.written_key} = {_short(player)} names the unknown provider {_short(name)}.",
        f"{near} known: {', '.join([*special, *sorted(own)])}, and the services {', '.join(PRESETS)}; "
        "a provider may be followed by :MODEL".strip(),
    )


def weight_mistakes(config: Config, winners: Winners) -> Iterator[Mistake]:
    """GGUF files are parsed by native code, so a project file, which came with a repository, may not choose one."""
    local = {name for name, provider in config.providers.items() if provider.kind == "llama_cpp"}
    suspects = [f"providers.{name}.model" for name in local]
    for role in SPECIAL_PLAYERS:
        name, _, model = getattr(config.roles, role).partition(":")
        if model and name in local:
            suspects.append(f"roles.{role}")
    for key in suspects:
        if winners[key].project:
            yield (
                winners[key],
                ConfigError(
                    f"{winners[key].where}: a project file may not choose a GGUF file ({key}).",
                    "put it into your own file (codesteer config path names it)",
                ),
            )


def limit_mistakes(said: Mapping[str, Sequence[Given]]) -> Iterator[Mistake]:
    """A project file may make the limits on spending tighter, and not wider."""
    for key, givens in said.items():
        if not key.startswith("limits."):
            continue
        for below, given in pairwise(givens):
            if given.project and below.value and (not given.value or given.value > below.value):
                yield (
                    given,
                    ConfigError(
                        f"{given.where}: a project file may not widen {given.written_key} "
                        f"from {below.value:g} to {'no limit' if not given.value else f'{given.value:g}'}.",
                        f"it may be {below.value:g} or less here; widen it in your own file",
                    ),
                )


def no_kind(name: str, where: str, known: Iterable[str]) -> ConfigError:
    """The refusal of a provider whose protocol nobody said: it is new and incomplete, or misspelt."""
    near = did_you_mean(name, known)
    return ConfigError(
        f"{where}: the provider {name!r} has no kind and no preset.",
        f"{f'{near} Else add' if near else 'add'} kind: {allowed_for('providers', 'kind')}; "
        "or preset, the name of a service",
    )


def reserved(name: str, where: str) -> ConfigError | None:
    """The refusal of a provider whose name no role can mean; None where one can."""
    words = [word for special in SPECIAL_PLAYERS.values() for word in special]
    if name in words:
        return ConfigError(
            f"{where}: a provider cannot be called {name!r}, which means something else in [roles].",
            "give it another name",
        )
    if not name or ":" in name:
        return ConfigError(
            f"{where}: a provider cannot be called {name!r}: in [roles] a colon stands before the model.",
            "give it a name without a colon",
        )
    return None


def _hint(given: Given) -> Any:
    section, *rest = given.path
    if section == "profiles":
        raise ConfigError(
            f"{given.where}: {given.written_key} is not a setting but a table of tables.",
            "write [profiles.NAME.roles] in a file and under it lines as in [roles]",
        )
    if not is_section(section):
        raise _unknown(given, f"section [{section}]", section, [*schema(), *OPEN_SECTIONS, "profiles"])
    if section in OPEN_SECTIONS and len(rest) == 1:
        return OPEN_SECTIONS[section]
    keys = schema().get(section, {"NAME": None})
    depth = 2 if section == "providers" else 1
    if len(rest) < depth:
        table = given.written_key if len(given.path) == depth else f"{section}.NAME"
        raise ConfigError(
            f"{given.where}: {given.written_key} is not a setting but a table of settings.",
            f"write [{table}] and under it lines like: {next(iter(keys))} = …",
        )
    if len(rest) > depth or rest[-1] not in keys:
        raise _unknown(given, f"setting {given.written_key}", rest[depth - 1], keys)
    return keys[rest[-1]]


def _unknown(given: Given, what: str, word: str, known: Iterable[str]) -> ConfigError:
    names = sorted(known)
    remedy = f"{did_you_mean(word, names)} known here: {', '.join(names)}".strip()
    return ConfigError(f"{given.where}: unknown {what}.", remedy)


def _check_memory(given: Given, value: Any) -> None:
    if given.key == "sandbox.memory_mib" and 0 < value < LEAST_MEMORY_MIB:
        raise ConfigError(
            f"{given.where}: sandbox.memory_mib = {value} is less than an idle Python needs.",
            f"it must be 0, which leaves it to the image, or at least {LEAST_MEMORY_MIB}",
        )


def _check_thinking(given: Given, value: Any) -> None:
    if given.path[-1] == "thinking_tokens" and 0 < value < LEAST_THINKING:
        raise ConfigError(
            f"{given.where}: {given.written_key} = {value} is less than the API takes.",
            f"it must be 0, which is no extended thinking, or at least {LEAST_THINKING}",
        )


def _shown(given: Given) -> str:
    """The value as it would be written in a file: a number that came as text is a number."""
    if given.text and re.fullmatch(r"[+-]?\d+(\.\d+)?|true|false", given.value):
        return str(given.value)
    return _short(given.value)


def _short(value: Any) -> str:
    shown = repr(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "…"

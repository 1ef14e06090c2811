"""How the settings are found: layers of files, variables and flags, merged key by key into one `Config`.

Layers, strongest first: command line flag, environment (``CODESTEER_SECTION__KEY``; for a provider
``CODESTEER_PROVIDERS__NAME__KEY``), project file (``codesteer.toml`` in the working directory or the nearest
parent that has one, up to the home folder), user file (or the one that ``--config`` or ``CODESTEER_CONFIG``
names), default. What a project file may not set is in `codesteer_tui.settings.rules`.

A layer that is wrong stops whatever asks a model or runs a program. What only reads (sessions, a replay, the
doctor) takes `load_readable_settings`, which leaves out what is wrong and says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from codesteer_tui.config import Config, Provider, default_providers
from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.layers import (
    Given,
    KeyPath,
    Layer,
    existing_user_file,
    find_project_file,
    from_environment,
    from_file,
    from_flags,
    user_config_file,
)
from codesteer_tui.settings.rules import Origin, check, no_kind, role_mistakes, weight_mistakes
from codesteer_tui.settings.schema import (
    KeyDoc,
    default_of,
    describe,
    did_you_mean,
    example_toml,
    matters,
    schema,
)

__all__ = [
    "KeyDoc",
    "Origin",
    "Settings",
    "describe",
    "example_toml",
    "load_readable_settings",
    "load_settings",
    "matters",
    "user_file",
]

Refuse: TypeAlias = Callable[[ConfigError], None]
"""What happens with a mistake: it is raised, or noted and what it is about left out."""


@dataclass(frozen=True)
class Settings:
    """The merged settings, the files they were read from (weakest first), and where each value comes from."""

    config: Config
    files: list[Path] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)

    def origin(self, key: str) -> Origin:
        """Where the value of `key` ("roles.task_llm", "providers.demo.seed") comes from.

        Raises:
            ConfigError: there is no such key.
        """
        if key not in self.origins:
            last_words = {k.rpartition(".")[2]: k for k in self.origins}
            near = did_you_mean(last_words.get(key, key), self.origins)
            raise ConfigError(
                f"There is no setting {key!r}.", near or "codesteer config show lists every setting"
            )
        return self.origins[key]


def load_settings(
    flags: Mapping[str, str] = {},
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    config_file: Path | None = None,
) -> Settings:
    """Read and merge every layer.

    `flags` maps keys ("roles.task_llm") to text. `config_file` stands in for the user file. `cwd` and `env`
    are the real ones where None.

    Raises:
        ConfigError: names the file and line, variable or option, the key, the value and what is allowed.
    """

    def refuse(error: ConfigError) -> None:
        raise error

    return _load(flags, cwd, env, config_file, refuse)


def load_readable_settings(
    flags: Mapping[str, str] = {},
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    config_file: Path | None = None,
) -> tuple[Settings, list[ConfigError]]:
    """Read and merge what can be used of every layer, and say what cannot.

    A key that is wrong keeps the value of the layer below. The command line is in the person's hand, so what is
    wrong there is raised.

    Raises:
        ConfigError: a flag is wrong, or `config_file` is not there.
    """
    mistakes: list[ConfigError] = []
    return _load(flags, cwd, env, config_file, mistakes.append), mistakes


def _load(
    flags: Mapping[str, str],
    cwd: Path | None,
    env: Mapping[str, str] | None,
    config_file: Path | None,
    refuse: Refuse,
) -> Settings:
    env = os.environ if env is None else env
    givens: list[Given] = []
    files: list[Path] = []

    def read(file: Path, layer: Layer) -> None:
        files.append(file)
        try:
            givens.extend(from_file(file, layer))
        except ConfigError as error:
            refuse(error)

    own = None
    try:
        own = existing_user_file(config_file, env)
    except ConfigError as error:
        if config_file:
            raise
        refuse(error)
    if own:
        read(own, "user file")
    project = find_project_file(cwd or Path.cwd())
    if project and not (own and project.samefile(own)):
        read(project, "project file")
    named = {g.path[1] for g in givens if g.path[0] == "providers" and len(g.path) > 1}
    givens += from_environment(env, named | set(default_providers()), refuse)
    givens += from_flags(flags)
    return _merge(givens, files, refuse)


def user_file(env: Mapping[str, str] | None = None) -> Path:
    """Where the user file is, or would be."""
    return user_config_file(os.environ if env is None else env)


def _merge(givens: list[Given], files: list[Path], refuse: Refuse) -> Settings:
    origins = {".".join(path): Origin("default", "built in", value) for path, value in _defaults()}
    for given in _usable(givens, refuse):
        if given.path[0] == "providers":
            for name, default in _optional_provider_keys():
                key = f"providers.{given.path[1]}.{name}"
                origins.setdefault(key, Origin("default", "built in", default))
        origins[given.key] = Origin(given.layer, given.where, given.value)
    config = _build(origins)
    for key, error in [*role_mistakes(config, origins), *weight_mistakes(config, origins)]:
        if origins[key].layer == "flag":
            raise error
        refuse(error)
        origins[key] = Origin("default", "built in", _default(key))
    return Settings(_build(origins), files, origins)


def _usable(givens: list[Given], refuse: Refuse) -> list[Given]:
    """What is right by itself, as the schema wants it; providers that nobody gave a kind are left out."""
    usable = []
    for given in givens:
        try:
            usable.append(replace(given, value=check(given)))
        except ConfigError as error:
            if given.layer == "flag":
                raise
            refuse(error)
    with_kind = {g.path[1] for g in usable if g.path[0] == "providers" and g.path[-1] == "kind"}
    with_kind |= set(default_providers())
    for given in list(usable):
        if given.path[0] == "providers" and given.path[1] not in with_kind:
            refuse(no_kind(given.path[1], given.where, default_providers()))
            usable = [g for g in usable if g.path[:2] != given.path[:2]]
            with_kind.add(given.path[1])
    return usable


def _default(key: str) -> Any:
    """The built-in value of a key; for a provider of the person's own the one that any provider has."""
    known = {".".join(path): value for path, value in _defaults()}
    return known[key] if key in known else dict(_optional_provider_keys())[key.rpartition(".")[2]]


def _defaults() -> Iterator[tuple[KeyPath, Any]]:
    for section, table in msgspec.structs.asdict(Config()).items():
        if section == "providers":
            for name, provider in table.items():
                yield from (((section, name, k), v) for k, v in msgspec.structs.asdict(provider).items())
        else:
            yield from (((section, k), v) for k, v in msgspec.structs.asdict(table).items())


def _optional_provider_keys() -> Iterator[tuple[str, Any]]:
    yield from ((f.name, default_of(f)) for f in msgspec.structs.fields(Provider) if not f.required)


def _build(origins: Mapping[str, Origin]) -> Config:
    tables: dict[str, Any] = {section: {} for section in schema()}
    for key, origin in origins.items():
        section, rest = key.split(".", 1)
        if section == "providers":
            name, _, last = rest.rpartition(".")
            tables[section].setdefault(name, {})[last] = origin.value
        else:
            tables[section][rest] = origin.value
    return msgspec.convert(tables, Config)

"""How the settings are found: layers of files, variables and flags, merged key by key into one `Config`.

Layers, strongest first: command line flag, environment (``CODESTEER_SECTION__KEY``; for a provider
``CODESTEER_PROVIDERS__NAME__KEY``), project file (``codesteer.toml`` in the working directory or the nearest
parent that has one, up to the home folder), user file (or the one that ``--config`` or ``CODESTEER_CONFIG``
names), default. What a project file may not set is in `codesteer_tui.settings.rules`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from codesteer_tui.config import Config, Provider, default_providers
from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.layers import (
    Given,
    KeyPath,
    existing_user_file,
    find_project_file,
    from_environment,
    from_file,
    from_flags,
    user_config_file,
)
from codesteer_tui.settings.rules import Origin, check, check_roles, check_weights, no_kind
from codesteer_tui.settings.schema import KeyDoc, describe, did_you_mean, example_toml, schema

__all__ = ["KeyDoc", "Origin", "Settings", "describe", "example_toml", "load_settings", "user_file"]


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
    env = os.environ if env is None else env
    givens: list[Given] = []
    files: list[Path] = []
    if own := existing_user_file(config_file, env):
        files.append(own)
        givens += from_file(own, "user file")
    project = find_project_file(cwd or Path.cwd())
    if project and not (own and project.samefile(own)):
        files.append(project)
        givens += from_file(project, "project file")
    named = {g.path[1] for g in givens if g.path[0] == "providers" and len(g.path) > 1}
    givens += from_environment(env, named | set(default_providers()))
    givens += from_flags(flags)
    return _merge(givens, files)


def user_file(env: Mapping[str, str] | None = None) -> Path:
    """Where the user file is, or would be."""
    return user_config_file(os.environ if env is None else env)


def _merge(givens: list[Given], files: list[Path]) -> Settings:
    origins = {".".join(path): Origin("default", "built in", value) for path, value in _defaults()}
    for given in givens:
        value = check(given)
        if given.path[0] == "providers":
            for name, default in _optional_provider_keys():
                key = f"providers.{given.path[1]}.{name}"
                origins.setdefault(key, Origin("default", "built in", default))
        origins[given.key] = Origin(given.layer, given.where, value)
    for given in givens:
        if given.path[0] == "providers" and f"providers.{given.path[1]}.kind" not in origins:
            raise no_kind(given.path[1], given.where, default_providers())
    config = _build(origins)
    check_roles(config, origins)
    check_weights(config, origins)
    return Settings(config, files, origins)


def _defaults() -> Iterator[tuple[KeyPath, Any]]:
    for section, table in msgspec.structs.asdict(Config()).items():
        if section == "providers":
            for name, provider in table.items():
                yield from (((section, name, k), v) for k, v in msgspec.structs.asdict(provider).items())
        else:
            yield from (((section, k), v) for k, v in msgspec.structs.asdict(table).items())


def _optional_provider_keys() -> Iterator[tuple[str, Any]]:
    yield from ((f.name, f.default) for f in msgspec.structs.fields(Provider) if not f.required)


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

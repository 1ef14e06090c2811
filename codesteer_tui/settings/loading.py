"""Reading every layer: files, the chosen profile, variables and flags."""

from __future__ import annotations

import os
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from codesteer_tui.config import Config, default_providers
from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.layers import (
    PROFILE_VARIABLE,
    FileContent,
    Given,
    Layer,
    existing_user_file,
    find_project_file,
    from_environment,
    from_file,
    from_flags,
    path_of,
    user_config_file,
)
from codesteer_tui.settings.merging import Merged, merge
from codesteer_tui.settings.profiles import Profile, layers_of, list_profiles, require_profile
from codesteer_tui.settings.schema import did_you_mean, is_section, schema


class Origin(Struct, frozen=True):
    """Which layer decided a key, where in it (`file:line`, a variable, an option, a preset), and the value.

    `note` says why the value is what no layer gave, where that is so.
    """

    layer: Layer
    where: str
    value: object
    note: str = ""


Problem: TypeAlias = tuple[Given | None, ConfigError]
"""Something that is wrong, with the value that is wrong where it is one value."""


@dataclass(frozen=True)
class Asked:
    """What was to be read. `env` and `cwd` are the real ones where None, and `profile` the variable's."""

    flags: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    env: Mapping[str, str] | None = None
    config_file: Path | None = None
    profile: str | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables to read."""
        return os.environ if self.env is None else self.env

    @property
    def user_file(self) -> Path:
        """Where the user file is, or would be."""
        return self.config_file or user_config_file(self.environment)


@dataclass(frozen=True)
class Settings:
    """The merged settings, the files they were read from (weakest first), and where each value comes from.

    `history` has for each key what every layer says, strongest first; the first is the one in `origins`.
    `profile` is the chosen one, empty where there is none. `left_out` is what is wrong in the layers and was left
    out, which only reading settings leniently does (`load_readable_settings`).
    """

    config: Config
    files: list[Path] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)
    history: dict[str, list[Origin]] = field(default_factory=dict)
    profile: str = ""
    profiles: list[Profile] = field(default_factory=list)
    asked: Asked = field(default_factory=Asked)
    left_out: list[Problem] = field(default_factory=list)

    def beside(self, name: str) -> Path:
        """The file of this name beside the user file in use."""
        return self.asked.user_file.with_name(name)

    def refusals(self, provider: str, keys: Container[str] = ()) -> list[ConfigError]:
        """What was left out and may be about this provider; with `keys` only about these keys of it.

        Without it the provider may lead elsewhere, or carry another key, than the person said, so nothing may be
        sent to it. A file that cannot be read, a misspelt section and a misspelt provider may be about any.
        """
        return [
            error
            for given, error in self.left_out
            if given is None or self._may_be_about(given, provider, keys)
        ]

    def require_whole(self, provider: str, keys: Container[str] = ()) -> None:
        """Raises:
        ConfigError: something that may be about this provider was left out; see `refusals`.
        """
        for error in self.refusals(provider, keys):
            raise error

    def _may_be_about(self, given: Given, provider: str, keys: Container[str]) -> bool:
        section, *rest = given.path
        if given.profile and given.profile != self.profile:
            return False
        if section != "providers":
            return not is_section(section) and section != "profiles"
        if rest[:1] == [provider]:
            return not keys or len(rest) < 2 or rest[1] in keys or rest[1] not in schema()["providers"]
        return not rest or rest[0] not in self.config.providers

    def origin(self, key: str) -> Origin:
        """Where the value of `key` ("roles.task_llm", "providers.demo.seed") comes from.

        Raises:
            ConfigError: there is no such key.
        """
        if key not in self.origins:
            self._require_provider(key)
            last_words = {k.rpartition(".")[2]: k for k in self.origins}
            near = did_you_mean(last_words.get(key, key), self.origins)
            raise ConfigError(
                f"There is no setting {key!r}.", near or "codesteer config show lists every setting"
            )
        return self.origins[key]

    def _require_provider(self, key: str) -> None:
        """Raises:
        ConfigError: the key is of a provider that there is not.
        """
        section, *rest = path_of(key)
        if section != "providers" or not rest or any(name in self.config.providers for name in rest):
            return
        known = ", ".join(self.config.providers)
        name = rest[0]
        near = did_you_mean(name, self.config.providers)
        raise ConfigError(
            f"There is no provider {name!r}.",
            f"{near} known: {known}; a [providers.NAME] table makes another".strip(),
        )


def load_settings(
    flags: Mapping[str, str] = {},
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    config_file: Path | None = None,
    profile: str | None = None,
) -> Settings:
    """Read and merge every layer.

    `flags` maps keys ("roles.task_llm") to text. `config_file` stands in for the user file. `cwd` and `env`
    are the real ones where None. `profile` is the one that the command line names; empty for none, whatever the
    variable says.

    Raises:
        ConfigError: names the file and line, variable or option, the key, the value and what is allowed.
    """
    settings, problems = read_all(Asked(flags, cwd, env, config_file, profile))
    for _, error in problems:
        raise error
    return settings


def load_readable_settings(
    flags: Mapping[str, str] = {},
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    config_file: Path | None = None,
    profile: str | None = None,
) -> tuple[Settings, list[ConfigError]]:
    """Read and merge what can be used of every layer, and say what cannot.

    A key that is wrong keeps the value of the layer below. The command line is in the person's hand, so what is
    wrong there is raised.

    Raises:
        ConfigError: a flag is wrong, or `config_file` or `profile` is not there.
    """
    settings, problems = read_all(Asked(flags, cwd, env, config_file, profile))
    for given, error in problems:
        if given and given.layer == "flag":
            raise error
    return settings, [error for _, error in problems]


def read_all(asked: Asked, own_text: str | None = None) -> tuple[Settings, list[Problem]]:
    """Read and merge what can be used, and list what cannot. `own_text` is read as if the user file held it.

    Raises:
        ConfigError: `config_file` or `profile` is not there.
    """
    problems: list[Problem] = []

    def note(error: ConfigError) -> None:
        problems.append((None, error))

    files, contents = _read_files(asked, own_text, problems)
    profile = _chosen_profile(asked, contents, problems)
    base = [content.givens for content in contents]
    of_profile = layers_of(profile, contents) if profile else []
    named = {g.path[1] for layer in [*base, *of_profile] for g in layer if len(g.path) > 2}
    layers = [
        *base,
        *of_profile,
        from_environment(asked.environment, named | set(default_providers()), note),
        from_flags(asked.flags),
    ]
    merged, mistakes = merge(layers)
    problems += mistakes
    profiles = list_profiles(contents)
    for other in profiles:
        if other.name != profile and other.places != ["built in"]:
            tried = merge([*base, *layers_of(other.name, contents)])[1]
            problems += [(given, error) for given, error in tried if given.profile == other.name]
    return _settings(merged, files, profile, profiles, asked, problems), problems


def user_file(env: Mapping[str, str] | None = None) -> Path:
    """Where the user file is, or would be."""
    return Asked(env=env).user_file


def _read_files(
    asked: Asked, own_text: str | None, problems: list[Problem]
) -> tuple[list[Path], list[FileContent]]:
    files: list[Path] = []
    contents: list[FileContent] = []

    def read(file: Path, layer: Layer, text: str | None = None) -> None:
        files.append(file)
        try:
            contents.append(from_file(file, layer, text))
        except ConfigError as error:
            problems.append((None, error))

    own = None
    try:
        own = (
            asked.user_file
            if own_text is not None
            else existing_user_file(asked.config_file, asked.environment)
        )
    except ConfigError as error:
        if asked.config_file:
            raise
        problems.append((None, error))
    if own:
        read(own, "user file", own_text)
    project = find_project_file(asked.cwd or Path.cwd())
    if project and not (own and own.exists() and project.samefile(own)):
        read(project, "project file")
    return files, contents


def _chosen_profile(asked: Asked, contents: Sequence[FileContent], problems: list[Problem]) -> str:
    name = asked.environment.get(PROFILE_VARIABLE, "") if asked.profile is None else asked.profile
    if name:
        where = PROFILE_VARIABLE if asked.profile is None else "--profile"
        try:
            require_profile(name, where, [p.name for p in list_profiles(contents)])
        except ConfigError as error:
            if asked.profile is not None:
                raise
            problems.append((None, error))
            return ""
    return name


def _settings(
    merged: Merged,
    files: list[Path],
    profile: str,
    profiles: list[Profile],
    asked: Asked,
    problems: list[Problem],
) -> Settings:
    history = {
        key: [
            Origin(g.layer, g.where, g.value, merged.notes.get(key, "") if g is givens[-1] else "")
            for g in reversed(givens)
        ]
        for key, givens in merged.said.items()
    }
    origins = {key: said[0] for key, said in history.items()}
    return Settings(merged.config, files, origins, history, profile, profiles, asked, problems)

"""The layers as they are found: files, variables and flags, each a list of values not yet checked."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.schema import PROJECT_FILE, is_section, schema
from codesteer_tui.settings.toml_text import KeyPath, lines_of

Layer: TypeAlias = Literal["flag", "environment", "profile", "project file", "user file", "default"]

PREFIX = "CODESTEER_"
PROFILE_VARIABLE = "CODESTEER_PROFILE"
NOT_SETTINGS = ("CODESTEER_CONFIG", "CODESTEER_DEBUG", PROFILE_VARIABLE)
"""Variables of ours that are no settings: the user file to read, tracebacks for every error, and the profile."""

OPTIONS = {
    "roles.task_llm": "--task-llm",
    "roles.steerer": "--steerer",
    "roles.checker": "--checker",
    "sandbox.cpu_s": "--cpu-s",
    "sandbox.disk_mib": "--disk-mib",
    "sandbox.engine": "--sandbox",
    "sandbox.image": "--image",
    "sandbox.memory_mib": "--mem-mib",
    "sandbox.output_kib": "--out-kib",
    "sandbox.pids": "--pids",
    "sandbox.wall_s": "--wall-s",
    "sandbox.reduced_isolation": "--sandbox",
    "steering.max_rounds": "--max-rounds",
}
"""The option of the command line that sets a key."""


@dataclass(frozen=True)
class Given:
    """One value as a layer gives it. `text` marks the layers where every value is a string, `project` what comes
    from a project file, `profile` the profile that it stands in. A larger `rank` wins."""

    layer: Layer
    where: str
    path: KeyPath
    value: Any
    text: bool = False
    project: bool = False
    profile: str = ""
    rank: int = 0

    @property
    def key(self) -> str:
        """The path as people write it."""
        return ".".join(self.path)

    @property
    def written_key(self) -> str:
        """The same, with the profile that it stands in."""
        return f"profiles.{self.profile}.{self.key}" if self.profile else self.key


@dataclass(frozen=True)
class FileContent:
    """What a file gives: its own values, those of each profile in it, and where each profile begins."""

    givens: list[Given] = field(default_factory=list)
    profiles: dict[str, list[Given]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


def user_config_file(env: Mapping[str, str]) -> Path:
    """Where the user file is, or would be: ``CODESTEER_CONFIG``, else the user's configuration folder."""
    if named := env.get("CODESTEER_CONFIG"):
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_config_dir("codesteer", appauthor=False)) / "config.toml"


def existing_user_file(chosen: Path | None, env: Mapping[str, str]) -> Path | None:
    """The user file to read, if there is one. `chosen` is the one named on the command line.

    Raises:
        ConfigError: a file was named by the command line or by ``CODESTEER_CONFIG`` and is not there.
    """
    path = chosen or user_config_file(env)
    if path.exists():
        return path
    if chosen is None and not env.get("CODESTEER_CONFIG"):
        return None
    where = "--config" if chosen else "CODESTEER_CONFIG"
    raise ConfigError(
        f"{where} names {path}, which does not exist.",
        "name an existing file, or write one with: codesteer config init",
    )


def find_project_file(cwd: Path) -> Path | None:
    """The nearest ``codesteer.toml`` in `cwd` or its parents; the home folder is the last one looked at."""
    home = Path.home()
    for folder in (cwd, *cwd.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder / PROJECT_FILE
        if folder == home:
            return None
    return None


def from_file(path: Path, layer: Layer, text: str | None = None) -> FileContent:
    """Every value of a TOML file, or of `text` as if it stood there.

    Raises:
        ConfigError: the file cannot be read, or is not valid TOML (with the line).
    """
    try:
        text = path.read_text(encoding="utf-8-sig") if text is None else text.removeprefix("\ufeff")
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.", "correct that line") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}).", "save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", "check its permissions") from None
    lines, project = lines_of(text), layer == "project file"

    def at(keys: KeyPath) -> str:
        nearest = next((lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in lines), None)
        return f"{path}:{nearest}" if nearest else str(path)

    blocks = tables.pop("profiles", {})
    content = FileContent([Given(layer, at(k), k, v, project=project) for k, v in _flatten(tables)])
    if not isinstance(blocks, dict):
        content.givens.append(Given(layer, at(("profiles",)), ("profiles",), blocks, project=project))
        return content
    for name, block in blocks.items():
        if not isinstance(block, dict):
            lost = Given(layer, at(("profiles", name)), ("profiles", name), block, project=project)
            content.givens.append(lost)
            continue
        content.places[name] = at(("profiles", name))
        content.profiles[name] = [
            Given("profile", at(("profiles", name, *k)), k, v, project=project, profile=name)
            for k, v in _flatten(block)
        ]
    return content


def from_environment(
    env: Mapping[str, str], providers: set[str], refuse: Callable[[ConfigError], None]
) -> list[Given]:
    """Every ``CODESTEER_SECTION__KEY``. `providers` are the names that may be meant: upper and lower case are
    the same, and whatever is no letter or digit is an underscore.

    `refuse` gets each variable that has our prefix and means nothing.
    """
    plain = {re.sub(r"\W", "_", name).lower(): name for name in sorted(providers, reverse=True)}
    givens = []
    for variable in sorted(env):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        path = variable.removeprefix(PREFIX).lower().split("__")
        if len(path) == 1:
            refuse(_no_setting(variable, path[0]))
            continue
        if path[0] == "providers":
            path[1] = plain.get(path[1], path[1])
        givens.append(Given("environment", variable, tuple(path), env[variable], text=True))
    return givens


def from_flags(flags: Mapping[str, str]) -> list[Given]:
    """Every value of the command line, by key."""
    return [
        Given("flag", OPTIONS.get(key, "command line"), path_of(key), value, text=True)
        for key, value in flags.items()
    ]


def path_of(key: str) -> KeyPath:
    """The path that a key as people write it means; a provider's name may have dots in it."""
    section, _, rest = key.partition(".")
    if section != "providers":
        return tuple(key.split("."))
    name, _, last = rest.rpartition(".")
    return ("providers", name, last) if name else ("providers", rest)


def _flatten(tables: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """Key paths and values, one level down, two for providers; what is not a table stays at its level, and so
    does a table where a value should be."""
    for section, table in tables.items():
        if not isinstance(table, dict) or not is_section(section):
            yield (section,), table
        elif section != "providers":
            yield from (((section, key), value) for key, value in table.items())
        else:
            for name, provider in table.items():
                if isinstance(provider, dict) and provider:
                    yield from (((section, name, key), value) for key, value in provider.items())
                elif provider != {}:
                    yield (section, name), provider


def _no_setting(variable: str, rest: str) -> ConfigError:
    """A variable without a section: suggest the setting that is meant, or tell the scheme."""
    keys = [(section, key) for section, keys in schema().items() if section != "providers" for key in keys]
    names = {f"{section}_{key}": f"{PREFIX}{section}__{key}".upper() for section, key in keys}
    names |= {key: f"{PREFIX}{section}__{key}".upper() for section, key in keys}
    names |= {"profiles": PROFILE_VARIABLE}
    near = difflib.get_close_matches(rest, names, n=1, cutoff=0.75)
    scheme = f"settings are written {PREFIX}SECTION__KEY, with two underscores"
    return ConfigError(
        f"{variable} is not a setting.", f"did you mean {names[near[0]]}? {scheme}" if near else scheme
    )

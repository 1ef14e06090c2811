"""The layers as they are found: files, variables and flags, each a list of values not yet checked."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.schema import PROJECT_FILE, schema

Layer: TypeAlias = Literal["flag", "environment", "project file", "user file", "default"]
KeyPath: TypeAlias = tuple[str, ...]

PREFIX = "CODESTEER_"
NOT_SETTINGS = ("CODESTEER_CONFIG", "CODESTEER_DEBUG")
"""Variables of ours that are no settings: the user file to read, and tracebacks for every error."""

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
    """One value as a layer gives it. `text` marks the layers where every value is a string."""

    layer: Layer
    where: str
    path: KeyPath
    value: Any
    text: bool = False

    @property
    def key(self) -> str:
        """The path as people write it."""
        return ".".join(self.path)


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


def from_file(path: Path, layer: Layer) -> list[Given]:
    """Every value of a TOML file.

    Raises:
        ConfigError: the file cannot be read, or is not valid TOML (with the line).
    """
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.", "correct that line") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}).", "save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", "check its permissions") from None
    lines = _lines(text)
    givens = []
    for keys, value in _flatten(tables):
        line = lines.get(keys)
        givens.append(Given(layer, f"{path}:{line}" if line else str(path), keys, value))
    return givens


def from_environment(
    env: Mapping[str, str], providers: set[str], refuse: Callable[[ConfigError], None]
) -> list[Given]:
    """Every ``CODESTEER_SECTION__KEY``. `providers` are the names that may be meant, dashes as underscores.

    `refuse` gets each variable that has our prefix and means nothing.
    """
    givens = []
    for variable in sorted(env):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        path = variable.removeprefix(PREFIX).lower().split("__")
        if len(path) == 1:
            refuse(_no_setting(variable, path[0]))
            continue
        if path[0] == "providers":
            path[1] = next((name for name in providers if name.replace("-", "_") == path[1]), path[1])
        givens.append(Given("environment", variable, tuple(path), env[variable], text=True))
    return givens


def from_flags(flags: Mapping[str, str]) -> list[Given]:
    """Every value of the command line, by key."""
    return [
        Given("flag", OPTIONS.get(key, "command line"), tuple(key.split(".")), value, text=True)
        for key, value in flags.items()
    ]


def _flatten(tables: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """Key paths and values, one level down, two for providers; what is not a table stays at its level."""
    for section, table in tables.items():
        if not isinstance(table, dict) or section not in schema():
            yield (section,), table
        elif section != "providers":
            yield from (((section, key), value) for key, value in table.items())
        else:
            for name, provider in table.items():
                if isinstance(provider, dict) and provider:
                    yield from (((section, name, key), value) for key, value in provider.items())
                elif provider != {}:
                    yield (section, name), provider


def _lines(text: str) -> dict[KeyPath, int]:
    """The line of each ``key = value`` and ``[table]``. A help for the eye: long strings may mislead it."""
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = _split_key(header[1])
            found.setdefault(table, number)
        elif assignment := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            found.setdefault((*table, *_split_key(assignment[1])), number)
    return found


def _split_key(text: str) -> KeyPath:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def _no_setting(variable: str, rest: str) -> ConfigError:
    """A variable without a section: suggest the setting that is meant, or tell the scheme."""
    keys = [(section, key) for section, keys in schema().items() if section != "providers" for key in keys]
    names = {f"{section}_{key}": f"{PREFIX}{section}__{key}".upper() for section, key in keys}
    names |= {key: f"{PREFIX}{section}__{key}".upper() for section, key in keys}
    near = difflib.get_close_matches(rest, names, n=1, cutoff=0.75)
    scheme = f"settings are written {PREFIX}SECTION__KEY, with two underscores"
    return ConfigError(
        f"{variable} is not a setting.", f"did you mean {names[near[0]]}? {scheme}" if near else scheme
    )

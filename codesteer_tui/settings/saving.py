"""Write one setting into the user's file, and leave everything else in it as it was."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.layers import user_config_file

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def save_setting(key: str, value: Any, *, env: Mapping[str, str] | None = None) -> Path:
    """Set `key` ("section.name", "providers.NAME.name") to `value` in the user's file; return the file's path.

    A missing file is made. Comments, order and layout of the file stay. It is replaced in one step, so no reader
    sees half of it.

    Raises:
        ConfigError: the file is no TOML, or cannot be written.
    """
    import tomlkit

    *tables, name = _path(key)

    def change(document: TOMLDocument) -> None:
        table: Any = document
        for depth, part in enumerate(tables, 1):
            if part not in table:
                table[part] = tomlkit.table(is_super_table=depth < len(tables))
            table = table[part]
        table[name] = value

    return _change(key, env, change)


def remove_setting(key: str, *, env: Mapping[str, str] | None = None) -> Path:
    """Take `key` out of the user's file, so that a weaker layer decides it again; return the file's path.

    Raises:
        ConfigError: the file is no TOML, or cannot be written.
    """
    *tables, name = _path(key)

    def change(document: TOMLDocument) -> None:
        table: Any = document
        for part in tables:
            table = table.get(part, {})
        if name in table:
            del table[name]

    return _change(key, env, change)


def _path(key: str) -> list[str]:
    """The tables and the name of a key; a provider's own name may hold dots."""
    section, _, rest = key.partition(".")
    if section != "providers":
        return [section, rest]
    provider, _, name = rest.rpartition(".")
    return [section, provider, name]


def _change(key: str, env: Mapping[str, str] | None, change: Callable[[TOMLDocument], None]) -> Path:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = user_config_file(os.environ if env is None else env)
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
        change(document)
        _replace(path, tomlkit.dumps(document))
    except (TOMLKitError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path}: {key} was not saved, since the file is no TOML that could be changed: {error}",
            f"Correct the file, or set {key} in it by hand.",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{path}: {key} was not saved: {error.strerror or error}",
            "Make the file writable, or name another with CODESTEER_CONFIG.",
        ) from error
    return path


def _replace(path: Path, text: str) -> None:
    path = path.resolve()  # where the file is a link, what it points to is replaced, not the link
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            Path(temporary).chmod(path.stat().st_mode & 0o777)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

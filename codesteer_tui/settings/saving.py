"""Write one setting into the user's file, and leave everything else in it as it was."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.layers import user_config_file


def save_setting(key: str, value: Any, *, env: Mapping[str, str] | None = None) -> Path:
    """Set `key` ("section.name") to `value` in the user's file, which is made where it is missing; return its path.

    Comments, order and layout of the file stay. It is replaced in one step, so no reader sees half of it.

    Raises:
        ConfigError: the file is no TOML, or cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import ParseError

    section, _, name = key.partition(".")
    path = user_config_file(os.environ if env is None else env)
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        document = tomlkit.parse(text)
        table = document.setdefault(section, tomlkit.table())
        table[name] = value
        _replace(path, tomlkit.dumps(document))
    except (ParseError, UnicodeDecodeError, TypeError) as error:
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

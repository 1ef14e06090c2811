"""Write one setting into the user's file, or take it out, and leave everything else in the file as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.editing import CannotEdit, value_at, with_value, without_value
from codesteer_tui.settings.layers import Given, path_of
from codesteer_tui.settings.loading import Asked, Origin, Settings, read_all
from codesteer_tui.settings.rules import check
from codesteer_tui.settings.showing import shown_value
from codesteer_tui.settings.toml_text import KeyPath, split_key, written, written_key
from codesteer_tui.writing import write_whole


@dataclass(frozen=True)
class Saved:
    """The file that now has the setting, or lacks it, and what decides it all the same where that is stronger.

    `replaced` is what the file said before, as it is shown, where that was something else; else None. As text it
    is the path.
    """

    path: Path
    key: str
    stronger: Origin | None = None
    replaced: Any = None

    def __str__(self) -> str:
        return str(self.path)

    @property
    def warning(self) -> str:
        """What to tell the person where saving changes nothing yet; else empty."""
        if self.stronger is None:
            return ""
        why = self.stronger.note or f"{self.stronger.layer} ({self.stronger.where}) is stronger"
        return f"{self.key} is not taken from there now: {why}."


def save_setting(
    key: str | KeyPath,
    value: Any,
    *,
    env: Mapping[str, str] | None = None,
    settings: Settings | None = None,
) -> Saved:
    """Set `key` to `value` in the user's file, which is made where it is missing.

    `key` is "section.name" or "providers.NAME.name"; a NAME with dots may stand in quotes, and the key may come
    as its parts. `settings` are the ones in use: with them the file that ``--config`` named is changed, and flags
    and profile are counted among what is stronger.

    Comments, order and layout of the file stay. It is replaced in one step, so no reader sees half of it.

    Raises:
        ConfigError: the value is not allowed, or the file cannot be changed: why, and what to write by hand.
    """
    asked, path = _asked(env, settings), _path(key)
    name = ".".join(path)
    checked = check(Given("user file", str(asked.user_file), path, value))
    by_hand = f"{written_key(path[-1:])} = {written(shown_value(name, checked))}"

    def change(text: str) -> str:
        new = with_value(text, path, checked)
        _, problems = read_all(replace(asked, flags={}, profile=""), new)
        for given, error in problems:
            if given and given.path == path and given.layer == "user file":
                raise error
        return new

    return _change(asked, path, f"set {name} by hand, under [{written_key(path[:-1])}]: {by_hand}", change)


def unset_setting(
    key: str | KeyPath, *, env: Mapping[str, str] | None = None, settings: Settings | None = None
) -> Saved:
    """Take `key` out of the user's file, so that a weaker layer decides; where it is not in it, nothing changes.

    The arguments are those of `save_setting`.

    Raises:
        ConfigError: the file cannot be changed: why, and what to take out by hand.
    """
    asked, path = _asked(env, settings), _path(key)
    by_hand = f"take {'.'.join(path)} out by hand, under [{written_key(path[:-1])}]"
    return _change(asked, path, by_hand, lambda text: without_value(text, path))


def _asked(env: Mapping[str, str] | None, settings: Settings | None) -> Asked:
    return settings.asked if settings else Asked(env=env)


def _path(key: str | KeyPath) -> KeyPath:
    if not isinstance(key, str):
        return key
    return split_key(key) if '"' in key or "'" in key else path_of(key)


def _change(asked: Asked, path: KeyPath, by_hand: str, change: Callable[[str], str]) -> Saved:
    file, key = asked.user_file, ".".join(path)
    try:
        old = file.read_bytes().decode("utf-8") if file.exists() else ""
        new = change(old)
        if new != old:
            _replace(file, new)
        before, after = value_at(old, path), value_at(new, path)
    except (CannotEdit, UnicodeDecodeError) as error:
        why = "the file is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
        raise ConfigError(f"{file}: {key} was not saved: {why}.", f"Correct the file, or {by_hand}") from None
    except (OSError, RuntimeError) as error:
        why = (isinstance(error, OSError) and error.strerror) or str(error)
        raise ConfigError(
            f"{file}: {key} was not saved: {why}.",
            f"Make the file writable, name another with CODESTEER_CONFIG, or {by_hand}",
        ) from None
    origin = read_all(asked)[0].origins.get(key)
    weaker = origin is None or origin.layer in ("user file", "default")
    replaced = None if before == after else shown_value(key, before)
    return Saved(file, key, None if weaker else origin, replaced)


def _replace(path: Path, text: str) -> None:
    """Raises:
    OSError: the file or its folder cannot be written.
    RuntimeError: it is a link that leads to itself.
    """
    path = path.resolve()  # where the file is a link, what it points to is replaced, not the link
    if path.is_symlink():
        raise RuntimeError("it is a link that leads to itself")
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    if not mode & 0o222:
        raise PermissionError(0, "the file is read-only")
    write_whole(path, text.encode("utf-8"), mode=mode)

"""Where `codesteer keys set` keeps keys: the desktop's keyring, or files that only their owner can read.

What is kept carries the provider's name and the host that the key is for, NAME@HOST, so that it is not found for
another host. Everything here blocks.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import quote, unquote

from codesteer_tui.errors import ConfigError
from codesteer_tui.providers.keys import keyrings
from codesteer_tui.providers.keys.hiding import secret
from codesteer_tui.writing import write_whole

Where: TypeAlias = Literal["keyring", "file"]


def keys_folder() -> Path:
    """The folder of the key files, which only its owner can open."""
    import platformdirs

    return Path(platformdirs.user_config_dir("codesteer", appauthor=False)) / "keys"


def key_file(name: str, host: str) -> Path:
    """The file for the key of a provider and host."""
    return keys_folder() / quote(account(name, host), safe="@")


def owner_of(path: Path) -> tuple[str, str] | None:
    """Provider and host of a file in the keys folder, or None where it lies elsewhere."""
    if path.parent.resolve() != keys_folder().resolve() or "@" not in path.name:
        return None
    name, _, host = path.name.rpartition("@")
    return unquote(name), unquote(host)


def account(name: str, host: str) -> str:
    """The name of an entry: the provider's, and the host that its key is for."""
    return f"{name}@{host}"


def can_store_in_keyring() -> str | None:
    """Why keys should not be stored in the keyring of this machine, or None where they can be."""
    return keyrings.unfit()


def usable(key: str) -> str:
    """The key as it is stored: without blanks around it.

    Raises:
        ConfigError: it is empty, or holds characters that no key has; the key is not repeated.
    """
    key = key.strip()
    if not key:
        raise ConfigError("The key is empty; nothing was stored.", "Paste the key as the provider shows it.")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigError(
            "The key holds characters that no key has (spaces, line breaks, accents); nothing was stored.",
            "Copy the key again, alone and whole.",
        )
    return key


def store_key(name: str, host: str, key: str, where: Where) -> str:
    """Store the key of a provider for `host`; returns what `providers.NAME.key` must say to find it again.

    Raises:
        ConfigError: the key or the host cannot be used, there is no fit keyring, or the file cannot be written.
    """
    key = secret(usable(key))
    if not host:
        raise ConfigError(
            f"The provider {name!r} has no address yet, so its key cannot be bound to one.",
            f"Set providers.{name}.base_url first.",
        )
    if where == "file":
        path = key_file(name, host)
        try:
            _write(path, key)
        except OSError as error:
            raise ConfigError(
                f"The key file {path} cannot be written: {error.strerror or error}.",
                "Make room or correct the permissions of that folder.",
            ) from None
        return f"file:{path}"
    if why := keyrings.unfit():
        raise ConfigError(why, keyrings.FILE_INSTEAD.format(name=name))
    keyrings.put(account(name, host), key, name=name)
    _note_hosts(name, {*hosts_in_keyring(name), host})
    return f"keyring:{name}"


def forget_key(name: str, host: str) -> list[str]:
    """Remove what is stored for a provider and host, wherever; returns the places that it was removed from.

    Raises:
        ConfigError: the file cannot be removed, or a keyring that is there does not answer.
    """
    removed = []
    path = key_file(name, host)
    try:
        path.unlink()
        removed.append(str(path))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ConfigError(
            f"The key file {path} cannot be removed: {error.strerror or error}.", "Remove it by hand."
        ) from None
    if keyrings.none_here() is None and keyrings.remove(account(name, host), name=name):
        _note_hosts(name, set(hosts_in_keyring(name)) - {host})
        removed.append(f"the keyring's entry for {host}")
    return removed


def forget_all_keys(name: str) -> list[str]:
    """Remove every stored key of a provider, whatever host it is for; returns the places they were removed from.

    Raises:
        ConfigError: as for `forget_key`.
    """
    hosts = set(hosts_with_file(name))
    if keyrings.none_here() is None:
        hosts |= set(hosts_in_keyring(name))
    return [place for host in sorted(hosts) for place in forget_key(name, host)]


def is_stored_source(name: str, source: str) -> bool:
    """Whether this is what `store_key` gave for this provider, for whatever host."""
    owner = owner_of(Path(source.removeprefix("file:"))) if source.startswith("file:") else None
    return source == f"keyring:{name}" or (owner is not None and owner[0] == name)


def hosts_with_file(name: str) -> list[str]:
    """The hosts for which a key of this provider is kept in a file."""
    try:
        owners = [owner_of(path) for path in sorted(keys_folder().iterdir())]
    except OSError:
        return []
    return [owner[1] for owner in owners if owner and owner[0] == name]


def hosts_in_keyring(name: str) -> list[str]:
    """The hosts for which a key of this provider is kept in the keyring.

    Keyrings cannot be listed, so the hosts, which are no secret, are an entry of their own.

    Raises:
        ConfigError: as for `codesteer_tui.providers.keys.keyrings.get`.
    """
    with contextlib.suppress(ValueError):
        hosts = json.loads(keyrings.get(keyrings.SERVICE, _hosts_entry(name), name=name) or "[]")
        if isinstance(hosts, list):
            return [host for host in hosts if isinstance(host, str)]
    return []


def _note_hosts(name: str, hosts: set[str]) -> None:
    if hosts:
        keyrings.put(_hosts_entry(name), json.dumps(sorted(hosts)), name=name)
    else:
        keyrings.remove(_hosts_entry(name), name=name)


def _hosts_entry(name: str) -> str:
    return f"hosts of {name}"


def _write(path: Path, key: str) -> None:
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if os.name == "posix":
        path.parent.chmod(0o700)
    write_whole(path, f"{key}\n".encode("ascii"))

"""Where keys are read from, and where they are kept. A key is bound to a provider and the host that it is for.

A source is what the configuration holds in place of a key:

=======================  ============================================================================
``env:NAME``             an environment variable
``keyring:NAME``         what ``codesteer keys set NAME`` put into the keyring for this provider's host
``keyring:SERVICE/NAME`` an entry of the keyring that another program made
``file:PATH``            a file that nobody else can read
``cmd:COMMAND``          the first line that a command prints, such as a password manager's
``none`` or nothing      no key
=======================  ============================================================================

Keyrings and commands may ask the person for a password, so whatever reads or stores a key here blocks: call it
in a thread (`asyncio.to_thread`) where there is an event loop.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from codesteer_tui.config import Provider
from codesteer_tui.errors import CodesteerError, ConfigError, ModelError
from codesteer_tui.providers.keys import keyrings
from codesteer_tui.providers.keys.commands import first_line, program_of
from codesteer_tui.providers.keys.hiding import Secret, hide_shapes, secret
from codesteer_tui.providers.keys.store import (
    Where,
    account,
    can_store_in_keyring,
    forget_all_keys,
    forget_key,
    hosts_in_keyring,
    hosts_with_file,
    is_stored_source,
    key_file,
    owner_of,
    store_key,
)
from codesteer_tui.settings.binding import address_of, origin_of
from codesteer_tui.values import REMOTE_KINDS

__all__ = [
    "FORMS",
    "SOURCE",
    "KeyState",
    "Where",
    "can_store_in_keyring",
    "forget_all_keys",
    "forget_key",
    "host_of",
    "is_stored_source",
    "key_file",
    "look",
    "read_headers",
    "read_key",
    "read_secret",
    "source_in_words",
    "store_key",
]

MOST_BYTES = 64 << 10
"""A file with more than this is no key."""

SOURCE = re.compile(r"(env|keyring|file|cmd):(.+)", re.DOTALL)
FORMS = '"env:NAME", "keyring:NAME", "file:PATH", "cmd:COMMAND" or "none"'
_CREDENTIAL = re.compile(r"(?i)auth|key|token|secret|passw|cookie|credential")


class KeyState(Struct, frozen=True, kw_only=True):
    """What is known of a provider's key without the key.

    `source` is in words; `found` is None where only running a command would tell; `detail` and `remedy` say
    why it was not found and what to do.
    """

    provider: str
    source: str
    host: str
    needed: bool
    found: bool | None
    detail: str = ""
    remedy: str = ""


def host_of(provider: Provider) -> str:
    """The host, with its port where that is not the usual one, that this provider's key is for; "" if unknown.

    A plain http address has its port 80 spelt out, so that no key for https is found for it.
    """
    scheme, bare, port = origin_of(address_of(provider.kind, provider.preset, provider.base_url))
    if not bare or port is None:
        return ""
    host = f"[{bare}]" if ":" in bare else bare
    return host if (scheme, port) == ("https", 443) else f"{host}:{port}"


def read_key(name: str, provider: Provider, env: Mapping[str, str] = os.environ) -> Secret | None:
    """The API key of a provider, or None where it needs none. Blocks.

    Raises:
        ModelError: `missing_key`, naming where the key was looked for.
        ConfigError: the setting is in no known form, others can read the key file, or there is no keyring.
    """
    value = read_secret(provider.key, name=name, host=host_of(provider), env=env)
    if value is not None and not _sendable(value, spaces=False):
        raise ModelError(
            "auth",
            f"The key of provider {name!r} holds characters that no key has (spaces, line breaks, accents).",
            "Copy the key again and put it where the configuration says it is.",
            provider=name,
        )
    return value


def read_headers(name: str, provider: Provider, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The further headers of a provider's requests, with what their values stand for. Blocks.

    Raises:
        ModelError: `missing_key`, naming the header and where its value was looked for.
        ConfigError: a name or a value cannot be sent as a header.
    """
    found: dict[str, str] = {}
    for header, value in provider.headers.items():
        what = f"header {header}"
        if SOURCE.match(value):
            read = read_secret(value, name=name, host=host_of(provider), what=what, env=env)
            value = read if read is not None else ""
        elif _CREDENTIAL.search(header):
            value = secret(value)
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", header) or not _sendable(value, spaces=True):
            raise ConfigError(
                f"providers.{name}.headers: {header!r} or its value holds characters that no header can have.",
                "Use letters, digits and dashes for the name, and one line of plain ASCII for the value.",
            )
        found[header] = value
    return found


def read_secret(
    source: str, *, name: str, host: str = "", what: str = "API key", env: Mapping[str, str] = os.environ
) -> Secret | None:
    """What a source stands for, or None where it is "none" or empty. Blocks.

    `name` is the provider's, `host` the one that the secret will be sent to, `what` how it is called in errors.

    Raises:
        ModelError: `missing_key`, naming where it was looked for.
        ConfigError: it is in no known form, others can read the file, or there is no keyring.
    """
    if source in ("", "none"):
        return None
    form = SOURCE.fullmatch(source)
    if not form:
        raise ConfigError(
            f"[providers.{name}]: the {what} is given in no known form.",
            f"Write {FORMS}; never the key itself.",
        )
    rest = form[2].strip()
    match form[1]:
        case "env":
            value = _from_variable(rest, env, name, what)
        case "file":
            value = _from_file(Path(rest).expanduser(), name, host, what)
        case "keyring":
            value = _from_keyring(rest, name, host, what)
        case _:
            value = first_line(rest, name, what)
    return secret(value)


def source_in_words(source: str) -> str:
    """Where a key comes from, for people: never the key, nor the arguments of a command."""
    form = SOURCE.fullmatch(source)
    if not form:
        return "none needed" if source in ("", "none") else "in no known form"
    rest = form[2].strip()
    match form[1]:
        case "env":
            return f"variable {rest}"
        case "file":
            return f"file {rest}"
        case "keyring":
            return "keyring" if "/" not in rest else f"keyring entry {rest}"
        case _:
            return f"command {hide_shapes(program_of(rest))}"


def look(name: str, provider: Provider, env: Mapping[str, str] = os.environ) -> KeyState:
    """What there is of a provider's key. Commands are not run, the keyring is asked. Blocks; never raises."""
    source, host = provider.key, host_of(provider)
    state = KeyState(
        provider=name,
        source=source_in_words(source),
        host=host,
        needed=provider.kind in REMOTE_KINDS and source not in ("", "none"),
        found=None,
    )
    if not state.needed:
        return msgspec.structs.replace(state, found=False)
    if source.startswith("cmd:"):
        return msgspec.structs.replace(state, detail="the command runs when the key is needed")
    try:
        read_key(name, provider, env)
    except CodesteerError as error:
        return msgspec.structs.replace(state, found=False, detail=error.message, remedy=error.remedy)
    return msgspec.structs.replace(state, found=True)


def _sendable(value: str, *, spaces: bool) -> bool:
    return value.isascii() and value.isprintable() and (spaces or " " not in value)


def _missing(name: str, message: str, remedy: str = "") -> ModelError:
    other = "Or have another play its role, for example --task-llm demo, --steerer rules, --checker off."
    first = remedy or f"Store it: codesteer keys set {name}."
    return ModelError("missing_key", message, f"{first} {other}", provider=name)


def _from_variable(variable: str, env: Mapping[str, str], name: str, what: str) -> str:
    if value := env.get(variable, "").strip():
        return value
    store = f", or store it: codesteer keys set {name}" if what == "API key" else ""
    raise _missing(
        name,
        f"The provider {name!r} needs an API key, and the environment variable {variable} is not set."
        if what == "API key"
        else f"The {what} of provider {name!r} needs the environment variable {variable}, which is not set.",
        f"Set {variable}{store}.",
    )


def _from_file(path: Path, name: str, host: str, what: str) -> str:
    owner = owner_of(path)
    if owner and owner[1] != host:
        raise _elsewhere(name, [owner[1]], host)
    try:
        data = _read_private(path, what)
        value = data.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise ConfigError(
            f"The file {path} for the {what} of provider {name!r} holds no text.",
            "Put the key alone into it.",
        ) from None
    except FileNotFoundError:
        if hosts := [known for known in hosts_with_file(name) if known != host]:
            raise _elsewhere(name, hosts, host) from None
        raise _missing(name, f"The file {path} for the {what} of provider {name!r} is not there.") from None
    except OSError as error:
        raise _missing(
            name,
            f"The file {path} for the {what} of provider {name!r} cannot be read: {error.strerror or error}.",
            "Check the path and its permissions.",
        ) from None
    if not value:
        raise _missing(name, f"The file {path} for the {what} of provider {name!r} is empty.")
    return value


def _read_private(path: Path, what: str) -> bytes:
    """What is in a file that nobody else can read or change. What was checked is what is read.

    Raises:
        ConfigError: it is not such a file.
        OSError: it cannot be read.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(handle, "rb") as file:
        there = os.fstat(file.fileno())
        if not stat.S_ISREG(there.st_mode):
            raise ConfigError(
                f"{path}, named for the {what}, is not a file.", "Name a file that holds the key alone."
            )
        if os.name == "posix":
            if there.st_uid != os.geteuid():
                raise ConfigError(
                    f"The key file {path} belongs to somebody else.",
                    "Copy it to a file of your own that only you can read.",
                )
            if there.st_mode & 0o077:
                raise ConfigError(
                    f"The key file {path} can be read or changed by others.", f"Run: chmod 600 {path}"
                )
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ConfigError(f"The key file {path} is too long to be a key.", "Put the key alone into a file.")
    return data


def _from_keyring(entry: str, name: str, host: str, what: str) -> str:
    if "/" in entry and entry != name:
        service, _, user = entry.rpartition("/")
        if value := keyrings.get(service, user, name=name):
            return value.strip()
        raise _missing(
            name,
            f"The {what} of provider {name!r} is not in the keyring: no entry {user!r} of service {service!r}.",
            "Correct the entry's name.",
        )
    if value := keyrings.get(keyrings.SERVICE, account(entry, host), name=name):
        return value.strip()
    if hosts := [known for known in hosts_in_keyring(entry) if known != host]:
        raise _elsewhere(name, hosts, host)
    raise _missing(name, f"The {what} of provider {name!r} for {host} is not in the keyring.")


def _elsewhere(name: str, hosts: list[str], host: str) -> ModelError:
    """A key is there, but for another host; it is not sent to this one."""
    return _missing(
        name,
        f"The stored key of provider {name!r} is for {', '.join(hosts)}, and base_url leads to"
        f" {host or 'no known host'}. A key is sent to no other host than its own.",
        f"Correct base_url, or store a key for this host: codesteer keys set {name}.",
    )

"""The keyring of the desktop, through the `keyring` package, and never longer than a person may be waited for.

A locked keyring asks the person for its password and answers when it has it; one that is broken may never
answer. So each question is put in a thread of its own that nobody waits for longer than `LIMIT_S`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from codesteer_tui.errors import ConfigError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "codesteer"
LIMIT_S = 60.0
FILE_INSTEAD = "Keep the key in a file that only you can read: codesteer keys set {name} --store file"

T = TypeVar("T")


def get(service: str, account: str, *, name: str) -> str | None:
    """The password of an entry, or None where there is no such entry. Blocks, for `LIMIT_S` seconds at most.

    Raises:
        ConfigError: there is no keyring here, it is locked, or it does not answer; `name` is the provider's.
    """
    _refuse_none(name)
    return _ask(name, lambda: _backend().get_password(service, account))


def put(account: str, password: str, *, name: str) -> None:
    """Make or replace an entry of `SERVICE`. Blocks like `get`.

    Raises:
        ConfigError: as for `get`.
    """
    _refuse_none(name)
    _ask(name, lambda: _backend().set_password(SERVICE, account, password))


def remove(account: str, *, name: str) -> bool:
    """Remove an entry of `SERVICE`; whether there was one. Blocks like `get`.

    Raises:
        ConfigError: as for `get`.
    """
    if get(SERVICE, account, name=name) is None:
        return False
    _ask(name, lambda: _backend().delete_password(SERVICE, account))
    return True


def none_here() -> str | None:
    """Why there is no keyring to read from, or None where there is one. Blocks like `get`."""
    from keyring.backends import fail, null

    try:
        backend = _ask("", _backend)
    except ConfigError as error:
        return error.message
    if isinstance(backend, null.Keyring):
        return "The keyring is switched off on this machine."
    if isinstance(backend, fail.Keyring):
        return "There is no keyring on this machine that could be used."
    return None


def unfit() -> str | None:
    """Why nothing should be stored in the keyring, or None where it is fit. Blocks like `get`.

    One that keeps its entries as plain text is fit only where the person has chosen it.
    """
    if why := none_here():
        return why
    backend = _backend()
    if backend.priority < 1 and not _chosen():
        return f"The only keyring on this machine ({backend.name}) does not protect what it keeps."
    return None


def _refuse_none(name: str) -> None:
    if why := none_here():
        raise ConfigError(why, FILE_INSTEAD.format(name=name))


def _backend() -> KeyringBackend:
    import keyring

    return keyring.get_keyring()


def _chosen() -> bool:
    from keyring.util import platform_

    return (
        bool(os.environ.get("PYTHON_KEYRING_BACKEND")) or (platform_.config_root() / "keyringrc.cfg").exists()
    )


def _ask(name: str, question: Callable[[], T]) -> T:
    answers: list[T] = []
    failures: list[Exception] = []

    def put_it() -> None:
        try:
            answers.append(question())
        except Exception as error:  # noqa: BLE001  backends raise whatever their system does
            failures.append(error)

    thread = threading.Thread(target=put_it, daemon=True, name="keyring")
    thread.start()
    thread.join(LIMIT_S)
    if answers:
        return answers[0]
    what = type(failures[0]).__name__ if failures else f"no answer within {LIMIT_S:g} s"
    remedy = FILE_INSTEAD.format(name=name) if name else "Use a file that only you can read instead."
    raise ConfigError(
        f"The keyring of this machine could not be used ({what}).", f"Unlock it and try again. {remedy}"
    ) from None

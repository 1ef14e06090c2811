"""Keyrings for tests, named by ``PYTHON_KEYRING_BACKEND``: one that keeps its entries in a file, and worse ones."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

FILE = "TEST_KEYRING_FILE"
"""The variable that names the file of a `FileKeyring`."""


class FileKeyring(KeyringBackend):
    """Entries in the JSON file that the variable names."""

    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._entries(), f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries()
        del entries[f"{service}/{username}"]
        self._write(entries)

    def _entries(self) -> dict[str, str]:
        path = Path(os.environ[FILE])
        return json.loads(path.read_text()) if path.exists() else {}

    def _write(self, entries: dict[str, str]) -> None:
        Path(os.environ[FILE]).write_text(json.dumps(entries))


class PlainKeyring(FileKeyring):
    """One that does not protect what it keeps."""

    priority = 0.5


class LockedKeyring(KeyringBackend):
    """One that the person does not unlock; its error repeats what it was asked."""

    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"{service} {username} is locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"cannot keep {password}")


class SilentKeyring(KeyringBackend):
    """One that never answers."""

    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(3600)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        time.sleep(3600)

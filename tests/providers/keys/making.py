"""Providers, key files and commands for the tests of keys."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from codesteer_tui.config import Provider
from tests import keyrings as backends

KEY = "sk-planted-0123456789-Zq9"
OPENAI = "api.openai.com"
posix = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


def use(monkeypatch: pytest.MonkeyPatch, backend: backends.KeyringBackend) -> None:
    monkeypatch.setattr("keyring.core._keyring_backend", backend)


def provider(key: str, base_url: str = "", **more: object) -> Provider:
    return Provider(kind="openai", model="m", key=key, base_url=base_url, **more)  # type: ignore[arg-type]


def private(path: Path, text: str | bytes = f"{KEY}\n", mode: int = 0o600) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def printing(*lines: str, code: int = 0, err: str = "") -> str:
    program = f"import sys; print({chr(10).join(lines)!r}); sys.stderr.write({err!r}); sys.exit({code})"
    return f'cmd:{sys.executable} -c "{program}"'

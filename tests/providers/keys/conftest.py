"""A home, a keyring and commands that no other test has touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui.providers.keys import commands
from tests import keyrings as backends
from tests.providers.keys.making import use


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv(backends.FILE, str(tmp_path / "keyring.json"))
    use(monkeypatch, backends.FileKeyring())
    commands.forget_answers()
    return tmp_path

"""Saving one setting leaves the rest of a person's file as it was, or leaves the file alone and says why."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings import load_settings
from codesteer_tui.settings.saving import save_setting, unset_setting

KEY = "sandbox.reduced_isolation"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "config.toml"


def save(file: Path) -> Path:
    return save_setting(KEY, "always", env={"CODESTEER_CONFIG": str(file)}).path


def test_a_missing_file_is_made_and_read_again(file: Path) -> None:
    assert save(file) == file
    settings = load_settings({}, env={"CODESTEER_CONFIG": str(file)})
    assert settings.config.sandbox.reduced_isolation == "always"


def test_comments_order_and_everything_else_stay(file: Path) -> None:
    file.parent.mkdir()
    text = """# mine
[roles]   # who plays
task_llm = 'demo'

[sandbox]
# not too long
wall_s   =   5.0
reduced_isolation = "ask"  # for now
pids = 32
"""
    file.write_text(text)
    file.chmod(0o600)
    save(file)
    assert file.read_text() == text.replace('"ask"', '"always"')
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    real = tmp_path / "dotfiles.toml"
    real.write_text("# kept\n")
    file.symlink_to(real)
    save(file)
    assert file.is_symlink()
    assert "always" in real.read_text()
    assert "# kept" in real.read_text()


@pytest.mark.parametrize("text", ["[sandbox\n", "sandbox = 3\n", "\xff"])
def test_a_file_that_cannot_be_changed_is_left_alone(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match="was not saved") as caught:
        save(file)
    assert str(file) in caught.value.message
    assert KEY in caught.value.remedy
    assert file.read_bytes() == text.encode("latin-1")


@pytest.mark.skipif(os.name != "posix", reason="folders that are files")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(ConfigError, match="was not saved") as caught:
        save(tmp_path / "folder" / "config.toml")
    assert "CODESTEER_CONFIG" in caught.value.remedy


PROVIDER_KEY = "providers.my.models.key"


@pytest.mark.parametrize(
    "text",
    [
        "# mine\n[providers.'my.models']\nkind = 'openai'  # kept\n",
        "providers.'my.models'.kind = 'openai'\n",
        "[providers]\n'my.models' = {kind = 'openai'}\n",
        "[roles]\ntask_llm = 'demo'\n\n[providers.'my.models'.headers]\nX = 'y'\n"
        "[providers.'my.models']\nkind = 'openai'\n",
    ],
)
def test_a_setting_of_a_provider_is_saved_and_taken_back_however_the_table_is_written(
    file: Path, text: str
) -> None:
    file.parent.mkdir()
    file.write_text(text)
    env = {"CODESTEER_CONFIG": str(file)}
    before = tomllib.loads(text).get("providers", {}).get("my.models", {})
    save_setting(PROVIDER_KEY, "env:MINE", env=env)
    assert tomllib.loads(file.read_text())["providers"]["my.models"] == {**before, "key": "env:MINE"}
    unset_setting(PROVIDER_KEY, env=env)
    after = tomllib.loads(file.read_text())
    assert after["providers"]["my.models"] == before
    for comment in ("# mine", "# kept"):
        assert (comment in text) == (comment in file.read_text())

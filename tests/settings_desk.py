"""Where the tests of the settings sit: no file, variable or folder of the real user is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings import Settings, load_readable_settings, load_settings

ROOT = Path(__file__).resolve().parents[1]


class Desk:
    """A home with a user file, a project below it, and an environment."""

    def __init__(self, folder: Path) -> None:
        self.user = folder / "user.toml"
        self.project_dir = folder / "project" / "deep"
        self.project_dir.mkdir(parents=True)
        self.project = folder / "project" / "codesteer.toml"
        self.env = {"CODESTEER_CONFIG": str(self.user)}
        self.user.write_text("")

    def load(self, profile: str | None = None, **flags: str) -> Settings:
        """The settings; flags are written roles__task_llm="demo"."""
        keys = {key.replace("__", "."): value for key, value in flags.items()}
        return load_settings(keys, cwd=self.project_dir, env=self.env, profile=profile)

    def readable(self, profile: str | None = None) -> tuple[Settings, str]:
        """What can be read, and what was said about the rest."""
        found, mistakes = load_readable_settings(cwd=self.project_dir, env=self.env, profile=profile)
        return found, "\n".join(map(str, mistakes))

    def refusal(self, profile: str | None = None, **flags: str) -> str:
        """The words in which the settings are refused."""
        with pytest.raises(ConfigError) as caught:
            self.load(profile, **flags)
        assert caught.value.remedy
        return str(caught.value)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)

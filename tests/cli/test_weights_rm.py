"""``codesteer weights rm``: what is asked, what goes, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Desk
from tests.weights.test_facts import make_checkpoint

pytestmark = pytest.mark.gguf


@pytest.fixture
def folder(desk: Desk) -> Path:
    """A checkpoint with a person's own work in its folder."""
    folder = make_checkpoint(desk.folder / "proj")
    (folder / "thesis").mkdir()
    (folder / "thesis" / "t.txt").write_text("mine")
    (folder / "notes.md").write_text("mine")
    return folder


def test_of_a_folder_only_the_checkpoint_goes(desk: Desk, folder: Path) -> None:
    done = desk.codesteer("weights", "rm", "--yes", "proj")
    assert done.code == 0
    assert "goes: model-00001-of-00002.safetensors" in done.err
    assert "notes.md, thesis/" in done.err
    assert sorted(path.name for path in folder.rglob("*")) == ["notes.md", "t.txt", "thesis"]


def test_it_is_said_before_it_is_asked(desk: Desk, folder: Path) -> None:
    import pexpect

    asked = pexpect.spawn(
        sys.executable,
        ["-m", "codesteer_tui", "weights", "rm", "."],
        cwd=str(folder),
        env=desk.env,  # type: ignore[arg-type]
        dimensions=(24, 200),
        encoding="utf-8",
        timeout=60,
    )
    asked.expect_exact("Remove?")
    assert str(folder) in asked.before
    assert "notes.md, thesis/" in asked.before
    asked.sendline("n")
    asked.expect(pexpect.EOF)
    asked.close()
    assert len(list(folder.iterdir())) == 8


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_nothing_goes_while_the_configuration_cannot_be_read(desk: Desk, force: list[str]) -> None:
    path = desk.folder / "spoken.gguf"
    path.write_bytes(b"x")
    playing = f'[roles]\nsteerer = "mine"\n[providers.mine]\nkind = "llama_cpp"\nmodel = "{path}"\n'
    for broken in ("[steering\n", "[steering]\nmax_rounds = 'many'\n"):
        desk.configure(playing + broken)
        done = desk.codesteer("weights", "rm", "--yes", *force, "spoken.gguf")
        assert done.code == 2
        assert "user.toml" in done.err
        assert path.exists()


def test_what_a_profile_uses_stays(desk: Desk) -> None:
    path = desk.folder / "spoken.gguf"
    path.write_bytes(b"x")
    desk.configure(
        f'[providers.mine]\nkind = "llama_cpp"\nmodel = "{path}"\n[profiles.laptop.roles]\nchecker = "mine"\n'
    )
    done = desk.codesteer("weights", "rm", "--yes", "spoken.gguf")
    assert done.code == 3
    assert "plays the checker in your profile laptop" in done.err
    assert path.exists()
    assert desk.codesteer("weights", "rm", "--yes", "--force", "spoken.gguf").code == 0


def test_a_provider_that_would_be_without_its_file_is_named(desk: Desk) -> None:
    path = desk.folder / "spoken.gguf"
    path.write_bytes(b"x")
    desk.configure(f'[profiles.laptop.providers.mine]\nkind = "llama_cpp"\nmodel = "{path}"\n')
    done = desk.codesteer("weights", "rm", "--yes", "spoken.gguf")
    assert done.code == 0
    assert "Mind: [providers.mine] of your configuration names it." in done.err

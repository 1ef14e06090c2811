"""The list of known weights: it is right, says what is wrong with it, and is in an installed wheel."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from codesteer_tui.errors import ConfigError
from codesteer_tui.weights import catalogue

ROOT = Path(__file__).resolve().parents[2]


def test_every_entry_says_where_it_is_from_and_under_which_licence() -> None:
    known = catalogue.read_catalogue()
    assert "codesteer-v1" in known
    for entry in known.values():
        assert entry.title
        assert entry.repo.count("/") == 1
        assert entry.licence
        assert entry.chat_template
        assert not entry.sha256 or len(entry.sha256) == 64


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[x]\ntitle = 3", r"\[x\] is not right"),
        ('[x]\ntitle = "t"\nform = "gguf"\nrepo = "a/b"', "gguf without a `file`"),
        ('[x]\ntitle = "t"\nform = "checkpoint"\nrepo = "a/b"\nfile = "c.gguf"', "checkpoint with a `file`"),
        ('[x]\ntitle = "t"\nform = "gguf"\nrepo = "a/b"\nfile = "c.gguf"\ncolour = "red"', "colour"),
        ("[x", "cannot be read"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        catalogue.read_catalogue(path)


def test_a_wheel_has_the_catalogue_where_the_program_looks_for_it(tmp_path: Path, monkeypatch) -> None:
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path / "wheel"), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        archive.extract("codesteer_tui/weights/catalogue.toml", tmp_path / "installed")
    installed = tmp_path / "installed" / "codesteer_tui" / "weights"
    monkeypatch.setattr(catalogue, "__file__", str(installed / "catalogue.py"))
    assert catalogue.catalogue_path() == installed / "catalogue.toml"
    assert catalogue.catalogue_path().read_bytes() == (ROOT / "models" / "catalogue.toml").read_bytes()

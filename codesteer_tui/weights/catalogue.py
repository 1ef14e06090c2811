"""The weights that are known by name. The list is `models/catalogue.toml`; a wheel carries it in this folder."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from codesteer_tui.errors import ConfigError

NAME = "catalogue.toml"


class Known(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Weights that the catalogue names. What is empty or 0 is not known, and is asked of the hub.

    `size` is in bytes, `context` in tokens, `memory_gib` the least memory for what `memory_for` says.
    """

    title: str
    form: Literal["gguf", "checkpoint"]
    repo: str
    file: str = ""
    revision: str = ""
    licence: str = ""
    parameters: str = ""
    size: int = 0
    sha256: str = ""
    chat_template: str = ""
    prompt_pack: str = ""
    context: int = 0
    memory_gib: float = 0
    memory_for: str = ""
    note: str = ""

    @property
    def place(self) -> str:
        """Its name in the folder of weights."""
        return self.file.rpartition("/")[2] if self.file else self.repo.rpartition("/")[2]


def catalogue_path() -> Path:
    """The file: beside this module where the program was installed, in `models/` of a checkout."""
    here = Path(__file__).resolve()
    checkout = here.parents[2] / "models" / NAME
    installed = here.with_name(NAME)
    return installed if installed.is_file() else checkout


def read_catalogue(path: Path | None = None) -> dict[str, Known]:
    """The known weights by name, in the order of the file.

    Raises:
        ConfigError: the file cannot be read, or says something that is not known; it names the weights.
    """
    path = path or catalogue_path()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"The catalogue of weights {path} cannot be read: {error}.", "Install codesteer-tui again."
        ) from error
    known = {}
    for name, table in tables.items():
        try:
            entry = msgspec.convert(table, Known)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{path}: [{name}] is not right: {error}.", "Correct that table.") from error
        if (entry.form == "gguf") != bool(entry.file):
            raise ConfigError(
                f"{path}: [{name}] is a {entry.form} {'without' if entry.form == 'gguf' else 'with'} a `file`.",
                "A gguf names its file, a checkpoint is a whole folder.",
            )
        known[name] = entry
    return known

"""The prompt packs that there are, each read, or with why it cannot be used."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from codesteer_tui.errors import ConfigError
from codesteer_tui.steering.packs_there import built_in_names, expanded, is_path, own_packs
from codesteer_tui.steering.prompts import PromptPack, load_pack


class Listed(Struct, frozen=True):
    """A pack as a list shows it. `problem` is why it cannot be used, and the pack is None then."""

    name: str
    path: Path | None = None
    pack: PromptPack | None = None
    problem: str = ""


def list_packs(folder: Path, in_use: str = "") -> list[Listed]:
    """The built-in packs, the person's, and the one in use where it lies elsewhere."""
    entries: list[tuple[str, Path | None]] = [(name, None) for name in built_in_names()]
    entries += [(name, path) for name, path in own_packs(folder).items()]
    if in_use and is_path(in_use):
        path = expanded(in_use)
        if not any(p and p.absolute() == path.absolute() for _, p in entries):
            entries.append((in_use, path))
    return [_listed(name, path) for name, path in entries]


def _listed(name: str, path: Path | None) -> Listed:
    if path and name in built_in_names():
        return Listed(name, path, None, "the built-in pack has this name; rename the file")
    try:
        return Listed(name, path, load_pack(str(path) if path else name))
    except ConfigError as error:
        return Listed(name, path, None, f"{error.message} {error.remedy}".strip())

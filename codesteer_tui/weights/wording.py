"""Which wording weights were trained on, told from what the file says about itself and from the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.providers.llama.gguf_header import read_header
from codesteer_tui.weights.catalogue import read_catalogue


def wording_of(path: Path) -> str:
    """The prompt pack that the weights in `path` were trained on, as the catalogue names it.

    Empty where any will do, nothing is known, or the file cannot be read: whoever loads it says that better. The
    weights are known by the name in their header, or by that of the file; by that of its folder where the header has
    none.
    """
    try:
        path = path.expanduser()
        says = read_header(path).name
    except (WeightsError, RuntimeError):
        return ""
    return wording_of_name(says or path.absolute().parent.name, path.stem)


def wording_of_name(*names: str) -> str:
    """The same for what is known by these names only, such as a model that a server lists."""
    try:
        known = read_catalogue().values()
    except ConfigError:
        return ""
    plain = [f"-{_plain(name)}-" for name in names]
    for entry in known:
        repo = f"-{_plain(entry.repo.rpartition('/')[2])}-"
        if entry.prompt_pack and any(repo in name for name in plain):
            return entry.prompt_pack
    return ""


def weights_for(wording: str) -> list[str]:
    """The weights in the catalogue that were trained on a wording; none where the catalogue cannot be read."""
    try:
        return [name for name, entry in read_catalogue().items() if entry.prompt_pack == wording]
    except ConfigError:
        return []


def _plain(name: str) -> str:
    """Small letters and digits, with one dash for everything between them."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")

"""Giving weights a role: which provider they are, and what that is in the user's file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct

from codesteer_tui.config import Config
from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.providers.llama.parts import is_later_part, parts_of, stem_of
from codesteer_tui.settings import Settings
from codesteer_tui.settings.loading import read_all
from codesteer_tui.settings.rules import reserved
from codesteer_tui.settings.saving import save_setting
from codesteer_tui.settings.toml_text import written, written_key
from codesteer_tui.text import plain
from codesteer_tui.values import Role
from codesteer_tui.weights.facts import facts_of
from codesteer_tui.weights.store import ASIDE, PART

KIND = "llama_cpp"
_LONGEST_NAME = 60


class Line(Struct, frozen=True):
    """One setting in the user's file. `before` is what the file said, None for nothing; `warning` says why it does
    not hold now, where that is so."""

    path: tuple[str, ...]
    value: str
    before: Any = None
    warning: str = ""

    @property
    def changed(self) -> bool:
        """Whether it had to be written."""
        return bool(self.before != self.value)

    def __str__(self) -> str:
        *table, name = self.path
        return f"[{written_key(table)}] {written_key([name])} = {written(self.value)}"


def require_usable(path: Path) -> None:
    """See that llama.cpp could hold a conversation with these weights, as far as their head tells.

    Raises:
        WeightsError: they are a checkpoint, not whole, a later part, or lack what a conversation needs.
    """
    if path.is_dir():
        raise WeightsError(
            f"{path} is a checkpoint, and llama.cpp runs GGUF files.",
            f"Make one of it, then use that: codesteer weights convert {path}",
        )
    if path.suffix in (PART, ASIDE):
        what = "not wholly pulled" if path.suffix == PART else "what arrived with the wrong hash"
        raise WeightsError(f"{path} is {what}.", "Pull it; codesteer weights list says how.")
    if is_later_part(path.name):
        raise WeightsError(
            f"{path} is a later part of split weights.", f"Name the first: {parts_of(path)[0]}"
        )
    if problems := facts_of(path).problems:
        raise WeightsError(f"{path} cannot be used: {'; '.join(problems)}.", "Pull or convert it again.")


def provider_with(config: Config, path: Path) -> str:
    """The provider that is these weights by the configuration; empty where none is."""
    for name, provider in config.providers.items():
        if provider.kind == KIND and provider.model and _same(provider.model, path):
            return name
    return ""


def usual_name(path: Path) -> str:
    """What a provider with these weights is called unless somebody says otherwise: the file's name in plain letters."""
    return re.sub(r"[^a-z0-9_]+", "-", stem_of(path).lower())[:_LONGEST_NAME].strip("-") or "local"


def free_name(config: Config, path: Path) -> str:
    """The name of the provider that is these weights, or one that no other has."""
    name, number = usual_name(path), 1
    if there := provider_with(config, path):
        return there
    while name in config.providers or reserved(name, ""):
        number += 1
        name = f"{usual_name(path)}-{number}"
    return name


def use_weights(
    settings: Settings, path: Path, role: Role, *, name: str = "", replace: bool = False
) -> list[Line]:
    """Write into the user's file that these weights play a role; gives its lines, also those that it had already.

    `name` is the provider's; without one it is the provider that has this file, or is called after it. Another file
    of a provider is only replaced with `replace`. Reads and writes files.

    Raises:
        WeightsError: the weights cannot be used.
        ConfigError: the name cannot be used or is another's, or the file cannot be changed.
    """
    require_usable(path)
    name = name or provider_with(settings.config, path) or usual_name(path)
    lines = save_provider(settings, name, path, replace=replace)
    return [*lines, save_line(settings, ("roles", role), name)]


def save_provider(settings: Settings, name: str, path: Path, *, replace: bool = False) -> list[Line]:
    """Write the table of a provider with these weights into the user's file.

    Raises:
        ConfigError: there is such a provider with something else, what is said of it is wrong, or the file cannot be
            changed.
    """
    if error := reserved(name, "--name"):
        raise error
    now = read_all(settings.asked)[0]
    now.require_whole(name, ("kind", "model"))
    there = now.config.providers.get(name)
    model = str(Path(os.path.abspath(path)))  # noqa: PTH100 - a link stays what it is called
    if there and there.kind != KIND:
        raise ConfigError(
            f"There is a provider {name!r} already, of kind {there.kind!r}.", "Name another: --name NAME"
        )
    if there and there.model and _same(there.model, path):
        model = there.model
    elif there and there.model and not replace:
        raise ConfigError(
            f"There is a provider {name!r} already, with another file: {there.model}",
            "Name another with --name NAME, or have it play this file instead with --replace.",
        )
    return [
        save_line(settings, ("providers", name, "kind"), KIND),
        save_line(settings, ("providers", name, "model"), model),
    ]


def save_line(settings: Settings, path: tuple[str, ...], value: str) -> Line:
    """Have this in the user's file.

    Raises:
        ConfigError: as `save_setting`.
    """
    said = read_all(settings.asked)[0].history.get(".".join(path), [])
    before = next((origin.value for origin in said if origin.layer == "user file"), None)
    saved = save_setting(path, value, settings=settings)
    return Line(path, value, before, saved.warning)


def lines_in_words(lines: Iterable[Line]) -> list[str]:
    """The lines as they stand in the file, each with what it said before."""
    told = []
    for line in lines:
        instead = f" (in place of {written(line.before)})" if line.before is not None else ""
        told.append(f"{line}{instead if line.changed else ' (as before)'}")
    return [plain(text) for text in told]


def _same(model: str, path: Path) -> bool:
    return os.path.realpath(Path(model).expanduser()) == os.path.realpath(path)

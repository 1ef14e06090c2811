"""Where prompt packs lie and how they are called: those built in, and those in the person's folder of packs."""

from __future__ import annotations

import difflib
import os
import re
from importlib.resources import files
from pathlib import Path

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.layers import user_config_file

FOLDER = "prompts"
"""The folder of the person's packs, beside the configuration file in use."""

SUFFIX = ".toml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def packs_folder(config_file: Path | None = None) -> Path:
    """The person's folder of packs. `config_file` is the one in use; the usual one where None."""
    return (config_file or user_config_file(os.environ)).with_name(FOLDER)


def built_in_names() -> list[str]:
    """The packs that come with the program."""
    folder = files("codesteer_tui.steering").joinpath("packs")
    return sorted(f.name.removesuffix(SUFFIX) for f in folder.iterdir() if f.name.endswith(SUFFIX))


def own_packs(folder: Path) -> dict[str, Path]:
    """The packs in a folder by name; none where it cannot be read. A built-in pack's name is the built-in pack's."""
    try:
        paths = sorted(p for p in folder.glob(f"*{SUFFIX}") if not p.name.startswith("."))
    except OSError:
        return {}
    return {p.stem: p for p in paths}


def is_path(name: str) -> bool:
    """Whether what [steering] prompt_pack says is a path rather than a name."""
    return name.endswith(SUFFIX) or name.startswith("~") or any(s in name for s in (os.sep, os.altsep or "/"))


def expanded(path: str | Path) -> Path:
    """The path with the home folder that a tilde stands for; as it is where there is none."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def find_pack(name: str, folder: Path | None = None) -> Path | None:
    """The file of a pack by its name or path; None for a built-in one.

    Raises:
        ConfigError: there is no pack of that name; says what there is.
    """
    if name in built_in_names():
        return None
    if is_path(name):
        return expanded(name)
    folder = packs_folder() if folder is None else folder
    own = own_packs(folder)
    if name in own:
        return own[name]
    if os.path.isfile(name):  # noqa: PTH113 - of a name too long for a file this is false, where Path raises
        return Path(name)
    known = [*built_in_names(), *own]
    near = difflib.get_close_matches(name, known, n=1)
    raise ConfigError(
        f"There is no prompt pack {name!r}.",
        (f"Did you mean {near[0]!r}? " if near else "")
        + f"There are: {', '.join(known)}. Or name a TOML file by its path; your own lie in {folder}.",
    )


def check_name(name: str) -> str:
    """The name, where a pack of one's own can be called so.

    Raises:
        ConfigError: it has other characters than a file should have, or is a built-in pack's.
    """
    if not _NAME.fullmatch(name) or name.endswith(SUFFIX):
        raise ConfigError(
            f"A prompt pack cannot be called {name!r}.",
            "Use letters, digits, dots, dashes and underscores, 64 at most, and no .toml.",
        )
    if name in built_in_names():
        raise ConfigError(f"{name!r} is the name of a built-in prompt pack.", "Choose another with --name.")
    return name

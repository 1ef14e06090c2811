"""Profiles: named blocks of settings in a file, of which one at a time is laid over the files.

``[profiles.laptop.roles]`` is what ``[roles]`` is, for as long as ``--profile laptop`` or
``CODESTEER_PROFILE=laptop`` chooses it. A profile in a project file is laid over one of the same name in the
user file, and may set no more than the project file may.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.layers import FileContent, Given
from codesteer_tui.settings.schema import did_you_mean
from codesteer_tui.settings.toml_text import KeyPath

BUILT_IN: dict[str, dict[KeyPath, str]] = {"paper": {("steering", "profile"): "paper"}}
"""Profiles that are always there. A file may add to them, but not take back what they set."""


class Profile(Struct, frozen=True):
    """A profile that can be chosen: the places that make it up, and the keys that it sets."""

    name: str
    places: list[str]
    keys: list[str]


def layers_of(name: str, contents: Iterable[FileContent]) -> list[list[Given]]:
    """What a profile gives, weakest first: the built-in part, then that of each file."""
    built_in = [
        Given("profile", "built in", path, value, profile=name)
        for path, value in BUILT_IN.get(name, {}).items()
    ]
    return [built_in, *(content.profiles.get(name, []) for content in contents)]


def list_profiles(contents: Sequence[FileContent]) -> list[Profile]:
    """Every profile, built-in ones first."""
    names = dict.fromkeys([*BUILT_IN, *(name for content in contents for name in content.profiles)])
    found = []
    for name in names:
        places = ["built in"] if name in BUILT_IN else []
        places += [content.places[name] for content in contents if name in content.places]
        keys = dict.fromkeys(g.key for layer in layers_of(name, contents) for g in layer)
        found.append(Profile(name, places, list(keys)))
    return found


def require_profile(name: str, where: str, known: Iterable[str]) -> None:
    """Raises:
    ConfigError: there is no profile of that name; with a suggestion and the names that there are.
    """
    names = list(known)
    if name not in names:
        near = did_you_mean(name, names)
        listed = f"there are: {', '.join(names)}; another one is a table [profiles.NAME] in your file"
        raise ConfigError(
            f"{where} names the profile {name!r}, which does not exist.", f"{near} {listed}".strip()
        )


def taken_back(given: Given) -> ConfigError | None:
    """The refusal of a value that undoes what a built-in profile of that name is for."""
    mine = BUILT_IN.get(given.profile, {}).get(given.path)
    if mine is None or mine == given.value:
        return None
    return ConfigError(
        f"{given.where}: the profile {given.profile!r} is built in and sets {given.key} = {mine!r}, "
        "which a file cannot take back.",
        "give your profile another name",
    )

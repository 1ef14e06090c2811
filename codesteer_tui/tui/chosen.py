"""The settings with what was chosen in the app, as strong as options of the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from codesteer_tui.config import Config, Provider
from codesteer_tui.settings import Origin, Settings
from codesteer_tui.values import Role

if TYPE_CHECKING:
    from codesteer_tui.tui.screens.mode import Wish

IN_THE_APP = "chosen in the app"
"""Where a setting comes from that no file has."""


def overridden(settings: Settings, role: Role, player: str) -> Settings:
    """The settings with a player that was chosen in the app, as strong as an option of the command line."""
    roles = msgspec.structs.replace(settings.config.roles, **{role: player})
    return _with(settings, msgspec.structs.replace(settings.config, roles=roles), f"roles.{role}", player)


def with_key_source(settings: Settings, name: str, source: str) -> Settings:
    """The settings with the place where a provider's key was stored."""
    provider = msgspec.structs.replace(settings.config.providers[name], key=source)
    providers: Mapping[str, Provider] = settings.config.providers | {name: provider}
    config = msgspec.structs.replace(settings.config, providers=providers)
    return _with(settings, config, f"providers.{name}.key", source)


def with_weights(settings: Settings, name: str, path: Path) -> Settings:
    """The settings with a provider that is these weights, which no file has yet."""
    provider = Provider(kind="llama_cpp", model=os.path.abspath(path))  # noqa: PTH100 - a link keeps its name
    providers: Mapping[str, Provider] = settings.config.providers | {name: provider}
    config = msgspec.structs.replace(settings.config, providers=providers)
    return _with(settings, config, f"providers.{name}.model", provider.model)


def weights_to_save(settings: Settings, player: str) -> tuple[str, Path] | None:
    """Provider and file of weights that were named in the app, where a player is these; else None."""
    name = player.partition(":")[0]
    origin, provider = settings.origins.get(f"providers.{name}.model"), settings.config.providers.get(name)
    if provider is None or provider.kind != "llama_cpp" or origin is None or origin.where != IN_THE_APP:
        return None
    return name, Path(provider.model)


def as_saved(settings: Settings, player: str) -> str:
    """A player as a file is to have it: without the path of weights, which their provider's table has."""
    name, _, model = player.partition(":")
    provider = settings.config.providers.get(name)
    return name if provider and provider.kind == "llama_cpp" and provider.model == model else player


def with_wish(settings: Settings, wish: Wish) -> Settings:
    """The settings with a way of stepping in that was chosen."""
    steering = msgspec.structs.replace(settings.config.steering, mode=wish.mode)
    sandbox = msgspec.structs.replace(settings.config.sandbox, approve_code=wish.approve_code)
    config = msgspec.structs.replace(settings.config, steering=steering, sandbox=sandbox)
    chosen = {"steering.mode": wish.mode, "sandbox.approve_code": wish.approve_code}
    before = {
        "steering.mode": settings.config.steering.mode,
        "sandbox.approve_code": settings.config.sandbox.approve_code,
    }
    origins = {
        key: Origin("flag", IN_THE_APP, value) for key, value in chosen.items() if value != before[key]
    }
    return replace(settings, config=config, origins=settings.origins | origins)


def _with(settings: Settings, config: Config, key: str, value: str) -> Settings:
    origins = settings.origins | {key: Origin("flag", IN_THE_APP, value)}
    return replace(settings, config=config, origins=origins)

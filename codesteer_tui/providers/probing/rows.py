"""The providers of a configuration at a glance: model, host, key, roles, context and price. Asks no network."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec
from msgspec import Struct

from codesteer_tui.config import Config, Provider, default_providers
from codesteer_tui.errors import ConfigError
from codesteer_tui.presets import PRESETS
from codesteer_tui.providers.costs.prices import Price
from codesteer_tui.providers.keys.sources import KeyState, look
from codesteer_tui.providers.opening import Choice, choose_role
from codesteer_tui.providers.probing.listings import is_near
from codesteer_tui.providers.probing.reaching import Reachability, key_words, ping
from codesteer_tui.values import FREE_KINDS, REMOTE_KINDS, Role, RoleInfo

NAMES: dict[Role, str] = {"task_llm": "TaskLLM", "steerer": "steerer", "checker": "checker"}


class Row(Struct, frozen=True, kw_only=True):
    """One provider. `host` is empty for what runs in this program, and where a service has no address yet
    (`is_remote`); `key` is in words, `key_found` None where only running a command would tell.

    `local` marks servers of one's own, by their kind or by an address of this machine or its network, `built_in`
    what nobody has changed. `usd` is the price of a million input and output tokens, None where it is not known.
    `reached` is what asking it came to, None where it was not asked.
    """

    name: str
    kind: str
    preset: str
    model: str
    host: str
    key: str
    key_found: bool | None
    local: bool
    built_in: bool
    roles: tuple[Role, ...] = ()
    context_tokens: int = 0
    usd: tuple[float, float] | None = None
    reached: Reachability | None = None

    @property
    def matters(self) -> bool:
        """The person has set it up, it has a key, or it plays a role."""
        return not self.built_in or bool(self.roles) or bool(self.key_found) or self.kind == "demo"

    @property
    def is_remote(self) -> bool:
        """It is behind an address, be it known or not."""
        return self.kind in REMOTE_KINDS

    @property
    def is_silent(self) -> bool:
        """It was asked, and nobody is there."""
        return self.reached is not None and self.reached.kind == "unreachable"

    @property
    def price_words(self) -> str:
        """Input and output, for people; empty where the price is not known."""
        if self.usd is None:
            return ""
        return f"{self.usd[0]:g} in, {self.usd[1]:g} out" if any(self.usd) else "free"


def rows_of(
    config: Config, price: Callable[[RoleInfo], Price | None], env: Mapping[str, str] = os.environ
) -> list[Row]:
    """Every provider: those that the person has set up come first. Blocks while a keyring answers."""
    built_in = default_providers()
    choices = _choices(config, env)
    rows = [
        _row(name, provider, look(name, provider, env), provider == built_in.get(name), choices)
        for name, provider in config.providers.items()
    ]
    return [_priced(row, price) for row in sorted(rows, key=lambda row: row.built_in or row.kind == "demo")]


def _priced(row: Row, price: Callable[[RoleInfo], Price | None]) -> Row:
    named = row.model or row.kind in FREE_KINDS or row.local
    known = price(RoleInfo(row.name, row.kind, row.model, row.name, row.host)) if named else None
    if known is None:
        return row
    tokens = row.context_tokens or known.context or 0
    return msgspec.structs.replace(row, usd=(known.input, known.output), context_tokens=tokens)


async def with_pings(
    config: Config,
    rows: Sequence[Row],
    env: Mapping[str, str] = os.environ,
    *,
    refused: Mapping[str, ConfigError] = MappingProxyType({}),
) -> list[Row]:
    """The rows, each with what asking its provider came to; all are asked at once.

    Those in `refused` are not asked, for the reason given there.
    """

    async def reach(row: Row) -> Reachability:
        if error := refused.get(row.name):
            return Reachability(
                ok=False,
                detail=f"not asked: {error.message}",
                remedy=error.remedy,
                key_source=row.key,
                kind="config",
            )
        choice = Choice(row.name, config.providers[row.name], row.model, "asked for by name")
        return await ping(choice, env=env)

    found = await asyncio.gather(*map(reach, rows))
    return [
        msgspec.structs.replace(
            row, reached=reached, context_tokens=reached.context_tokens or row.context_tokens
        )
        for row, reached in zip(rows, found, strict=True)
    ]


def _choices(config: Config, env: Mapping[str, str]) -> dict[Role, Choice]:
    choices: dict[Role, Choice] = {}
    for role in NAMES:
        try:
            choices[role] = choose_role(config, role, env)
        except ConfigError:
            continue  # the doctor says what is wrong with a role; here it is played by nobody
    return choices


def _row(
    name: str, provider: Provider, state: KeyState, built_in: bool, choices: Mapping[Role, Choice]
) -> Row:
    preset = PRESETS.get(provider.preset)
    roles = tuple(role for role, choice in choices.items() if choice.name == name)
    models = {choices[role].model for role in roles}
    return Row(
        name=name,
        kind=provider.kind,
        preset=provider.preset,
        model=provider.model
        or (models.pop() if len(models) == 1 else "")
        or ("demo" if provider.kind == "demo" else ""),
        host=state.host if provider.kind in REMOTE_KINDS else "",
        key=key_words(state),
        key_found=state.found if state.needed else None,
        local=bool(preset and preset.local) or is_near(provider.base_url),
        built_in=built_in,
        roles=roles,
        context_tokens=provider.context_tokens,
    )

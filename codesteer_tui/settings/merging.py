"""From what the layers give to one `Config`, with the history of every key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Any

import msgspec

from codesteer_tui.config import Config, Provider, default_providers
from codesteer_tui.errors import ConfigError
from codesteer_tui.presets import PRESETS
from codesteer_tui.settings.binding import strip_keys
from codesteer_tui.settings.layers import Given
from codesteer_tui.settings.profiles import taken_back
from codesteer_tui.settings.rules import (
    Mistake,
    check,
    limit_mistakes,
    no_kind,
    reserved,
    role_mistakes,
    weight_mistakes,
)
from codesteer_tui.settings.schema import OPEN_SECTIONS, default_of, schema

DEFAULT_RANK = -1


@dataclass(frozen=True)
class Merged:
    """The settings, and for each key what every layer says, weakest first and the default at the start.

    `notes` says for some keys why they are what no layer gave.
    """

    config: Config
    said: dict[str, list[Given]]
    notes: dict[str, str]


def merge(layers: Sequence[Sequence[Given]]) -> tuple[Merged, list[Mistake]]:
    """Lay the layers over each other, the weakest first. What is wrong is left out and listed."""
    ranked = [replace(g, rank=rank) for rank, layer in enumerate(layers) for g in layer]
    usable, mistakes = _usable(ranked)
    while True:
        merged = _resolve(usable)
        winners = {key: givens[-1] for key, givens in merged.said.items()}
        wrong = next(
            chain(
                role_mistakes(merged.config, winners),
                weight_mistakes(merged.config, winners),
                limit_mistakes(merged.said),
            ),
            None,
        )
        if wrong is None:
            return merged, mistakes
        mistakes.append(wrong)
        usable = [given for given in usable if given is not wrong[0]]


def _usable(givens: list[Given]) -> tuple[list[Given], list[Mistake]]:
    """What is right by itself, as the schema wants it; providers that nobody gave a kind are left out."""
    usable: list[Given] = []
    mistakes: list[Mistake] = []
    for given in givens:
        try:
            checked = replace(given, value=check(given))
        except ConfigError as error:
            mistakes.append((given, error))
            continue
        if refusal := taken_back(checked):
            mistakes.append((given, refusal))
        else:
            usable.append(checked)
    for name in dict.fromkeys(g.path[1] for g in usable if g.path[0] == "providers"):
        mine = [given for given in usable if given.path[:2] == ("providers", name)]
        if refusal := reserved(name, mine[0].where):
            mistakes.append((mine[0], refusal))
            usable = [given for given in usable if given not in mine]
            continue
        if not _kind_is_known(name, mine):
            mistakes.append((mine[0], no_kind(name, mine[0].where, default_providers())))
            usable = [given for given in usable if given not in mine]
    return usable, mistakes


def _kind_is_known(name: str, givens: Sequence[Given]) -> bool:
    if any(given.path[-1] == "kind" for given in givens):
        return True
    preset = [given.value for given in givens if given.path[-1] == "preset"]
    return bool(preset[-1]) if preset else name in default_providers()


def _resolve(givens: Sequence[Given]) -> Merged:
    said = {given.key: [given] for given in _plain_defaults()}
    tables: dict[str, list[Given]] = {name: [] for name in default_providers()}
    for given in givens:
        if given.path[0] == "providers":
            tables.setdefault(given.path[1], []).append(given)
        else:
            said.setdefault(given.key, []).append(given)
    notes: dict[str, str] = {}
    for name, mine in tables.items():
        ledger = {given.path[-1]: [given] for given in _provider_defaults(name, mine)}
        for given in mine:
            ledger.setdefault(given.path[-1], []).append(given)
        ledger = {f.name: ledger[f.name] for f in _provider_fields() if f.name in ledger}
        prefix = f"providers.{name}"
        notes |= {f"{prefix}.{key}": note for key, note in _settle(name, ledger)}
        said |= {f"{prefix}.{key}": history for key, history in ledger.items()}
    return Merged(_build(said), said, notes)


def _settle(name: str, ledger: dict[str, list[Given]]) -> Iterator[tuple[str, str]]:
    """Fill in the address of a preset where a layer empties it, and leave keys behind that are for another host."""
    for key, culprit, why in strip_keys(name, ledger):
        empty: Any = {} if key == "headers" else ""
        path = ("providers", name, key)
        ledger[key].append(replace(culprit, path=path, value=empty, rank=ledger[key][-1].rank))
        yield key, why
    address, preset = ledger["base_url"][-1], PRESETS.get(ledger["preset"][-1].value)
    if preset and not address.value and preset.base_url:
        ledger["base_url"].append(replace(address, value=preset.base_url))
        yield "base_url", f"empty means the address of the preset {ledger['preset'][-1].value}"


def _plain_defaults() -> Iterator[Given]:
    for section, table in msgspec.structs.asdict(Config()).items():
        if section != "providers" and section not in OPEN_SECTIONS:
            for key, value in msgspec.structs.asdict(table).items():
                yield Given("default", "built in", (section, key), value, rank=DEFAULT_RANK)


def _provider_defaults(name: str, givens: Sequence[Given]) -> Iterator[Given]:
    """What a provider is without any layer: what its preset says, and for the rest what holds for all."""
    chosen = [given.value for given in givens if given.path[-1] == "preset"]
    own = name if name in PRESETS else ""
    preset_name = chosen[-1] if chosen else own
    preset = PRESETS.get(preset_name)
    of_preset: dict[str, Any] = {}
    if preset:
        of_preset = {key: getattr(preset, key) for key in ("kind", "model", "base_url", "key")}
    elif name == "demo":
        of_preset = {"kind": "demo", "model": "demo"}
    elif not chosen and (service := _service_of(givens)):
        preset_name, preset = service, PRESETS[service]
        of_preset = {"key": preset.key}
    for f in _provider_fields():
        path, where = ("providers", name, f.name), "built in"
        if f.name in of_preset:
            where = f"preset {preset_name}" if preset else where
            yield Given("default", where, path, of_preset[f.name], rank=DEFAULT_RANK)
        elif f.name == "preset":
            yield Given("default", where, path, own, rank=DEFAULT_RANK)
        elif not f.required:
            yield Given("default", where, path, default_of(f), rank=DEFAULT_RANK)


def _service_of(givens: Sequence[Given]) -> str:
    """The service that gave a protocol its name, where a protocol is all that is said of where requests go."""
    said = {given.path[-1]: given.value for given in givens}
    kind = said.get("kind")
    return kind if isinstance(kind, str) and kind in PRESETS and not said.get("base_url") else ""


@cache
def _provider_fields() -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(Provider)


def _build(said: Mapping[str, Sequence[Given]]) -> Config:
    tables: dict[str, Any] = {section: {} for section in (*schema(), *OPEN_SECTIONS)}
    for givens in said.values():
        section, *_, last = givens[-1].path
        table = tables[section]
        if section == "providers":
            table = table.setdefault(givens[-1].path[1], {})
        table[last] = givens[-1].value
    return msgspec.convert(tables, Config)

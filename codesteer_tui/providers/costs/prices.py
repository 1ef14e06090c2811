"""What models cost: a dated table of prices, laid over by the person's own.

The table is `prices.toml` beside this file; a person's `prices.toml` beside their configuration has the same
form and wins. What is in neither has no known price, which is not the same as a price of nothing.
"""

from __future__ import annotations

import datetime
import difflib
import ipaddress
import math
import tomllib
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from msgspec import Struct

from codesteer_tui.config import Provider
from codesteer_tui.errors import ConfigError
from codesteer_tui.presets import PRESETS
from codesteer_tui.values import FREE_KINDS, RoleInfo, Usage

FILE_NAME = "prices.toml"
"""The name of a person's own table, beside their configuration file."""


class Rates(Struct, frozen=True, kw_only=True):
    """US dollars for a million tokens. None for the cached kinds: they cost what other input does."""

    input: float
    output: float
    cached_input: float | None = None
    cache_write: float | None = None

    def cost(self, usage: Usage) -> float:
        """What these tokens cost, in US dollars."""
        read, written = usage.cached_tokens, usage.cache_written_tokens
        plain = max(0, usage.input_tokens - read - written)
        reading = self.input if self.cached_input is None else self.cached_input
        writing = self.input if self.cache_write is None else self.cache_write
        total = plain * self.input + read * reading + written * writing + usage.output_tokens * self.output
        return total / 1e6


class Price(Rates, frozen=True, kw_only=True):
    """The price of one model. `as_of` is the date on which it was found at `page`.

    `long` are the rates of a call whose input is longer than `above` tokens. `context` is the size of the
    window in tokens, where known.
    """

    above: int = 0
    long: Rates | None = None
    context: int | None = None
    as_of: str = ""
    page: str = ""

    def cost(self, usage: Usage) -> float:
        """What a call with these tokens costs, in US dollars."""
        if self.long is not None and usage.input_tokens > self.above:
            return self.long.cost(usage)
        return super().cost(usage)

    def most(self, input_tokens: int, output_tokens: int) -> float:
        """The most that a call of this size can cost, in US dollars: all of its input may be written to a cache."""
        call = Usage(input_tokens, output_tokens)
        written = Usage(input_tokens, output_tokens, cache_written_tokens=input_tokens)
        return max(self.cost(call), self.cost(written))


FREE = Price(input=0.0, output=0.0)

Table: TypeAlias = Mapping[str, Mapping[str, Price]]
"""Prices by preset (in a person's table also by provider), then by a pattern of model names."""


@cache
def built_in() -> Table:
    """The table that comes with the program. Read once, when it is first needed."""
    text = files("codesteer_tui.providers.costs").joinpath(FILE_NAME).read_text(encoding="utf-8")
    return _table(text, "the built-in prices")


def own_prices(path: Path) -> Table:
    """A person's own table, empty where there is no such file.

    Raises:
        ConfigError: the file cannot be read or is not TOML, or an entry in it is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The prices in {path} cannot be read: {error}.", "Mend the file, or remove it."
        ) from error
    return _table(text, str(path))


def doubts(providers: Mapping[str, Provider], path: Path) -> list[str]:
    """What is right in a person's own table and may not be meant: prices of nobody that is known.

    Raises:
        ConfigError: the table is wrong.
    """
    known = dict.fromkeys((*providers, *PRESETS))
    said = []
    for name in own_prices(path):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(known)}"
            said.append(
                f"the prices of [{name}] in {path} are for no provider or service that is known; {meant}"
            )
    return said


def pricing(providers: Mapping[str, Provider], path: Path) -> Callable[[RoleInfo], Price | None]:
    """A function that tells what the model behind a role costs; `path` is where a person's table would be.

    Raises:
        ConfigError: the person's table is wrong.
    """
    own = own_prices(path)

    def price(info: RoleInfo) -> Price | None:
        if info.kind in ("demo", "llama_cpp", "rules", "off"):
            return FREE
        return price_of(providers.get(info.provider), info.host, info.model, name=info.provider, own=own)

    return price


def price_of(
    provider: Provider | None, host: str, model: str, *, name: str = "", own: Table | None = None
) -> Price | None:
    """What a model costs, or None where that is not known.

    `name` is the provider's in the configuration, `host` where its requests go ("name" or "name:port"). A
    person's own entries hold for a provider or a preset wherever it sends requests. The built-in ones hold for
    the preset's own host only, and what runs on a machine of one's own costs nothing.
    """
    preset = provider.preset if provider else name
    if provider and provider.kind in FREE_KINDS:
        return FREE
    for key in dict.fromkeys((name, preset)):
        if found := _matching((own or {}).get(key, {}), model):
            return found
    if preset in PRESETS and PRESETS[preset].local and _is_near(host):
        return FREE
    for key, known in PRESETS.items():
        if known.base_url and urlsplit(known.base_url).netloc == host and not known.local:
            return _matching(built_in().get(key, {}), model)
    return None


def _matching(prices: Mapping[str, Price], model: str) -> Price | None:
    """The entry for a model: its own name, else the longest pattern that fits."""
    name = model.removeprefix("models/").casefold()
    fitting = [pattern for pattern in prices if fnmatchcase(name, pattern.casefold())]
    return prices[max(fitting, key=lambda p: (p.casefold() == name, len(p)))] if fitting else None


def _is_near(host: str) -> bool:
    """Whether a host is this machine or one of the same network, by its name or address."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return bool(name) and (
            "." not in name or name.endswith((".local", ".localhost", ".internal", ".lan"))
        )
    return address.is_private


_RATES = ("input", "output", "cached_input", "cache_write")


def _table(text: str, where: str) -> Table:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"The prices in {where} are not TOML: {error}.", "Mend the file, or remove it."
        ) from error
    table: dict[str, dict[str, Price]] = {}
    for name, section in data.items():
        section = _mapping(section, f"[{name}]", where)
        _refuse_unknown(section, ("page", "models"), f"[{name}]", where)
        models = _mapping(section.get("models", {}), f"[{name}.models]", where)
        page = _text(section.get("page", ""), f"[{name}] page", where)
        table[name] = {
            model: _price(
                _mapping(entry, f'[{name}.models] "{model}"', where),
                f'[{name}.models] "{model}"',
                where,
                page,
            )
            for model, entry in models.items()
        }
    return table


def _price(entry: Mapping[str, Any], place: str, where: str, page: str) -> Price:
    _refuse_unknown(entry, (*_RATES, "above", "long", "context", "as_of", "page"), place, where)
    long = None
    if "long" in entry:
        rates = _mapping(entry["long"], f"{place} long", where)
        _refuse_unknown(rates, _RATES, f"{place} long", where)
        long = Rates(**_rates(rates, f"{place} long", where))
    if (long is None) != ("above" not in entry):
        raise _mistake(place, where, "has only one of above and long", "Give both, or neither.")
    as_of = entry.get("as_of", "")
    return Price(
        **_rates(entry, place, where),
        above=_count(entry.get("above", 0), f"{place} above", where),
        long=long,
        context=_count(entry["context"], f"{place} context", where) if "context" in entry else None,
        as_of=as_of.isoformat()
        if isinstance(as_of, datetime.date)
        else _text(as_of, f"{place} as_of", where),
        page=_text(entry.get("page", page), f"{place} page", where),
    )


def _rates(entry: Mapping[str, Any], place: str, where: str) -> dict[str, float]:
    for needed in ("input", "output"):
        if needed not in entry:
            raise _mistake(place, where, f"has no {needed}", "Give US dollars for a million tokens.")
    return {name: _amount(entry[name], f"{place} {name}", where) for name in _RATES if name in entry}


def _amount(value: Any, place: str, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        return float(value)
    raise _mistake(place, where, f"is {value!r}", "Give US dollars for a million tokens, 0 or more.")


def _count(value: Any, place: str, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise _mistake(place, where, f"is {value!r}", "Give a number of tokens.")


def _text(value: Any, place: str, where: str) -> str:
    if isinstance(value, str):
        return value
    raise _mistake(place, where, f"is {value!r}", "Write it in quotes.")


def _mapping(value: Any, place: str, where: str) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise _mistake(place, where, "is not a table", "See docs/providers.md for how prices are written.")


def _refuse_unknown(entry: Mapping[str, Any], known: tuple[str, ...], place: str, where: str) -> None:
    if unknown := sorted(entry.keys() - set(known)):
        raise _mistake(place, where, f"has the unknown key {unknown[0]!r}", f"Known are: {', '.join(known)}.")


def _mistake(place: str, where: str, what: str, remedy: str) -> ConfigError:
    return ConfigError(f"The prices in {where}: {place} {what}.", remedy)

"""A key goes to the host that it was meant for and to no other.

Whoever names a key of a provider means the address that the provider has at that point: in the same layer or a
weaker one. Where a stronger layer then leads the provider elsewhere, the key stays behind; and so do the headers,
since they often carry one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from codesteer_tui.presets import PRESETS
from codesteer_tui.settings.layers import Given

Ledger: TypeAlias = Mapping[str, Sequence[Given]]
"""The keys of one provider: what each layer says, weakest first, the default at the start."""

Stripped: TypeAlias = tuple[str, Given, str]
"""The key that stays behind, the value that led the provider elsewhere, and why, in words."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NONE: tuple[object, ...] = ("", "none", {})


def address_of(kind: str, preset: str, base_url: str) -> str:
    """Where a provider's requests go. Empty where that is not known: no address, and none of its own."""
    if base_url:
        return base_url
    service = PRESETS.get(preset or kind)
    return service.base_url if service else ""


def origin_of(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address, with the port that the scheme has by itself."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", "", None
    return parts.scheme, (parts.hostname or "").rstrip("."), port


def host_in_words(address: str) -> str:
    """The host with its port, and with its scheme where that is not https."""
    parts = urlsplit(address)
    return parts.netloc if parts.scheme == "https" else f"{parts.scheme}://{parts.netloc}"


def is_plain_http(address: str) -> bool:
    """Whether a key would cross a network unencrypted on its way to this address."""
    scheme, host, _ = origin_of(address)
    return scheme == "http" and host not in LOOPBACK and not host.startswith("127.")


def strip_keys(name: str, ledger: Ledger) -> list[Stripped]:
    """The keys of the provider `name` that its address has left behind."""
    top = max(given.rank for givens in ledger.values() for given in givens)
    final = _address(ledger, top)
    found: list[Stripped] = []
    for key in ("key", "headers"):
        winner = ledger[key][-1]
        if winner.value in _NONE:
            continue
        meant = _meant_for(ledger, winner, top)
        if meant and origin_of(meant) != origin_of(final):
            culprit = _culprit(ledger, winner.rank)
            whose = winner.where if winner.layer == "default" else f"{winner.layer} ({winner.where})"
            what, them = ("key", "it is") if key == "key" else ("headers", "they are")
            why = (
                f"the {what} of {whose} {'is' if key == 'key' else 'are'} for {host_in_words(meant)}, and "
                f"{culprit.where} leads to {host_in_words(final) or 'no known host'}, so {them} not sent; "
                f"say providers.{name}.{key} there too"
            )
            found.append((key, culprit, why))
    return found


def _meant_for(ledger: Ledger, winner: Given, top: int) -> str:
    """The address that a key was given for; for one that came without any, the first that a layer names."""
    if winner.layer == "default":
        preset = PRESETS.get(str(ledger["preset"][-1].value or ledger["kind"][-1].value))
        if preset and preset.base_url:
            return preset.base_url
    reached = (_address(ledger, rank) for rank in range(winner.rank, top + 1))
    return next(filter(None, reached), "")


def _address(ledger: Ledger, rank: int) -> str:
    """Where the provider leads by what the layers up to `rank` say."""

    def said(key: str) -> Any:
        heard = [given.value for given in ledger[key] if given.rank <= rank] if key in ledger else []
        return heard[-1] if heard else ""

    # The default address of a preset stands in the ledger for the preset that won in the end.
    given = [g.value for g in ledger["base_url"] if g.layer != "default" and g.rank <= rank]
    return address_of(str(said("kind")), str(said("preset")), str(given[-1] if given else ""))


def _culprit(ledger: Ledger, above: int) -> Given:
    """The strongest value that changed where the provider leads after a key was given."""
    for key in ("base_url", "preset", "kind"):
        later = [given for given in ledger[key] if given.rank > above]
        if later:
            return later[-1]
    return ledger["base_url"][-1]

"""The token for the hub: where it is looked for, and to which host it goes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from codesteer_tui.errors import CodesteerError, ConfigError, ModelError
from codesteer_tui.providers.keys.hiding import Secret, secret
from codesteer_tui.providers.keys.sources import (
    SOURCE,
    KeyState,
    is_stored_source,
    read_secret,
    source_in_words,
)
from codesteer_tui.providers.keys.store import hosts_in_keyring, owner_of
from codesteer_tui.settings.binding import is_plain_http
from codesteer_tui.weights.hub import HUB, endpoint
from codesteer_tui.weights.hub_failures import PROVIDER

SETTING = ("weights", "token")
"""The setting that says where the token is that was stored here."""

_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
_REMEDY = "Correct what --token says, set HF_TOKEN, or go without: --token none."
_REMEDY_CONFIGURED = (
    "Store it again: codesteer keys set hub; correct [weights] token; or go without: --token none."
)


class _Found(Struct, frozen=True):
    """A place where the token is. `host` is the one that what is stored there is bound to, "" for any."""

    source: str
    host: str = ""
    remedy: str = _REMEDY


def host_of_hub(address: str) -> str:
    """The host, with its port where it is named, that a token for this hub goes to."""
    return urlsplit(address).netloc


def token_for(
    address: str, source: str = "", env: Mapping[str, str] = os.environ, *, configured: str = ""
) -> Secret | None:
    """The token for this hub. `source` says where it is, as for the key of a provider.

    Without one it is the variable HF_TOKEN; or what `hf auth login` stored, which is for the hub's own address only;
    or what `configured`, the setting [weights] token, names: what was stored here is for the host that it was stored
    for, all else for the hub's own. None of these is sent over plain http to another machine. Blocks.

    Raises:
        ConfigError: the source is in no known form, or the token is not there, or others can read the file.
        ModelError: `missing_key`: it is not where the settings say; `auth`: it is no token.
    """
    if source and not SOURCE.fullmatch(source) and source != "none":
        secret(source)
        raise ConfigError(
            "--token says where the token is. The token itself would stay in your shell's history.",
            'Write "env:NAME", "file:PATH", "keyring:SERVICE/NAME", "cmd:COMMAND" or "none".',
        )
    if source:
        found: _Found | None = _Found(source, host_of_hub(address))
    else:
        found = _usual(address, configured, env)
    if found is None:
        return None
    try:
        token = read_secret(found.source, name=PROVIDER, host=found.host, what="token", env=env)
    except ModelError as error:
        message = error.message.replace(f"of provider {PROVIDER!r}", "for the hub")
        if source:
            raise ConfigError(message, found.remedy) from None
        raise ModelError(error.kind, message, found.remedy, provider=PROVIDER) from None
    if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
        raise ModelError(
            "auth",
            "The token holds characters that no token has.",
            "Copy it again, alone and whole.",
            provider=PROVIDER,
        )
    return token or None


def look_at_token(configured: str, env: Mapping[str, str] = os.environ) -> KeyState:
    """What there is of a token for the hub in use, without the token. Commands are not run. Blocks; never raises."""
    host, source = "", "none needed"
    needed = False
    try:
        address = endpoint(env)
        host = host_of_hub(address)
        found = _usual(address, configured, env)
        needed = found is not None
        if found is None:
            return KeyState(provider=PROVIDER, source=source, host=host, needed=False, found=False)
        source = source_in_words(found.source)
        there = (
            None
            if found.source.startswith("cmd:")
            else bool(token_for(address, "", env, configured=configured))
        )
    except CodesteerError as error:
        return KeyState(
            provider=PROVIDER,
            source=source,
            host=host,
            needed=needed,
            found=False,
            detail=error.message,
            remedy=error.remedy,
        )
    return KeyState(provider=PROVIDER, source=source, host=host, needed=True, found=there)


def _usual(address: str, configured: str, env: Mapping[str, str]) -> _Found | None:
    """Where the token is that goes to this hub unless somebody says otherwise."""
    if is_plain_http(address):
        return None
    for variable in _VARIABLES:
        if env.get(variable, "").strip():
            return _Found(f"env:{variable}")
    home = env.get("HF_HOME") or str(Path(env.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface")
    stored = Path(os.path.expandvars(env.get("HF_TOKEN_PATH") or str(Path(home) / "token"))).expanduser()
    if address == HUB and stored.is_file():
        return _Found(f"file:{stored}")
    if configured in ("", "none"):
        return None
    host = host_of_hub(address)
    hosts = _stored_for(configured) or [host_of_hub(HUB)]
    return _Found(configured, host, _REMEDY_CONFIGURED) if host in hosts else None


def _stored_for(source: str) -> list[str]:
    """The hosts that a token was stored for here; none where it was not. May ask the keyring."""
    if not is_stored_source(PROVIDER, source):
        return []
    if source.startswith("file:"):
        owner = owner_of(Path(source.removeprefix("file:")))
        return [owner[1]] if owner else []
    return hosts_in_keyring(PROVIDER)

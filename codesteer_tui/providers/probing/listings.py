"""What servers say about their models: lists in the shapes in use, and the size of a context.

Pure functions on what came as JSON. Everything is read leniently: what is not there, or is something else than
it should be, is not known. The shapes are those of OpenAI (``data``), Together (a bare list), LM Studio's own
API (``models``), and for the context those of Groq, OpenRouter, Mistral, Anthropic, vLLM, LM Studio,
llama-server and Ollama, as their documentation has them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

_CONTEXT = (
    "loaded_context_length",  # LM Studio, /api/v0/models
    "max_model_len",  # vLLM
    "context_window",  # Groq
    "context_length",  # OpenRouter, Together, Ollama's /api/ps
    "max_context_length",  # Mistral, LM Studio
    "max_input_tokens",  # Anthropic
)
_MOST_TOKENS = 1_000_000_000


class Listed(Struct, frozen=True):
    """A model as a server lists it. `context_tokens` is 0 where the list does not say.

    `maker` is whom it names as the owner, by which local servers can be told apart; `loaded` is whether the model
    is in memory, None where the list does not say.
    """

    id: str
    context_tokens: int = 0
    aliases: tuple[str, ...] = ()
    maker: str = ""
    loaded: bool | None = None


def read_listing(body: object) -> tuple[Listed, ...] | None:
    """The models of a list, or None where `body` is no list of models."""
    entries = body
    if isinstance(body, Mapping):
        entries = next((body[name] for name in ("data", "models") if isinstance(body.get(name), list)), None)
    if not isinstance(entries, list):
        return None
    listed = [_listed(entry) for entry in entries]
    return tuple(model for model in listed if model is not None)


def find(listed: Iterable[Listed], model: str) -> Listed | None:
    """The model of a list that is meant by `model`: its name, an alias, or its name but for case or a tag."""
    models = tuple(listed)
    for same in (_exact, _folded, _untagged):
        for known in models:
            if any(same(name) == same(model) for name in (known.id, *known.aliases)):
                return known
    return None


def context_from_props(body: object) -> int:
    """The context of one slot out of llama-server's ``/props``, or 0."""
    settings = body.get("default_generation_settings") if isinstance(body, Mapping) else None
    return _tokens(settings.get("n_ctx")) if isinstance(settings, Mapping) else 0


def context_from_show(body: object) -> tuple[int, bool]:
    """The context out of Ollama's ``/api/show``, or 0, and whether it was set rather than only possible."""
    if not isinstance(body, Mapping):
        return 0, False
    parameters = body.get("parameters")
    chosen = re.search(r"(?m)^\s*num_ctx\s+(\d{1,9})\b", parameters) if isinstance(parameters, str) else None
    if chosen:
        return _tokens(int(chosen[1])), True
    info = body.get("model_info")
    facts = info.items() if isinstance(info, Mapping) else ()
    return next((_tokens(v) for k, v in facts if str(k).endswith(".context_length")), 0), False


def root_of(base_url: str) -> str:
    """The address beside which an API's ``/v1`` lies, without a slash at its end."""
    return base_url.rstrip("/").removesuffix("/v1").rstrip("/")


def is_near(base_url: str) -> bool:
    """Whether the address is of this machine or of its own network, where local servers are to be expected."""
    try:
        host = urlsplit(base_url).hostname or ""
        address = ipaddress.ip_address(host)
    except ValueError:
        return (
            host == "localhost" or host.endswith((".localhost", ".local")) or ("." not in host and host != "")
        )
    return address.is_loopback or address.is_private or address.is_link_local


def _listed(entry: object) -> Listed | None:
    if not isinstance(entry, Mapping):
        return None
    name = next((entry[k] for k in ("id", "key", "name", "model") if isinstance(entry.get(k), str)), "")
    if not name:
        return None
    aliases = entry.get("aliases")
    others = [a for a in aliases if isinstance(a, str)] if isinstance(aliases, Sequence) else []
    maker = entry.get("owned_by")
    return Listed(
        name.removeprefix("models/"),
        _context(entry),
        tuple(others),
        maker if isinstance(maker, str) else "",
        loaded=_loaded(entry),
    )


def _loaded(entry: Mapping[str, Any]) -> bool | None:
    """Whether the model is in memory, by what LM Studio's lists say; None where it is not said."""
    instances = entry.get("loaded_instances")
    if isinstance(instances, list):
        return instances != []
    return entry["state"] == "loaded" if "state" in entry else None


def _context(entry: Mapping[str, Any]) -> int:
    loaded = entry.get("loaded_instances")
    for instance in loaded if isinstance(loaded, list) else ():
        config = instance.get("config") if isinstance(instance, Mapping) else None
        if isinstance(config, Mapping) and (tokens := _tokens(config.get("context_length"))):
            return tokens
    top, meta = entry.get("top_provider"), entry.get("meta")
    if isinstance(meta, Mapping) and (tokens := _tokens(meta.get("n_ctx"))):
        return tokens
    tokens = next((found for name in _CONTEXT if (found := _tokens(entry.get(name)))), 0)
    first = _tokens(top.get("context_length")) if isinstance(top, Mapping) else 0
    return min(filter(None, (tokens, first)), default=0)


def _tokens(value: object) -> int:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0
    return int(value) if 0 < value <= _MOST_TOKENS else 0


def _exact(name: str) -> str:
    return name.removeprefix("models/")


def _folded(name: str) -> str:
    return _exact(name).casefold().removesuffix(":latest")


def _untagged(name: str) -> str:
    """Without what OpenRouter and others put behind a colon for another way to serve the same model."""
    return re.sub(r":(free|nitro|floor|online|exacto|extended|thinking)$", "", _folded(name))

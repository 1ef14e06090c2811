"""Is it there? Asks a provider whether it can be reached and what it knows of its model, and costs no tokens.

A list of models is fetched with the key, the headers, the proxy and the certificates of a real call, by the same
client, so what works here works there. What a local server says beside its list, it is asked for on the same host.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from codesteer_tui.config import Provider
from codesteer_tui.errors import CodesteerError, ModelError
from codesteer_tui.presets import PRESETS
from codesteer_tui.providers.costs.prices import price_of
from codesteer_tui.providers.keys.sources import KeyState, look, source_in_words
from codesteer_tui.providers.llama.gguf_header import read_header
from codesteer_tui.providers.llama.places import LOCAL_CONTEXT
from codesteer_tui.providers.opening import Choice, open_remote, weights_file
from codesteer_tui.providers.probing.listings import (
    Listed,
    context_from_props,
    context_from_show,
    find,
    is_near,
    read_listing,
    root_of,
)
from codesteer_tui.providers.remote.model import RemoteModel
from codesteer_tui.providers.waiting import in_thread

KEY_LIMIT_S = 30.0
"""Seconds for a keyring or a command that asks the person for a password."""

KEY_NOTICE_S = 2.0
"""Seconds after which the person is told that a key is waited for."""

_LIST = {"openai": "models", "anthropic": "v1/models?limit=1000"}
_CALL = {"openai": "chat/completions", "anthropic": "v1/messages"}
_MAKERS = {"library": "ollama", "llamacpp": "llama-server", "organization_owner": "lmstudio"}
"""Whom local servers name as the owner of their models."""

_OLLAMA_LESS = "the model's own; Ollama loads less unless it is told to"
_LM_STUDIO_LESS = "the model's own; it is not loaded yet"


class Reachability(Struct, frozen=True, kw_only=True):
    """Whether a provider can be reached, in words, and what it says about its models.

    `ok`: it answered, and took the key. `model_known` is None where it has no list, or one that does not tell.
    `ms` is how long it took to answer, None where nothing was asked. `context_tokens` is 0 where it is not known,
    `context_note` says what kind of number it is. `kind` is that of the failure (see `ModelErrorKind`), or empty.
    """

    ok: bool
    detail: str
    remedy: str = ""
    ms: float | None = None
    context_tokens: int = 0
    context_note: str = ""
    listed: tuple[Listed, ...] = ()
    key_source: str = "none needed"
    model_known: bool | None = None
    kind: str = ""

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models that it lists."""
        return tuple(model.id for model in self.listed)


async def ping(
    choice: Choice,
    *,
    timeout_s: float = 5.0,
    env: Mapping[str, str] = os.environ,
    tell: Callable[[str], None] | None = None,
) -> Reachability:
    """Ask the provider of `choice` whether it is there: `timeout_s` seconds for that, and as many for the context.

    `tell` is given a line for the person where a key lets them wait. Never raises for what is missing; that is what
    the result says. Cancelling it closes the connection.
    """
    provider = choice.provider
    if provider is None:
        return Reachability(ok=True, detail=f"{choice.why}; nothing to reach")
    if provider.kind == "demo":
        demo = (Listed("demo"),)
        return Reachability(
            ok=True, detail="built in, always there; no language model", listed=demo, model_known=True
        )
    if provider.kind == "llama_cpp":
        return await asyncio.to_thread(_weights, choice, provider)
    state = KeyState(provider=choice.name, source="none needed", host="", needed=False, found=None)
    whence = source_in_words(provider.key)
    waiting = f"Waiting for the key of {choice.name}: {whence}, {KEY_LIMIT_S:g} s at most."
    notice = asyncio.get_running_loop().call_later(KEY_NOTICE_S, tell, waiting) if tell else None
    try:
        async with asyncio.timeout(KEY_LIMIT_S):
            state = await in_thread(partial(look, choice.name, provider, env))
            model = await in_thread(partial(open_remote, choice, provider, env))
    except CodesteerError as error:
        return _failed(error, key_words(state))
    except TimeoutError:
        detail = f"The key of provider {choice.name!r} ({whence}) was not given within {KEY_LIMIT_S:g} s."
        return Reachability(
            ok=False,
            detail=detail,
            remedy="Unlock the keyring, or run the command by hand.",
            kind="missing_key",
        )
    finally:
        if notice:
            notice.cancel()
    try:
        found = await _answers(model, choice, provider, timeout_s)
    except CodesteerError as error:
        found = _failed(error)
    finally:
        await model.aclose()
    if state.found is None:  # a command has run by now
        state = msgspec.structs.replace(state, found=True)
    return msgspec.structs.replace(found, key_source=key_words(state))


def key_words(state: KeyState) -> str:
    """Where a key comes from, and whether it is there: "variable GROQ_API_KEY (found)", "none needed"."""
    if not state.needed:
        return state.source
    return f"{state.source} ({ {True: 'found', False: 'not found', None: 'not asked yet'}[state.found] })"


def _failed(error: CodesteerError, key_source: str = "none needed") -> Reachability:
    kind = error.kind if isinstance(error, ModelError) else "config"
    return Reachability(ok=False, detail=error.message, remedy=error.remedy, key_source=key_source, kind=kind)


def _weights(choice: Choice, provider: Provider) -> Reachability:
    """What the file itself says. Blocks while its first kilobytes are read."""
    path = Path(choice.model)
    try:
        path = weights_file(choice)
        header = read_header(path, provider=choice.name)
        size = path.stat().st_size
    except CodesteerError as error:
        return _failed(error)
    except OSError as error:
        return Reachability(ok=False, detail=f"{path} cannot be read: {error.strerror}.", kind="weights")
    trained = header.context_length
    wanted = provider.context_tokens or LOCAL_CONTEXT
    more = f"; context_tokens asks for {wanted:,}" if provider.context_tokens > trained else ""
    named = " ".join(filter(None, (header.architecture, header.name and f"({header.name})")))
    return Reachability(
        ok=True,
        detail=f"{path.name}, {size / (1 << 20):,.0f} MiB, {named or 'architecture not named'}",
        context_tokens=min(wanted, trained) if trained else wanted,
        context_note=f"trained for {trained:,}{more}" if trained else "",
        listed=(Listed(path.name, trained),),
        model_known=True,
    )


async def _answers(model: RemoteModel, choice: Choice, provider: Provider, timeout_s: float) -> Reachability:
    """Ask a server for its list, and for the context where the list does not say.

    Raises:
        ModelError: it cannot be reached, did not take the key, or does not speak the protocol.
    """
    host = model.info.host
    await model.prepare()
    began = time.monotonic()
    try:
        async with asyncio.timeout(timeout_s):
            try:
                body = await model.fetch(_LIST[provider.kind], timeout_s=timeout_s)
            except ModelError as error:
                if error.kind != "not_found":
                    raise
                await _must_take_calls(model, provider, timeout_s)
                ms = _ms(began)
                detail = f"{host} answers, and has no list of its models"
                return Reachability(ok=True, detail=detail, ms=ms, context_tokens=provider.context_tokens)
    except TimeoutError:
        raise ModelError(
            "unreachable",
            f"{choice.name} at {host} gave no answer within {timeout_s:g} s.",
            "Check the server's address and the network; a server that is loading a model answers later.",
            provider=choice.name,
        ) from None
    ms = _ms(began)
    listed = read_listing(body)
    if listed is None:
        raise ModelError(
            "protocol",
            f"{choice.name} at {host} answered with JSON that is no list of models.",
            f"Check base_url and kind of provider {choice.name!r}: this does not speak its protocol.",
            provider=choice.name,
        )
    mine = find(listed, choice.model) if choice.model else None
    tokens, note = (mine.context_tokens, "") if mine else (0, "")
    if choice.model and not tokens and _is_local(provider, model.base_url):
        one = mine or (listed[0] if listed else None)
        tokens, note = await _ask_beside(model, provider.preset, one or Listed(choice.model), timeout_s)
    known = _known(provider, listed, choice.model, mine)
    detail, remedy = _words(choice, host, listed, known)
    if choice.model and not tokens:
        tokens, note = await in_thread(partial(_from_table, choice, provider, host)), "by the price table"
    if provider.context_tokens:
        tokens, note = provider.context_tokens, "as configured"
    return Reachability(
        ok=True,
        detail=detail,
        remedy=remedy,
        ms=ms,
        context_tokens=tokens,
        context_note=note if tokens else "",
        listed=listed,
        model_known=known,
    )


async def _must_take_calls(model: RemoteModel, provider: Provider, timeout_s: float) -> None:
    """Tell a server without a list from a wrong address: an empty call is refused by the one, not known to the other.

    Raises:
        ModelError: there is no such address, or the key was not taken.
    """
    chat = provider.kind != "openai" or provider.api == "chat"
    try:
        await model.fetch(_CALL[provider.kind] if chat else "responses", body={}, timeout_s=timeout_s)
    except ModelError as error:
        wrong_address = error.kind == "not_found" and "no such address" in error.message
        if wrong_address or error.kind in ("auth", "missing_key", "unreachable", "protocol"):
            raise


def _known(provider: Provider, listed: tuple[Listed, ...], model: str, mine: Listed | None) -> bool | None:
    """Whether the model is listed; None where the list is not of what can be called."""
    if mine is not None:
        return True
    # Azure lists models, and is called by the names of deployments.
    return None if not model or not listed or provider.preset == "azure" else False


def _words(choice: Choice, host: str, listed: tuple[Listed, ...], known: bool | None) -> tuple[str, str]:
    if not listed:
        return (
            f"{host} answers, and lists no model",
            f"Load one there first, or try a name that you know: codesteer providers test {choice.name}:MODEL",
        )
    count = f"{len(listed)} model{'s' if len(listed) != 1 else ''}"
    if not choice.model:
        return f"{host} answers and lists {count}", f"Choose one: codesteer providers models {choice.name}"
    if known is False:
        return (
            f"{host} answers; it lists {count}, and {choice.model!r} is not there",
            f"See their names: codesteer providers models {choice.name}",
        )
    return f"{host} answers" + (f" and lists {choice.model}" if known else ""), ""


def _from_table(choice: Choice, provider: Provider, host: str) -> int:
    price = price_of(provider, host, choice.model, name=choice.name)
    return price.context or 0 if price else 0


def _is_local(provider: Provider, base_url: str) -> bool:
    preset = PRESETS.get(provider.preset)
    return preset.local if preset else is_near(base_url)


async def _ask_beside(model: RemoteModel, preset: str, one: Listed, timeout_s: float) -> tuple[int, str]:
    """The context that a local server tells beside its list, and what kind of number it is; (0, "") if it does not."""
    root = root_of(model.base_url)
    asks = {"ollama": _ollama, "llama-server": _llama_server, "lmstudio": _lm_studio}
    likely = preset if preset in asks else _MAKERS.get(one.maker, "")
    try:
        async with asyncio.timeout(timeout_s):
            for ask in [asks[likely]] if likely else asks.values():
                tokens, note = await ask(model, root, one.id, timeout_s)
                if tokens:
                    return tokens, note
    except TimeoutError:
        return 0, ""
    return 0, ""


async def _said(
    model: RemoteModel, address: str, timeout_s: float, body: Mapping[str, str] | None = None
) -> object:
    """What the server says there, or None: it is no server of that kind, or an older one."""
    try:
        return await model.fetch(address, body=body, timeout_s=timeout_s)
    except ModelError:
        return None


async def _ollama(model: RemoteModel, root: str, name: str, timeout_s: float) -> tuple[int, str]:
    loaded = find(read_listing(await _said(model, f"{root}/api/ps", timeout_s)) or (), name)
    if loaded and loaded.context_tokens:
        return loaded.context_tokens, "as loaded"
    shown = await _said(model, f"{root}/api/show", timeout_s, {"model": name})
    tokens, chosen = context_from_show(shown)
    return tokens, "as its Modelfile says" if chosen else _OLLAMA_LESS


async def _lm_studio(model: RemoteModel, root: str, name: str, timeout_s: float) -> tuple[int, str]:
    mine = find(read_listing(await _said(model, f"{root}/api/v0/models", timeout_s)) or (), name)
    return (mine.context_tokens, "" if mine.loaded is not False else _LM_STUDIO_LESS) if mine else (0, "")


async def _llama_server(model: RemoteModel, root: str, name: str, timeout_s: float) -> tuple[int, str]:
    # A router would load the model only to tell; it is asked not to.
    address = f"{root}/props?model={quote(name, safe='')}&autoload=false"
    return context_from_props(await _said(model, address, timeout_s)), "of each slot"


def _ms(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)

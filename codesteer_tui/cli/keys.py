"""``codesteer keys``: what is known of the providers' keys, and where a person puts one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from codesteer_tui.cli.group import Commands
from codesteer_tui.cli.options import config_option, settings_for_reading
from codesteer_tui.cli.speaking import put, put_json, say
from codesteer_tui.errors import ConfigError

if TYPE_CHECKING:
    from codesteer_tui.config import Provider
    from codesteer_tui.providers.keys.sources import KeyState, Where
    from codesteer_tui.settings import Settings

MOST_CHARS = 1 << 16


@click.group("keys", cls=Commands)
def command() -> None:
    """List, store and remove the keys of providers, and the token for the hub that weights come from ("hub").

    A key is kept in the keyring of the desktop, or in a file that only you can read. It is bound to its provider
    and to the host of that provider's base_url, and is sent to no other. It is never shown.
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@config_option
@click.pass_context
def list_keys(ctx: click.Context, as_json: bool, config_file: Path | None) -> None:
    """Say for every provider where its key comes from, whether it was found, and which host it is for.

    Commands (cmd:…) are not run for this; the keyring is asked.
    """
    import msgspec

    from codesteer_tui.providers.keys.sources import look
    from codesteer_tui.weights.hub_token import look_at_token

    settings = settings_for_reading(ctx, config_file)
    providers = settings.config.providers
    states = [look(name, provider) for name, provider in providers.items() if _remote(provider)]
    if _is_hub(settings, HUB):
        states.append(look_at_token(settings.config.weights.token))
    if as_json:
        put_json([msgspec.to_builtins(state) for state in states])
        return
    names = max((len(state.provider) for state in states), default=0)
    sources = max((len(state.source) for state in states), default=0)
    for state in states:
        put(f"{state.provider:<{names}}  {_found(state):<9}  {state.source:<{sources}}  {state.host or '-'}")
    say("\nA key is stored with: codesteer keys set PROVIDER")


HUB = "hub"
"""Whose token this is: that of the hub of weights, unless the person has a provider of that name."""

ADDRESS = ("kind", "preset", "base_url")
"""What decides where a provider's key goes."""


@command.command("set", context_settings={"allow_extra_args": True})
@click.argument("provider", metavar="PROVIDER")
@click.option(
    "--store",
    type=click.Choice(["keyring", "file"]),
    help="Where to keep it: the desktop's keyring (the default where there is one), or a file only you can read.",
)
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the key as one line from standard input.")
@config_option
@click.pass_context
def set_key(
    ctx: click.Context,
    provider: str,
    store: Literal["keyring", "file"] | None,
    from_stdin: bool,
    config_file: Path | None,
) -> None:
    """Store the key of a provider, or with "hub" the token for weights, and note in your own file where it is.

    The key is asked for without being shown. It is never taken from the command line, where other programs of
    this machine could read it.
    """
    import msgspec

    from codesteer_tui.providers.keys.sources import can_store_in_keyring, host_of, store_key
    from codesteer_tui.settings.saving import save_setting
    from codesteer_tui.settings.showing import plain_http_warning

    if ctx.args:
        raise click.UsageError(
            "Give only the name of the provider. A key on the command line stays in your shell's history, and other"
            " programs can read it: take it out of there. Here it is asked for, or read with --stdin."
        )
    settings = settings_for_reading(ctx, config_file)
    known = None if _is_hub(settings, provider) else _known(settings, provider)
    if known:
        settings.require_whole(provider, ADDRESS)
    host = host_of(known) if known else _host_of_hub()
    if not host:
        raise ConfigError(
            f"The provider {provider!r} has no address yet, so its key cannot be bound to one.",
            f"Set providers.{provider}.base_url in your own file first (codesteer config path names it).",
        )
    where: Where = store or "keyring"
    if store is None and (why := can_store_in_keyring()):
        say(f"{why} The key goes into a file that only you can read.")
        where = "file"
    source = store_key(provider, host, _asked_for(provider, host, from_stdin), where)
    setting = _setting(known, provider)
    saved = save_setting(setting, source, settings=settings)
    kept = "the keyring" if where == "keyring" else source.removeprefix("file:")
    say(f"The key of {provider} for {host} is in {kept}.")
    instead = f', which replaces "{saved.replaced}"' if saved.replaced else ""
    say(f'Saved in {saved}: [{".".join(setting[:-1])}] {setting[-1]} = "{source}"{instead}')
    other = (
        plain_http_warning(provider, msgspec.structs.replace(known, key=source)) if known else _first(source)
    )
    for warning in (saved.warning, other):
        if warning:
            say(f"Mind: {warning}")


@command.command("rm")
@click.argument("provider", metavar="PROVIDER")
@config_option
@click.pass_context
def remove_key(ctx: click.Context, provider: str, config_file: Path | None) -> None:
    """Remove every stored key of a provider, and the note in your own file that says where it is.

    Variables, commands, and files and entries that you made yourself are left alone. Where the key comes from now,
    if from anywhere, is said at the end.
    """
    from codesteer_tui.providers.keys.hiding import hide_shapes
    from codesteer_tui.providers.keys.sources import forget_all_keys, is_stored_source, source_in_words
    from codesteer_tui.settings.saving import unset_setting

    settings = settings_for_reading(ctx, config_file)
    removed = forget_all_keys(provider)
    for place in removed:
        say(f"Removed: {place}")
    known = settings.config.providers.get(provider)
    hub = _is_hub(settings, provider)
    setting = _setting(known, provider)
    key = ".".join(setting)
    origin = settings.origins.get(key)
    source = str(origin.value) if origin else ""
    if origin and origin.layer == "user file" and is_stored_source(provider, source):
        saved = unset_setting(setting, settings=settings)
        say(f"Removed from {saved}: {key}")
        say(_left(settings, provider))
    elif not removed:
        uses = f" Its key comes from: {source_in_words(source)}." if source else ""
        raise ConfigError(
            f"No key of the provider {hide_shapes(provider)!r} is stored.{uses}",
            "codesteer keys list shows what there is",
        )
    elif known or hub:
        say(_left(settings, provider))


def _left(before: Settings, name: str) -> str:
    """Where the key of a provider comes from now that a stored one is removed, and what to do where from nowhere."""
    from codesteer_tui.providers.keys.sources import look
    from codesteer_tui.settings.loading import read_all
    from codesteer_tui.weights.hub_token import look_at_token

    after = read_all(before.asked)[0]
    now = after.config.providers.get(name)
    if _is_hub(after, name):
        state = look_at_token(after.config.weights.token)
        if not state.needed:
            return f"There is no token for {state.host} now: what needs none can be pulled still."
    elif now is None or not _remote(now):
        return f"There is no provider {name!r} any more."
    else:
        state = look(name, now)
    if not state.needed:
        return (
            f"{name} has no key now: what is sent to {state.host or 'it'} goes without one. If it wants one, store it"
            f' again, or set providers.{name}.key, for example to "env:NAME".'
        )
    found = {True: "found", False: "not found", None: "not asked yet"}[state.found]
    more = f"\n  → {state.remedy}" if state.found is False and state.remedy else ""
    return f"The key of {name} now comes from: {state.source} ({found}).{more}"


def _is_hub(settings: Settings, name: str) -> bool:
    """Whether a name is the hub's, which it is not where the person has a provider of that name."""
    return name == HUB and name not in settings.config.providers


def _setting(known: Provider | None, name: str) -> tuple[str, ...]:
    """The setting that says where a key is."""
    from codesteer_tui.weights.hub_token import SETTING

    return SETTING if known is None and name == HUB else ("providers", name, "key")


def _host_of_hub() -> str:
    """The host that a token for the hub is bound to.

    Raises:
        ConfigError: it would cross a network unencrypted, or HF_ENDPOINT is no address.
    """
    from codesteer_tui.settings.binding import is_plain_http
    from codesteer_tui.weights.hub import endpoint
    from codesteer_tui.weights.hub_token import host_of_hub

    address = endpoint()
    if is_plain_http(address):
        raise ConfigError(
            "HF_ENDPOINT is plain http, and no token is sent over that.", "Write https, if it can do that."
        )
    return host_of_hub(address)


def _first(source: str) -> str:
    """That another token comes before the one that was stored, where one does."""
    from codesteer_tui.providers.keys.sources import source_in_words
    from codesteer_tui.weights.hub_token import look_at_token

    now = look_at_token(source)
    stronger = now.source not in ("none needed", source_in_words(source))
    return f"{now.source} is there, and comes first." if stronger else ""


def _remote(provider: Provider) -> bool:
    from codesteer_tui.values import REMOTE_KINDS

    return provider.kind in REMOTE_KINDS


def _found(state: KeyState) -> str:
    if not state.needed:
        return "no key"
    return {True: "found", False: "not found", None: "not asked"}[state.found]


def _known(settings: Settings, name: str) -> Provider:
    from codesteer_tui.providers.keys.hiding import hide_shapes
    from codesteer_tui.settings.schema import did_you_mean

    providers = {known: p for known, p in settings.config.providers.items() if _remote(p)}
    if name in providers:
        return providers[name]
    if name in settings.config.providers:
        raise ConfigError(f"The provider {name!r} needs no key.", "It runs on this machine.")
    near = did_you_mean(name, providers)
    raise ConfigError(
        f"There is no provider {hide_shapes(name)!r}.",
        f"{near} known: {', '.join(sorted(providers))}; a [providers.NAME] table makes another".strip(),
    )


def _asked_for(provider: str, host: str, from_stdin: bool) -> str:
    """The key, typed without being shown, or one line of standard input."""
    if from_stdin:
        line = sys.stdin.buffer.readline(MOST_CHARS)
        return line.decode("utf-8", "replace").rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the key. Pipe it in, with --stdin.")
    import getpass

    try:
        return getpass.getpass(f"Key of {provider} for {host} (not shown): ", stream=sys.stderr)
    except EOFError:
        raise click.Abort from None

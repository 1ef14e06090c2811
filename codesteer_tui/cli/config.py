"""``codesteer config``: where settings come from and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from codesteer_tui.cli.options import (
    config_file_of,
    config_option,
    settings_for_reading,
    settings_of,
    settings_options,
)
from codesteer_tui.cli.speaking import put, put_json, say
from codesteer_tui.errors import ConfigError

if TYPE_CHECKING:
    from codesteer_tui.settings import KeyDoc, Settings
    from codesteer_tui.values import Role


@click.group("config")
def command() -> None:
    """Show, explain and start the configuration.

    \b
    A value comes from the first of these that has it:
      an option on the command line         --max-rounds 3
      a variable, CODESTEER_SECTION__KEY    CODESTEER_STEERING__MAX_ROUNDS=3
      codesteer.toml in the project         [steering] max_rounds = 3
      your own file, see "config path"      the same

    Mind the two underscores; for a provider it is CODESTEER_PROVIDERS__NAME__KEY. CODESTEER_CONFIG=FILE names
    another file to read instead of your own.
    """


@command.command("path")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
@click.pass_context
def path(ctx: click.Context, as_json: bool, config_file: Path | None) -> None:
    """Print where the user file is, or would be, and on standard error which files are in use."""
    from codesteer_tui.settings import user_file

    own = config_file_of(ctx, config_file) or user_file()
    files = settings_for_reading(ctx, config_file).files
    if as_json:
        put_json({"user_file": str(own), "exists": own.exists(), "files": [str(f) for f in files]})
        return
    put(str(own))
    say(
        "\n".join(f"in use: {file}" for file in files)
        or "no file is in use; begin one: codesteer config init"
    )


@command.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, without the origins.")
@settings_options
@click.pass_context
def show(ctx: click.Context, as_json: bool, flags: dict[str, str], config_file: Path | None) -> None:
    """Print the settings in force as TOML, each with where it comes from. Keys are never shown.

    Of a provider, only what has a meaning for its kind is printed, and what was set.
    """
    import msgspec

    settings = settings_of(ctx, flags, config_file)
    if as_json:
        put_json(msgspec.to_builtins(settings.config))
        return
    for table, keys in _tables(settings).items():
        put(f"[{table}]")
        for name, key in keys:
            origin = settings.origins[key]
            put(f"{_setting(name, origin.value):<44} # {_where(origin.layer, origin.where)}")
        put("")


@command.command("init")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@config_option
@click.pass_context
def init(ctx: click.Context, force: bool, config_file: Path | None) -> None:
    """Write a user file with every setting explained and commented out at its default."""
    from codesteer_tui.settings import example_toml, user_file

    target = config_file_of(ctx, config_file) or user_file()
    if target.exists() and not force:
        raise ConfigError(
            f"{target} exists already.", "edit it, or replace it with: codesteer config init --force"
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(example_toml(), encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be written: {error.strerror}.", "name another file with --config"
        ) from None
    put(str(target))


@command.command("explain")
@click.argument("key", metavar="KEY")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@settings_options
@click.pass_context
def explain(
    ctx: click.Context, key: str, as_json: bool, flags: dict[str, str], config_file: Path | None
) -> None:
    """Say what a setting means, what it may be, its value, and which layer decided that.

    KEY is "roles.task_llm", "providers.openai.model", or a whole section such as "sandbox".
    """
    settings = settings_of(ctx, flags, config_file)
    wanted = [k for k in settings.origins if k.startswith(f"{key}.")] or [key]
    explained = [_explained(settings, k) for k in wanted]
    if as_json:
        put_json(explained)
        return
    for item in explained:
        put(f"{item['key']} = {_value(item['value'])}")
        put(f"    {item['doc']}")
        put(f"    allowed  {item['allowed']}\n    default  {_value(item['default'])}")
        put(f"    decided  by {_where(item['layer'], item['where'])}")
        if item["now"]:
            put(f"    now      {item['now']}")


def _explained(settings: Settings, key: str) -> dict[str, Any]:
    origin = settings.origin(key)
    doc = _doc(key)
    return {
        "key": key,
        "value": origin.value,
        "layer": origin.layer,
        "where": origin.where,
        "default": _default(key, doc),
        "allowed": doc.allowed,
        "doc": doc.doc,
        "now": _player(settings, key),
    }


def _player(settings: Settings, key: str) -> str:
    """Who plays the role that this key sets, and why; empty for every other key."""
    from codesteer_tui.providers.opening import choose_role

    section, _, name = key.partition(".")
    if section != "roles":
        return ""
    try:
        choice = choose_role(settings.config, cast("Role", name))
    except ConfigError as error:
        return f"nobody: {error.message} {error.remedy}"
    model = f":{choice.model}" if choice.model not in ("", choice.name) else ""
    return f"{choice.name}{model} ({choice.why})"


def _doc(key: str) -> KeyDoc:
    from codesteer_tui.settings import describe

    section, _, name = key.partition(".")
    last = name.rpartition(".")[2]
    return next(d for d in describe() if (d.section, d.name) == (section, last))


def _default(key: str, doc: KeyDoc) -> Any:
    """A built-in provider has defaults of its own."""
    from codesteer_tui.config import default_providers

    section, _, rest = key.partition(".")
    provider = default_providers().get(rest.rpartition(".")[0]) if section == "providers" else None
    return getattr(provider, doc.name) if provider else doc.default


def _tables(settings: Settings) -> dict[str, list[tuple[str, str]]]:
    from codesteer_tui.settings import matters

    tables: dict[str, list[tuple[str, str]]] = {}
    for key, origin in settings.origins.items():
        table, _, name = key.rpartition(".")
        if table.startswith("providers.") and origin.layer == "default":
            kind = settings.config.providers[table.removeprefix("providers.")].kind
            if not matters(name, kind):
                continue
        tables.setdefault(table, []).append((name, key))
    return tables


def _where(layer: str, where: str) -> str:
    return layer if layer == "default" else f"{layer}: {where}"


def _setting(name: str, value: Any) -> str:
    return f"{name} = {_value(value)}"


def _value(value: Any) -> str:
    """As it would be written in TOML, which has no word for "none"."""
    import tomli_w

    return '"none"' if value is None else tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")

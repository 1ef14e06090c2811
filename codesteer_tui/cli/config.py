"""``codesteer config``: where settings come from and what they mean."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from codesteer_tui.cli.group import Commands
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
    from codesteer_tui.settings import Settings
    from codesteer_tui.settings.schema import KeyDoc
    from codesteer_tui.values import Role

ROLES: tuple[Role, ...] = ("task_llm", "steerer", "checker")


@click.group("config", cls=Commands)
def command() -> None:
    """Show, explain and start the configuration.

    \b
    A value comes from the first of these that has it:
      an option on the command line         --max-rounds 3
      a variable, CODESTEER_SECTION__KEY    CODESTEER_STEERING__MAX_ROUNDS=3
      the profile, --profile laptop         [profiles.laptop.steering] max_rounds = 3
      codesteer.toml in the project         [steering] max_rounds = 3
      your own file, see "config path"      the same

    Mind the two underscores; for a provider it is CODESTEER_PROVIDERS__NAME__KEY. CODESTEER_CONFIG=FILE names
    another file to read instead of your own, CODESTEER_PROFILE=NAME chooses a profile.
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

    Of the providers, only those are printed that were set up, that play a role, or whose key was found; of these,
    only what has a meaning for their kind, and what was set.
    """
    from codesteer_tui.settings.showing import shown_config, shown_tables

    settings = settings_of(ctx, flags, config_file)
    if as_json:
        put_json(shown_config(settings.config))
        return
    if settings.profile:
        put(f"# profile: {settings.profile}\n")
    tables = shown_tables(settings, _in_use(settings))
    for table, keys in tables.items():
        put(f"[{_table(table)}]")
        for key in keys:
            origin = settings.origins[key]
            put(f"{_setting(key, origin.value):<44} # {_where(origin.layer, origin.where)}")
        put("")
    if others := _others(settings, tables):
        put(f"# built in as well, with nothing set and no key found: {', '.join(others)}")


@command.command("profiles")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@config_option
@click.pass_context
def profiles(ctx: click.Context, as_json: bool, config_file: Path | None) -> None:
    """List the profiles: what each sets, where it stands, and with a * which is chosen.

    A profile is a table [profiles.NAME] in a file; the tables in it, such as [profiles.NAME.roles], hold while it
    is chosen with --profile NAME or CODESTEER_PROFILE=NAME.
    """
    settings = settings_for_reading(ctx, config_file)
    if as_json:
        put_json(
            [
                {"name": p.name, "chosen": p.name == settings.profile, "places": p.places, "keys": p.keys}
                for p in settings.profiles
            ]
        )
        return
    width = max(len(profile.name) for profile in settings.profiles)
    for profile in settings.profiles:
        mark = "*" if profile.name == settings.profile else " "
        put(
            f"{mark} {profile.name:<{width}}  {', '.join(profile.keys) or 'nothing'}  # {', '.join(profile.places)}"
        )


@command.command("init")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@config_option
@click.pass_context
def init(ctx: click.Context, force: bool, config_file: Path | None) -> None:
    """Write a user file with every setting explained and commented out at its default."""
    from codesteer_tui.settings import user_file
    from codesteer_tui.settings.example import example_toml

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
    """Say what a setting means, what it may be, its value, which layer decided that, and what the others said.

    KEY is "roles.task_llm", "providers.openai.model", or a whole section such as "sandbox" or "providers.openai".
    "profiles.NAME" is what that profile sets.
    """
    settings = settings_of(ctx, flags, config_file)
    section, _, name = key.partition(".")
    keys = _wanted(settings, key)
    if section == "profiles":
        settings, keys = _with_profile(settings, name)
    explained = [_explained(settings, k) for k in keys]
    if as_json:
        put_json(explained)
        return
    for item in explained:
        put(f"{item['key']} = {_value(item['value'])}")
        put(f"    {item['doc']}")
        needed = item["key"].endswith(".kind") and item["layer"] != "default" and not item["weaker"]
        default = "none; it must be said" if needed else _value(item["default"])
        put(f"    allowed  {item['allowed']}\n    default  {default}")
        put(f"    decided  by {_where(item['layer'], item['where'])}")
        for weaker in item["weaker"]:
            put(f"    weaker   {_value(weaker['value'])} by {_where(weaker['layer'], weaker['where'])}")
        for word in ("note", "now"):
            if item[word]:
                put(f"    {word:<8} {item[word]}")


def _wanted(settings: Settings, key: str) -> list[str]:
    """The key, or those of a section: of a provider what has a meaning for it, of all providers those in use."""
    from codesteer_tui.settings.schema import matters
    from codesteer_tui.settings.showing import shown_tables

    section = [k for k in settings.origins if k.startswith(f"{key}.")]
    if key == "providers":
        tables = shown_tables(settings, _in_use(settings))
        return [k for table, keys in tables.items() if table.startswith("providers.") for k in keys]
    provider = settings.config.providers.get(key.removeprefix("providers."))
    if section and provider and key.startswith("providers."):
        set_here = [k for k in section if settings.origins[k].layer != "default"]
        return [k for k in section if k in set_here or matters(k.rpartition(".")[2], provider.kind)]
    return section or [key]


def _with_profile(settings: Settings, name: str) -> tuple[Settings, list[str]]:
    """The settings as they are while this profile is chosen, and the keys that it sets.

    Raises:
        ConfigError: there is no such profile, or something is wrong in it.
    """
    from codesteer_tui.settings import load_settings
    from codesteer_tui.settings.profiles import require_profile

    require_profile(name, "config explain", [profile.name for profile in settings.profiles])
    asked = settings.asked
    chosen = load_settings(
        asked.flags, cwd=asked.cwd, env=asked.env, config_file=asked.config_file, profile=name
    )
    (profile,) = [known for known in chosen.profiles if known.name == name]
    say(
        f"The profile {name!r} is {'' if settings.profile == name else 'not '}chosen now. With --profile {name}:"
    )
    return chosen, profile.keys


def _explained(settings: Settings, key: str) -> dict[str, Any]:
    from codesteer_tui.settings.showing import shown_value

    origin = settings.origin(key)
    doc = _doc(key)
    said = settings.history[key]
    return {
        "key": key,
        "value": shown_value(key, origin.value),
        "layer": origin.layer,
        "where": origin.where,
        "default": said[-1].value if said[-1].layer == "default" else doc.default,
        "allowed": doc.allowed,
        "doc": doc.doc,
        "weaker": [
            {"layer": o.layer, "where": o.where, "value": shown_value(key, o.value)} for o in said[1:]
        ],
        "note": origin.note or _warning(settings, key),
        "now": _player(settings, key),
    }


def _warning(settings: Settings, key: str) -> str:
    from codesteer_tui.settings.showing import no_meaning, plain_http_warning

    if said := no_meaning(settings, key):
        return said
    section, _, rest = key.partition(".")
    name, _, last = rest.rpartition(".")
    if section != "providers" or last not in ("key", "base_url"):
        return ""
    return plain_http_warning(name, settings.config.providers[name])


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
    from codesteer_tui.settings.schema import ANY_NAME, describe

    section, _, name = key.partition(".")
    last = name.rpartition(".")[2]
    return next(d for d in describe() if d.section == section and d.name in (last, ANY_NAME))


def _in_use(settings: Settings) -> set[str]:
    """The providers that play a role now, and those whose key is in a variable or a file. No keyring is asked for
    this, and no command is run."""
    from codesteer_tui.providers.opening import choose_role

    found = set()
    for role in ROLES:
        with contextlib.suppress(ConfigError):
            found.add(choose_role(settings.config, role).name)
    for name, provider in settings.config.providers.items():
        source, _, place = provider.key.partition(":")
        if (source == "env" and os.environ.get(place)) or (
            source == "file" and Path(place).expanduser().exists()
        ):
            found.add(name)
    return found


def _others(settings: Settings, tables: Container[str]) -> list[str]:
    return [name for name in settings.config.providers if f"providers.{name}" not in tables]


def _where(layer: str, where: str) -> str:
    if layer == "default":
        return where if where.startswith("preset") else layer
    return f"{layer}: {where}"


def _table(table: str) -> str:
    from codesteer_tui.settings.toml_text import written_key

    section, _, name = table.partition(".")
    return written_key([section, name]) if name else section


def _setting(key: str, value: Any) -> str:
    from codesteer_tui.settings.showing import shown_value

    return f"{key.rpartition('.')[2]} = {_value(shown_value(key, value))}"


def _value(value: Any) -> str:
    from codesteer_tui.settings.toml_text import written

    return written(value)

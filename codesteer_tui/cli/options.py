"""The options that are settings, the same before and after a subcommand's name."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codesteer_tui.cli.speaking import say

if TYPE_CHECKING:
    from codesteer_tui.errors import ConfigError
    from codesteer_tui.settings import Settings

_SETTINGS = (
    (
        "--task-llm",
        "roles.task_llm",
        "PROVIDER[:MODEL]",
        'Who answers: "auto", or a provider such as openai.',
    ),
    ("--steerer", "roles.steerer", "PROVIDER[:MODEL]", 'Who guides: "rules", "same-as-task" or a provider.'),
    ("--checker", "roles.checker", "PROVIDER[:MODEL]", 'Who tests: "same-as-task", "off" or a provider.'),
    ("--sandbox", "sandbox.engine", "ENGINE", "Where programs run: auto, docker, namespaces or off."),
    (
        "--steer",
        "steering.mode",
        "MODE",
        "How you step in: auto, approve or manual (both ask you), or off: no steering.",
    ),
    ("--max-rounds", "steering.max_rounds", "N", "Most rounds of guidance after the first answer."),
)

_PROFILE = "codesteer_tui.profile"
"""Where the chosen profile is kept, for the whole command line."""


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command gets them as `flags` (key → text) and `config_file`."""

    @functools.wraps(command)
    def with_flags(*args: Any, **kwargs: Any) -> Any:
        given = {key: kwargs.pop(_parameter(key)) for _, key, _, _ in _SETTINGS}
        flags = {key: value for key, value in given.items() if value is not None}
        return command(*args, flags=flags, **kwargs)

    decorated = config_option(with_flags)
    for option, key, metavar, text in reversed(_SETTINGS):
        decorated = click.option(option, _parameter(key), metavar=metavar, help=text)(decorated)
    return decorated


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--config``, which the command gets as `config_file`, and ``--profile``, which is kept for it."""

    @functools.wraps(command)
    def with_profile(*args: Any, **kwargs: Any) -> Any:
        profile = kwargs.pop("profile")
        if profile is not None:
            click.get_current_context().meta[_PROFILE] = profile
        return command(*args, **kwargs)

    profiled = click.option(
        "--profile", metavar="NAME", help="Lay this profile of your files over them; see: config profiles."
    )(with_profile)
    kind = click.Path(path_type=Path)
    return click.option(
        "--config", "config_file", type=kind, metavar="FILE", help="Read this instead of the user file."
    )(profiled)


def keep(ctx: click.Context, flags: dict[str, str], config_file: Path | None) -> None:
    """Remember what was given before the subcommand's name."""
    ctx.obj = (flags, config_file)


def settings_of(
    ctx: click.Context, flags: dict[str, str] | None = None, config_file: Path | None = None
) -> Settings:
    """The settings under these options and those before the subcommand's name.

    Raises:
        ConfigError: see `codesteer_tui.settings.load_settings`.
    """
    from codesteer_tui.settings import load_settings

    return load_settings(
        _merged(ctx, flags), config_file=config_file_of(ctx, config_file), profile=profile_of(ctx)
    )


def readable_settings_of(
    ctx: click.Context, config_file: Path | None = None
) -> tuple[Settings, list[ConfigError]]:
    """The settings as far as they can be read, for what asks no model and runs nothing, and what is wrong.

    Raises:
        ConfigError: an option is wrong.
    """
    from codesteer_tui.settings import load_readable_settings

    return load_readable_settings(
        _merged(ctx), config_file=config_file_of(ctx, config_file), profile=profile_of(ctx)
    )


def settings_for_reading(ctx: click.Context, config_file: Path | None = None) -> Settings:
    """`readable_settings_of`, with what is wrong said on standard error."""
    settings, mistakes = readable_settings_of(ctx, config_file)
    for mistake in mistakes:
        say(f"codesteer: a setting is left out: {mistake}")
    return settings


def settings_for_weights(ctx: click.Context, config_file: Path | None = None) -> Settings:
    """The settings for writing weights: what is wrong elsewhere is said on standard error and left out.

    Raises:
        ConfigError: something is wrong that may be about the folder of weights, so they could end up elsewhere.
    """
    from codesteer_tui.settings.schema import schema

    settings, mistakes = readable_settings_of(ctx, config_file)
    for given, error in settings.left_out:
        mine = given is None or given.path[0] == "weights" or given.path[0] not in schema()
        if mine and (given is None or given.profile in ("", settings.profile)):
            raise error
    for mistake in mistakes:
        say(f"codesteer: a setting is left out: {mistake}")
    return settings


def settings_for_asking(ctx: click.Context, provider: str, config_file: Path | None = None) -> Settings:
    """The settings for asking one provider: what is wrong elsewhere is said on standard error and left out.

    Raises:
        ConfigError: something that may be about this provider is wrong. Without it the key could go to another
            host than the person said, or another key to that host, so nothing is sent.
    """
    settings, mistakes = readable_settings_of(ctx, config_file)
    settings.require_whole(provider)
    for mistake in mistakes:
        say(f"codesteer: a setting is left out: {mistake}")
    return settings


def _merged(ctx: click.Context, flags: dict[str, str] | None = None) -> dict[str, str]:
    before: tuple[dict[str, str], Path | None] = ctx.find_root().obj or ({}, None)
    merged = {**before[0], **(flags or {})}
    if merged.get("sandbox.engine") == "namespaces":
        # Naming it on the command line is the person's consent.
        merged["sandbox.reduced_isolation"] = "always"
    return merged


def config_file_of(ctx: click.Context, config_file: Path | None) -> Path | None:
    """The file that stands in for the user file, wherever on the command line it was named."""
    before: tuple[dict[str, str], Path | None] = ctx.find_root().obj or ({}, None)
    return config_file or before[1]


def profile_of(ctx: click.Context) -> str | None:
    """The profile that the command line names, wherever it does; None where it names none."""
    named: str | None = ctx.meta.get(_PROFILE)
    return named


def _parameter(key: str) -> str:
    return key.replace(".", "_")

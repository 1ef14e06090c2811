"""``codesteer weights use``: weights get a role, in the user's own file."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.options import config_option, settings_for_reading
from codesteer_tui.cli.speaking import put, say

if TYPE_CHECKING:
    from codesteer_tui.config import Config
    from codesteer_tui.settings import Settings
    from codesteer_tui.values import Role
    from codesteer_tui.weights.using import Line


@click.command("use")
@click.argument("file", metavar="FILE")
@click.option(
    "--role",
    type=click.Choice(["steerer", "task_llm", "checker"]),
    default="steerer",
    show_default=True,
    help="What they play.",
)
@click.option(
    "--name", default="", metavar="NAME", help="What the provider is called.  [default: as the file]"
)
@click.option(
    "--replace", is_flag=True, help="Have a provider of that name play this file instead of its own."
)
@config_option
@click.pass_context
def use(
    ctx: click.Context, file: str, role: Role, name: str, replace: bool, config_file: Path | None
) -> None:
    """Have a GGUF play a role from now on: written into your own configuration file, which stays as it is otherwise.

    It becomes a provider, a table [providers.NAME], and [roles] names that. Where the steerer's weights were trained
    on a prompt pack that is here, and you have chosen none, that is chosen too. Prints the lines of the file.
    """
    from codesteer_tui.weights.catalogue import read_catalogue
    from codesteer_tui.weights.store import find_weights
    from codesteer_tui.weights.using import lines_in_words, use_weights

    settings = settings_for_reading(ctx, config_file)
    path = find_weights(file, read_catalogue(), settings.config, form="gguf")
    lines = use_weights(settings, path, role, name=name, replace=replace)
    if role == "steerer":
        lines += _pack_line(settings, path)
    say(f"{'Saved' if any(line.changed for line in lines) else 'Nothing new'} in {settings.asked.user_file}:")
    for words in lines_in_words(lines):
        put(words)
    for line in lines:
        if line.warning:
            say(f"Mind: {line.warning}")
    if role == "steerer":
        _say_mismatch(settings)


def how_to_use(path: Path, config: Config) -> str:
    """The command that gives weights a role, as a person types it."""
    from codesteer_tui.weights.store import weights_folder

    name = path.name if path.parent == weights_folder(config) else str(path)
    return f"codesteer weights use {shlex.quote(name)}"


def say_what_is_next(path: Path, settings: Settings) -> None:
    """Say how weights are put to use, and how to get the wording that they were trained on where it is not here."""
    from codesteer_tui.sessions.wording import pack_for
    from codesteer_tui.steering.packs_there import packs_folder
    from codesteer_tui.weights.wording import wording_of

    wanted = wording_of(path)
    if wanted and not pack_for(path, packs_folder(settings.asked.user_file)):
        say(
            f"It was trained on the prompt pack {wanted!r}, which is not here yet; to have it, from a checkout of its"
            " makers' code: codesteer prompts import CHECKOUT"
        )
    say(f"To let it steer: {how_to_use(path, settings.config)}")


def _pack_line(settings: Settings, path: Path) -> list[Line]:
    """Choose the prompt pack of these weights, where it is here and nobody has chosen another."""
    from codesteer_tui.sessions.wording import pack_for
    from codesteer_tui.steering.packs_there import packs_folder
    from codesteer_tui.weights.using import save_line

    pack = pack_for(path, packs_folder(settings.asked.user_file))
    if not pack or settings.origin("steering.prompt_pack").layer != "default":
        return []
    return [save_line(settings, ("steering", "prompt_pack"), pack)]


def _say_mismatch(settings: Settings) -> None:
    """Point out what the steerer that is configured now and the prompt pack do not have in common."""
    from codesteer_tui.sessions.wording import mismatch_of
    from codesteer_tui.settings.loading import read_all

    said, remedy = mismatch_of(read_all(settings.asked)[0])
    if said:
        say(f"Mind: {said}.\n  → {remedy}")

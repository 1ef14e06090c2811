"""Opening the app. Only this module of the command reaches for the screen, and only when it is called."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.options import readable_settings_of, settings_of
from codesteer_tui.tui import run_app
from codesteer_tui.tui.layout import LEAST_COLUMNS, SHORT_FROM, is_too_small

if TYPE_CHECKING:
    from codesteer_tui.settings import Settings


def open_app(
    ctx: click.Context, *, replay: Path | None = None, speed: float = 1.0, config_file: Path | None = None
) -> int:
    """Run the app until the person leaves it, and give its exit code."""
    watching = replay is not None
    settings = settings_to_watch(ctx, config_file) if watching else settings_of(ctx, config_file=config_file)
    has_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not (has_terminal or is_linear(settings)):
        raise click.UsageError(
            'The app needs a terminal. Without one: codesteer solve "…", codesteer replay --text ID, '
            "or codesteer --linear, which reads problems line by line."
        )
    small = too_small(settings) if has_terminal else ""
    if is_linear(settings) or small:
        from codesteer_tui.cli.linear import Linear, reread

        return reread(replay, why=small) if replay else Linear(ctx, why=small).talk()
    recording = None
    if replay:
        from codesteer_tui.sessions.store import read_recording

        recording = read_recording(replay)
    return run_app(settings, recording=recording, play=recording is not None, speed=speed)


def is_linear(settings: Settings) -> bool:
    """Whether lines are wanted in place of the screen, or nothing else can be shown."""
    return settings.config.screen.linear or os.environ.get("TERM") == "dumb"


def too_small(settings: Settings) -> str:
    """Why the screen has no room in this terminal, in words; empty where it has, or where it is asked for by name."""
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    said = settings.origins.get("screen.linear")
    if not is_too_small(columns, rows) or (said is not None and said.layer != "default"):
        return ""
    return (
        f"This terminal has {columns} columns and {rows} rows; the screen needs {LEAST_COLUMNS} and {SHORT_FROM}. "
        "So all is said in lines. To have the screen all the same: CODESTEER_SCREEN__LINEAR=false codesteer"
    )


def settings_to_watch(ctx: click.Context, config_file: Path | None) -> Settings:
    """The settings for a replay, which needs hardly any.

    Where something in them is wrong, no model is asked and nothing is run by what is left of them.
    """
    settings, mistakes = readable_settings_of(ctx, config_file)
    if not mistakes:
        return settings
    from codesteer_tui.config import Config, Roles, SandboxSettings, default_providers

    config = settings.config
    harmless = Config(
        roles=Roles(task_llm="demo"),
        providers={"demo": default_providers()["demo"]},  # what is left of the others may lead elsewhere
        sandbox=SandboxSettings(engine="off"),
        sessions=config.sessions,
        screen=config.screen,
    )
    return replace(settings, config=harmless)

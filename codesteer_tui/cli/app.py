"""Opening the app. Only this module of the command reaches for the screen, and only when it is called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from codesteer_tui.cli.options import settings_of


def open_app(
    ctx: click.Context, *, replay: Path | None = None, speed: float = 1.0, config_file: Path | None = None
) -> int:
    """Run the app until the person leaves it, and give its exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError(
            'The app needs a terminal. Without one: codesteer solve "…", or codesteer replay --text ID.'
        )
    settings = settings_of(ctx, config_file=config_file)
    recording = None
    if replay:
        from codesteer_tui.sessions.store import read_recording

        recording = read_recording(replay)
    from codesteer_tui.tui.app import CodesteerApp

    app = CodesteerApp(settings, recording=recording, play=recording is not None, speed=speed)
    app.run()
    return app.return_code or 0

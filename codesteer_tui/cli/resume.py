"""``codesteer resume``: go on with a session that was stopped, failed or broke off, in its own record."""

from __future__ import annotations

from pathlib import Path

import click

from codesteer_tui.cli.following import How, follow, run_options
from codesteer_tui.cli.options import settings_of, settings_options
from codesteer_tui.cli.speaking import say


@click.command("resume")
@click.argument("session", metavar="FILE|ID")
@run_options
@settings_options
@click.pass_context
def command(
    ctx: click.Context, session: str, how: How, flags: dict[str, str], config_file: Path | None
) -> None:
    """Go on with a session that was stopped, failed or broke off: its file, its id, or "last".

    It goes on in the same file, from the last step that was complete, and is played by the roles of the settings.
    Output and exit code are as with solve; what was there before is not said again.
    """
    settings = settings_of(ctx, flags, config_file)
    from codesteer_tui.sessions.forking import refuse_ended
    from codesteer_tui.sessions.store import Store, read_recording, sessions_folder

    recording = read_recording(Store(sessions_folder(settings.config)).find(session))
    for note in recording.notes:
        say(f"{recording.path}: {note}")
    problem = refuse_ended(recording)
    follow(ctx, settings, problem, how, continue_from=recording)

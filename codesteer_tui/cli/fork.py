"""``codesteer fork``: a new session that takes over the first rounds of another and goes on by itself."""

from __future__ import annotations

from pathlib import Path

import click

from codesteer_tui.cli.following import How, follow, run_options
from codesteer_tui.cli.options import settings_of, settings_options
from codesteer_tui.cli.speaking import say


@click.command("fork")
@click.argument("session", metavar="FILE|ID")
@click.option("--round", "again", type=int, metavar="N", help="Do round N again, behind what came before it.")
@click.option("--after", "kept", type=int, metavar="N", help="Keep round N, and go on behind it.")
@run_options
@settings_options
@click.pass_context
def command(
    ctx: click.Context,
    session: str,
    again: int | None,
    kept: int | None,
    how: How,
    flags: dict[str, str],
    config_file: Path | None,
) -> None:
    """Begin a new session with the first rounds of another: its file, its id, or "last".

    The other one stays as it is. From there on it is played by the roles of the settings, so that another model or
    steerer can be tried on the same beginning. Output and exit code are as with solve. To see the two side by side:
    codesteer sessions compare
    """
    if (again is None) == (kept is None):
        raise click.UsageError("Give either --round N, to do a round again, or --after N, to keep it.")
    settings = settings_of(ctx, flags, config_file)
    from codesteer_tui.sessions.forking import fork_after, fork_before, problem_of
    from codesteer_tui.sessions.store import Store, read_recording, sessions_folder

    recording = read_recording(Store(sessions_folder(settings.config)).find(session))
    for note in recording.notes:
        say(f"{recording.path}: {note}")
    fork = (
        fork_before(recording.events, again) if again is not None else fork_after(recording.events, kept or 0)
    )
    if not how.quiet:
        taken = len(fork.transcript.rounds)
        say(f"forked from {fork.origin}; taken over: {taken} round{'' if taken == 1 else 's'}")
    follow(ctx, settings, problem_of(recording), how, continue_from=fork)

"""``codesteer replay``: a recorded session again. Nothing is sent anywhere and nothing is run."""

from __future__ import annotations

from pathlib import Path

import click

from codesteer_tui.cli.options import config_option, settings_for_reading
from codesteer_tui.cli.speaking import put, put_json, put_line, say


@click.command("replay")
@click.argument("session", metavar="FILE|ID")
@click.option("--text", "as_text", is_flag=True, help="Print the session instead of opening the app.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, as solve --json does.")
@click.option("--events", "as_events", is_flag=True, help="Print the recorded events as JSON Lines.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="How fast the app plays it.")
@click.option(
    "--until",
    metavar="PLACE",
    help="Print only what happened up to there: 1:23 or 83 (seconds), 50%, R2 (its end) or #118 (an event).",
)
@config_option
@click.pass_context
def command(
    ctx: click.Context,
    session: str,
    as_text: bool,
    as_json: bool,
    as_events: bool,
    speed: float,
    until: str | None,
    config_file: Path | None,
) -> None:
    """Replay a session: the path of its file, its id, the beginning of its id, or "last"."""
    if as_text + as_json + as_events > 1:
        raise click.UsageError("Only one of --text, --json and --events can be had at a time.")
    if until is not None and not (as_text or as_json or as_events):
        raise click.UsageError("--until goes with --text, --json or --events; in the app, t goes to a place.")
    from codesteer_tui.sessions.replay import SPEEDS, Player

    if speed not in SPEEDS:
        known = ", ".join(f"{s:g}" for s in SPEEDS)
        raise click.UsageError(f"--speed {speed:g} is not one of {known}.")
    settings = settings_for_reading(ctx, config_file)
    from codesteer_tui.sessions.store import Store, read_recording, sessions_folder

    path = Store(sessions_folder(settings.config)).find(session)
    recording = read_recording(path)
    if not (as_text or as_json or as_events):
        from codesteer_tui.cli.app import open_app

        ctx.exit(open_app(ctx, replay=path, speed=speed, config_file=config_file))
    for note in recording.notes:
        say(f"{path}: {note}")
    events, whole = recording.events, recording.whole
    if until is not None:
        place = Player(whole).find_place(until)
        if place is None:
            raise click.UsageError(f"--until {until!r} is no place in this session.")
        events = whole = whole[:place]
    if as_events:
        from codesteer_tui.events import encode

        for event in events:
            put_line(encode(event))
    elif as_json:
        from codesteer_tui.cli.outcome import as_object
        from codesteer_tui.transcript import Transcript

        put_json(as_object(Transcript.of(whole), path))
    else:
        from codesteer_tui.sessions.export import as_text as in_words

        put(in_words(whole).rstrip("\n"))

"""``codesteer sessions``: the recorded runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.options import settings_for_reading
from codesteer_tui.cli.speaking import put, put_json, say

if TYPE_CHECKING:
    from codesteer_tui.sessions.store import Store, Summary


@click.group("sessions")
def command() -> None:
    """List, show and remove recorded sessions."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="Only the newest N.")
@click.pass_context
def list_sessions(ctx: click.Context, as_json: bool, limit: int | None) -> None:
    """List the sessions, newest first."""
    store = _store(ctx)
    summaries = store.list()[:limit]
    if as_json:
        put_json([_described(s) for s in summaries])
    elif not summaries:
        say(f'There is no session in {store.folder} yet.\n  → codesteer solve "Use 4 7 8 8 to make 24"')
    for summary in () if as_json else summaries:
        put(_line(summary))


@command.command("show")
@click.argument("session", metavar="FILE|ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, as solve --json does.")
@click.pass_context
def show(ctx: click.Context, session: str, as_json: bool) -> None:
    """Show what a session came to. All of it: codesteer replay --text."""
    from codesteer_tui.cli.outcome import as_object
    from codesteer_tui.sessions.export import lines_of
    from codesteer_tui.sessions.store import read_recording, summarize

    path = _store(ctx).find(session)
    recording = read_recording(path)
    for note in recording.notes:
        say(f"{path}: {note}")
    if as_json:
        put_json(as_object(recording.transcript, path))
        return
    for event in recording.events:
        for line in lines_of(event, full=False):
            put(line)
    if recording.transcript.ending is None:
        running = summarize(path).ending == "running"
        put("running: it is still being recorded" if running else "broken off: the record has no end")
    put(f"file: {path}")


@command.command("rm")
@click.argument("sessions", metavar="ID...", nargs=-1, required=True)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def remove(ctx: click.Context, sessions: tuple[str, ...], yes: bool) -> None:
    """Remove sessions for good. One that is still being recorded is left alone."""
    store = _store(ctx)
    paths = list(dict.fromkeys(_removable(store, session) for session in sessions))
    names = ", ".join(path.stem for path in paths)
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError(f"Removing {names} needs a yes. Add --yes.")
        click.confirm(f"Remove {names}?", abort=True, err=True)
    for path in paths:
        store.remove(str(path))
        say(f"removed {path}")


def _removable(store: Store, session: str) -> Path:
    """The file of a session. One outside the sessions' folder must be a session: any path can be typed."""
    from codesteer_tui.sessions.store import read_recording, refuse_running

    path = store.find(session)
    if path.absolute().parent != store.folder.absolute() or not path.is_file():
        read_recording(path)
    refuse_running(path)
    return path


def _store(ctx: click.Context) -> Store:
    from codesteer_tui.sessions.store import Store, sessions_folder

    return Store(sessions_folder(settings_for_reading(ctx).config))


def _described(summary: Summary) -> dict[str, object]:
    import msgspec

    return {**msgspec.structs.asdict(summary), "path": str(summary.path)}


def _line(summary: Summary) -> str:
    day = summary.started[:16].replace("T", " ")
    rounds = f"{summary.rounds} round{'' if summary.rounds == 1 else 's'}"
    if summary.note and not summary.started:
        return f"{summary.id}  unreadable: {summary.note}"
    ending = f"{summary.ending}, {rounds}, {summary.seconds:.1f} s"
    answer = f"  = {' '.join(summary.answer.split())[:40]}" if summary.answer else ""
    return f"{summary.id}\n    {day}  {summary.title}  ({ending}){answer}"

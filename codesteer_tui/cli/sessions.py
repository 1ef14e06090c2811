"""``codesteer sessions``: the recorded runs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.group import Commands
from codesteer_tui.cli.options import settings_for_reading
from codesteer_tui.cli.speaking import put, put_json, say
from codesteer_tui.text import plain

if TYPE_CHECKING:
    from codesteer_tui.sessions.comparing import Comparison
    from codesteer_tui.sessions.store import Store, Summary


@click.group("sessions", cls=Commands)
def command() -> None:
    """List, show, compare and remove recorded sessions."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="Only the newest N.")
@click.pass_context
def list_sessions(ctx: click.Context, as_json: bool, limit: int | None) -> None:
    """List the sessions, newest first.

    Under the id: how the run ended, its rounds and seconds, the verdicts of the symbolic checker (sym), the
    self-check (self) and the ground truth (truth), each pass, FAIL or ? (could not check), and the answer.
    """
    store = _store(ctx)
    summaries = store.list(limit)
    if as_json:
        put_json([_described(s) for s in summaries])
    elif not summaries:
        say(f'There is no session in {store.folder} yet.\n  → codesteer solve "Use 4 7 8 8 to make 24"')
    else:
        for row in _rows(summaries):
            put(row)


@command.command("show")
@click.argument("session", metavar="FILE|ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, as solve --json does.")
@click.pass_context
def show(ctx: click.Context, session: str, as_json: bool) -> None:
    """Show what a session came to. All of it: codesteer replay --text."""
    from codesteer_tui.cli.outcome import as_object
    from codesteer_tui.sessions.export import lines_of
    from codesteer_tui.sessions.store import read_recording
    from codesteer_tui.transcript import Transcript

    path = _store(ctx).find(session)
    recording = read_recording(path)
    for note in recording.notes:
        say(f"{path}: {note}")
    if as_json:
        put_json(as_object(Transcript.of(recording.whole), path))
        return
    whole = recording.whole
    for event in whole:
        for line in lines_of(event, full=False):
            put(line)
    if Transcript.of(whole).ending is None:
        put("running: it is still being recorded")
    put(f"file: {path}")


@command.command("compare")
@click.argument("sessions", metavar="FILE|ID FILE|ID...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def compare_sessions(ctx: click.Context, sessions: tuple[str, ...], as_json: bool) -> None:
    """Compare sessions: what each came to, and where the first of them and each other one first differ.

    Time, tokens and money are told and make no difference. One session that is a fork is compared with the one that
    it was forked from.
    """
    from codesteer_tui.sessions.comparing import as_lines, compare, course_lines, figures
    from codesteer_tui.sessions.store import read_recording
    from codesteer_tui.transcript import Transcript

    store = _store(ctx)
    transcripts = [Transcript.of(read_recording(store.find(session)).whole) for session in sessions]
    if len(transcripts) == 1:
        origin = transcripts[0].forked_from
        if not origin:
            raise click.UsageError("Give two sessions or more, or one that was forked.")
        transcripts.insert(0, Transcript.of(store.read(origin).whole))
    names = [_letter(place) for place in range(len(transcripts))]
    pairs = [compare(transcripts[0], other) for other in transcripts[1:]]
    if as_json:
        put_json({"sessions": [figures(t) for t in transcripts], "with_the_first": [_told(p) for p in pairs]})
        return
    width = min(_width(), 160)
    for line in as_lines([figures(transcript) for transcript in transcripts], names, width):
        put(line)
    for name, pair in zip(names[1:], pairs, strict=True):
        put(f"\n{names[0]} and {name}")
        for line in course_lines(pair, (names[0], name), width):
            put(line)


def _letter(place: int) -> str:
    """A, B, C ... and numbers from the 27th on."""
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def _told(comparison: Comparison) -> dict[str, object]:
    first = comparison.first
    return {
        "session": comparison.b.session,
        "same_problem": comparison.same_problem,
        "first_difference": {"round": first[0], "fact": first[1].name, "line": first[1].line}
        if first
        else None,
        "rounds": [
            {"round": pair.number, "there": pair.there, "different": [fact.name for fact in pair.different]}
            for pair in comparison.pairs
        ],
    }


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


def _rows(summaries: Sequence[Summary]) -> Iterator[str]:
    """Two lines for each session: its id and title, then how it ended. The columns are those of the whole list."""
    width = _width()
    ids = max((len(s.id) for s in summaries), default=0)
    for summary in summaries:
        title = f"unreadable: {summary.note}" if summary.ending == "unreadable" else summary.title
        yield _cut(f"{summary.id:<{ids}}  {_one_line(title)}", max(width, len(summary.id)))
        if summary.ending == "unreadable":
            continue
        rounds = f"{summary.rounds} round{'' if summary.rounds == 1 else 's'}"
        ended = f"{summary.ending:<10}  {rounds:<9}  {f'{summary.seconds:.1f} s':>8}  {_verdicts(summary)}"
        answer = f"  = {_one_line(summary.answer)}" if summary.answer else ""
        yield _cut(f"    {ended}{answer}{_kind(summary)}".rstrip(), width)


def _kind(summary: Summary) -> str:
    """What kind of session it is, where it is not a steered run of its own."""
    from codesteer_tui.steering.baselines import BASELINES

    about = next((about for name, about in BASELINES.items() if name == summary.baseline), None)
    kind = (
        f"baseline: {about.name}"
        if about
        else f"fork of {summary.forked_from}"
        if summary.forked_from
        else ""
    )
    return f"  [{_one_line(kind)}]" if kind else ""


def _verdicts(summary: Summary) -> str:
    """The three verdicts in columns; blank where the run has not come to any."""
    from codesteer_tui.sessions.export import MARKS

    given = summary.verdicts
    if given is None:
        return " " * len("sym pass  self pass  truth pass")
    marks = {**MARKS, "could_not_check": "?"}
    named = (("sym", given.symbolic), ("self", given.self_check), ("truth", given.ground_truth))
    return "  ".join(f"{name} {marks[outcome]:<4}" for name, outcome in named)


def _width() -> int:
    """Columns of the terminal; without one nothing is cut, for whoever reads it may search it."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return sys.maxsize
    return shutil.get_terminal_size().columns


def _one_line(text: str) -> str:
    return " ".join(plain(text).split())


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"

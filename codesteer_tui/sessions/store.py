"""Session files on disk: list, find, read and remove them. Reading never sends anything anywhere."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import platformdirs
from msgspec import Struct

from codesteer_tui import events as ev
from codesteer_tui.config import Config
from codesteer_tui.errors import SessionError
from codesteer_tui.events import Event, Skipped, decode
from codesteer_tui.problem import Problem
from codesteer_tui.sessions import lock
from codesteer_tui.sessions.folding import facts_of, folded
from codesteer_tui.steering.interrupted import interrupted
from codesteer_tui.transcript import Execution, Transcript
from codesteer_tui.values import ExecutionResult, RunStatus, Verdicts

SUFFIX = ".jsonl"

REMEMBERED = 2_000
"""Summaries that are remembered, so that a list is not made of whole files each time."""


class Recording(Struct, frozen=True):
    """A session as read from a file. `notes` say what was skipped, in words for a person."""

    path: Path
    events: list[Event]
    notes: list[str]

    @property
    def transcript(self) -> Transcript:
        """The state after all of its events."""
        return folded(self.events)

    @property
    def whole(self) -> list[Event]:
        """The events for whoever only looks: the calls that the run was stopped in stand before its ending.

        A run writes them down when it is stopped; here they come by estimate where it could not. So do the end of
        a program that the person had begun after the run, and the ending of a run whose process was killed. While it
        is being recorded nothing is added.
        """
        facts = facts_of(self.events)
        if facts.ending and not facts.open_calls and not any(runs_left(facts)):
            return self.events
        if lock.is_held(self.path):
            return self.events
        transcript, ended = self.transcript, isinstance(self.events[-1], ev.Ending)
        at = self.events[-1].at
        lost = [msgspec.structs.replace(call.failed, at=at) for call in interrupted(transcript)]
        place = len(self.events) - ended
        left = [stopped_run(number, run, "killed_by_host", at) for number, run in runs_left(transcript)]
        end = [] if transcript.ending else [ev.Cancelled(by=ev.CRASH, at=at)]
        return [*self.events[:place], *lost, *self.events[place:], *left, *end]


def runs_left(transcript: Transcript) -> Iterator[tuple[int, Execution]]:
    """The programs of the person's own that nothing says the end of, with their rounds."""
    for this in transcript.rounds:
        for run in this.executions.values():
            if run.purpose == "own" and run.result is None and not transcript.is_cut_off(run):
                yield this.number, run


def stopped_run(number: int, run: Execution, status: RunStatus, at: float) -> ev.ExecutionFinished:
    """The end of a program that was stopped, with what it had printed until then."""
    result = ExecutionResult(
        status, stdout=run.stdout, stderr=run.stderr, wall_ms=round(max(0.0, at - run.started) * 1000, 1)
    )
    return ev.ExecutionFinished(round=number, id=run.id, purpose=run.purpose, result=result, at=at)


class Summary(Struct, frozen=True):
    """One line of the list of sessions. `seconds` is how long it ran.

    `ending` is how it ended: "finished", "failed", "cancelled"; "running" while it is being recorded, "broken
    off" where its record has no end, "unreadable" where there is no record. `forked_from` and `baseline` are as in
    `SessionStarted`; `task` and `knobs` are the problem's, `model` is the label of the TaskLLM that answered last.
    """

    id: str
    path: Path
    title: str
    started: str = ""
    rounds: int = 0
    ending: str = "broken off"
    answer: str = ""
    verdicts: Verdicts | None = None
    seconds: float = 0.0
    size_bytes: int = 0
    note: str = ""
    forked_from: str = ""
    baseline: str = ""
    task: str = ""
    knobs: dict[str, Any] = {}
    model: str = ""


def sessions_folder(config: Config) -> Path:
    """Where sessions are kept by this configuration."""
    if config.sessions.dir:
        return Path(config.sessions.dir).expanduser()
    return Path(platformdirs.user_data_dir("codesteer")) / "sessions"


def new_session_id(problem: Problem, now: datetime) -> str:
    """A name that sorts by time and tells the problem: `20261120-231544-use-4-7-8-8-to-make-24-3f2a`."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in problem.title.lower()).split()
    slug = "-".join(words)[:32].strip("-") or "problem"
    return f"{now:%Y%m%d-%H%M%S}-{slug}-{secrets.token_hex(2)}"


def read_recording(path: Path) -> Recording:
    """Read a session file.

    Lines of types that this version does not know are skipped with a note; an unfinished last line, as a
    killed process leaves it, is left out with a note.

    Raises:
        SessionError: the file cannot be read, or is not a session file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SessionError(
            f"The session file {path} cannot be read: {error.strerror or error}.",
            "List the sessions with: codesteer sessions list",
        ) from error
    lines = data.split(b"\n")
    unfinished = lines.pop()
    events: list[Event] = []
    notes: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            event = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if not events:
                raise _not_a_session(path) from error
            notes.append(f"line {number} cannot be read and is skipped: {error}")
            continue
        if isinstance(event, Skipped):
            notes.append(f"line {number} is skipped: {event.reason}")
        else:
            events.append(event)
        if number == 1 and not (events and isinstance(events[0], ev.SessionStarted)):
            raise _not_a_session(path)
    if not events:
        raise _not_a_session(path)
    if unfinished:
        notes.append("the last line was cut off while it was written and is left out")
    return Recording(path, events, notes)


def _not_a_session(path: Path) -> SessionError:
    return SessionError(
        f"{path} is not a session file: it does not begin with the event session_started.",
        "Session files end in .jsonl; list yours with: codesteer sessions list",
    )


class Store:
    """The sessions in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def paths(self) -> list[Path]:
        """The session files, newest first."""
        return sorted(self.folder.glob(f"*{SUFFIX}"), key=lambda p: p.name, reverse=True)

    def list(self, most: int | None = None) -> list[Summary]:
        """Summaries, newest first, of the newest `most` if not of all.

        A file that cannot be read is listed with the reason as its note.
        """
        return [summarize(path) for path in self.paths()[:most]]

    def find(self, wanted: str) -> Path:
        """The file of a session: a path, an id, or the beginning of exactly one id. "last" is the newest.

        Raises:
            SessionError: nothing or more than one session fits.
        """
        path = Path(wanted).expanduser()
        if path.suffix == SUFFIX or path.is_file():
            return path
        paths = self.paths()
        if wanted == "last" and paths:
            return paths[0]
        fits = [p for p in paths if p.stem.startswith(wanted)]
        exact = [p for p in fits if p.stem == wanted]
        if len(exact or fits) == 1:
            return (exact or fits)[0]
        if fits:
            names = ", ".join(p.stem for p in fits[:5])
            raise SessionError(f"{wanted!r} fits {len(fits)} sessions: {names}.", "Give more of the id.")
        close = difflib.get_close_matches(wanted, [p.stem for p in paths], n=1, cutoff=0.5)
        hint = f"Did you mean {close[0]}? " if close else ""
        raise SessionError(
            f"There is no session {wanted!r} in {self.folder}.",
            f"{hint}List them with: codesteer sessions list",
        )

    def read(self, wanted: str) -> Recording:
        """Read a session by path, id or beginning of an id.

        Raises:
            SessionError: there is none, or it cannot be read.
        """
        return read_recording(self.find(wanted))

    def remove(self, wanted: str) -> Path:
        """Delete a session's file, and say which it was.

        Raises:
            SessionError: there is none, it is being recorded, or it cannot be deleted.
        """
        path = self.find(wanted)
        refuse_running(path)
        try:
            path.unlink()
        except OSError as error:
            raise SessionError(
                f"{path} cannot be deleted: {error.strerror or error}.",
                "Make its folder writable, or delete the file by hand.",
            ) from error
        return path


def refuse_running(path: Path) -> None:
    """Say no to deleting a session that is still being recorded.

    Raises:
        SessionError: it is.
    """
    if lock.is_held(path):
        raise SessionError(
            f"The session {path.stem} is being recorded.", "Stop that run first, then remove its session."
        )


def summarize(path: Path) -> Summary:
    """What the list of sessions shows of a file; one that is as it was is not read again."""
    running = lock.is_held(path)  # asked before the file is read: a run that ends in between is then complete
    try:
        return _summary(path, *_version(path), running)
    except SessionError as error:
        if running:
            return Summary(path.stem, path, path.stem, ending="running")
        return Summary(path.stem, path, path.stem, ending="unreadable", note=error.message)


def _version(path: Path) -> tuple[int, int]:
    """The size of a file in bytes and when it was written last; zeros where that cannot be told."""
    try:
        known = path.stat()
    except OSError:  # whoever reads it says why
        return 0, 0
    return known.st_size, known.st_mtime_ns


@lru_cache(maxsize=REMEMBERED)
def _summary(path: Path, size_bytes: int, written_ns: int, running: bool) -> Summary:
    """As `summarize`, for a file of this size that was written last at this time.

    Raises:
        SessionError: it cannot be read, or is not a session file.
    """
    recording = read_recording(path)
    transcript = facts_of(recording.events)
    ending = transcript.ending
    finished = ending if isinstance(ending, ev.Finished) else None
    unended = "running" if running else "broken off"
    problem, player = transcript.problem, transcript.roles.get("task_llm")
    return Summary(
        id=path.stem,
        path=path,
        title=problem.title if problem else path.stem,
        started=transcript.started,
        rounds=len(transcript.rounds),
        ending=type(ending).__name__.lower() if ending else unended,
        answer=finished.answer if finished else "",
        verdicts=finished.verdicts if finished else None,
        seconds=max(event.at for event in recording.events),
        size_bytes=size_bytes,
        note="" if running else "; ".join(recording.notes),
        forked_from=transcript.forked_from,
        baseline=transcript.baseline,
        task=problem.task if problem else "",
        knobs=problem.knobs if problem else {},
        model=player.label or player.model if player else "",
    )

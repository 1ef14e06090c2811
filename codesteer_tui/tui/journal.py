"""The app's own log: notices, what went wrong in a run, calls to providers; kept while the app runs, in no file.

Everything comes through Python's `logging`, so what a library says is there as well, and keys are taken out of every
line by `codesteer_tui.providers.keys.hiding`.
"""

from __future__ import annotations

import logging
import os
import re
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from codesteer_tui import events as ev
from codesteer_tui.text import plain
from codesteer_tui.tui.words import who
from codesteer_tui.values import NotRun

Level: TypeAlias = Literal["error", "warning", "info"]
Source: TypeAlias = Literal["app", "library", "llama.cpp"]

LEVELS: tuple[Level, ...] = ("error", "warning", "info")
MOST_ENTRIES = 4_000
MOST_BYTES = 256 * 1024
"""Of llama.cpp's log the end is read, this much."""

TALKATIVE = ("codesteer_tui", "httpx", "openai", "anthropic")
"""Loggers whose ordinary lines are kept as well; of all others only warnings and errors."""

APP = logging.getLogger("codesteer_tui.app")
RUN = logging.getLogger("codesteer_tui.run")

_SIGN = re.compile(r"(?i)^\s*(error|warn(?:ing)?)\b[:\s]|\b(failed|error)\b")


class Entry(NamedTuple):
    """One line or more: when, how bad, who says it, what."""

    at: datetime | None
    level: Level
    source: Source
    text: str

    @property
    def shown(self) -> str:
        """The entry as it is copied."""
        when = f"{self.at:%H:%M:%S} " if self.at else ""
        return f"{when}{self.level:<7} {self.source:<9} {self.text}"


class Journal(logging.Handler):
    """Keeps the newest entries. `total` is how many there were; it tells whether something is new."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self.total = 0
        self._before: dict[str, int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Take in a line of `logging`, from any thread."""
        text = record.getMessage()
        if record.exc_info:
            text += f"\n{record.exc_text or logging.Formatter().formatException(record.exc_info)}"
        own = record.name.startswith("codesteer_tui")
        source: Source = "app" if own else "library"
        text = text if own else f"{record.name}: {text}"
        when, level = datetime.fromtimestamp(record.created), level_of(record.levelno)
        entry = Entry(when, level, source, plain(text))
        if self.entries and level == "error" and self.entries[-1].text == entry.text:
            return  # what cannot be drawn cannot be drawn each time
        self.entries.append(entry)
        self.total += 1

    def open(self) -> None:
        """Take in what is logged from now on."""
        for name in TALKATIVE:
            logger = logging.getLogger(name)
            self._before[name] = logger.level
            if logger.getEffectiveLevel() > logging.INFO:
                logger.setLevel(logging.INFO)
        logging.getLogger().addHandler(self)

    def close(self) -> None:
        """Take in nothing more, and leave the loggers as they were."""
        logging.getLogger().removeHandler(self)
        for name, level in self._before.items():
            logging.getLogger(name).setLevel(level)
        self._before.clear()
        super().close()


def level_of(number: int) -> Level:
    """The level of a line of `logging`."""
    return "error" if number >= logging.ERROR else "warning" if number >= logging.WARNING else "info"


def note(event: ev.Event) -> None:
    """Log what in a run is worth finding again: who plays, what failed, how it ended."""
    if told := words_of(event):
        level, text = told
        RUN.log({"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO}[level], "%s", text)


def words_of(event: ev.Event) -> tuple[Level, str] | None:
    """How bad an event is and what it comes to, in a line; None for what is ordinary."""
    match event:
        case ev.SessionStarted() | ev.SessionResumed():
            players = ", ".join(f"{role} {who(info)}" for role, info in event.roles.items())
            began = "begun" if isinstance(event, ev.SessionStarted) else "gone on with"
            return (
                "info",
                f"session {began}: {players}; programs: {event.sandbox.label or event.sandbox.isolation}",
            )
        case ev.RoleChanged():
            return "info", f"R{event.round} {event.role}: {who(event.before)} -> {who(event.after)}"
        case ev.Retried():
            return "warning", f"{event.role}: retry {event.attempt} in {event.after_s:.0f} s: {event.reason}"
        case ev.Noted():
            return "warning", f"R{event.round} {event.role}: {event.text} {event.remedy}".strip()
        case ev.CallFailed():
            return "warning", f"R{event.round} {event.role}: {event.message} {event.remedy}".strip()
        case ev.ExecutionFinished(result=NotRun() as result):
            return "warning", f"R{event.round} a program was not run: {result.reason} {result.remedy}".strip()
        case ev.Failed():
            return "error", f"{event.message} {event.remedy}".strip()
        case ev.Cancelled():
            return "info", f"stopped by {event.by}"
        case ev.Finished():
            return "info", f"ended: {event.reason}"
    return None


def read_llama_log(path: Path) -> list[Entry]:
    """The end of llama.cpp's log; empty where there is none. Reads a file."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - MOST_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    lines = text.splitlines()[1:] if size > MOST_BYTES else text.splitlines()
    return [
        Entry(None, level_of_line(line), "llama.cpp", plain(line.rstrip())) for line in lines if line.strip()
    ]


def level_of_line(line: str) -> Level:
    """How bad a line of llama.cpp's is: by the word that it begins with, or one in it."""
    found = _SIGN.search(line)
    if not found:
        return "info"
    return "warning" if (found[1] or "").lower().startswith("warn") else "error"


def state_of(path: Path) -> tuple[int, int]:
    """Size and time of a file, to see whether it changed; zeros where there is none."""
    try:
        said = path.stat()
    except OSError:
        return 0, 0
    return said.st_size, said.st_mtime_ns


def filtered(entries: Iterable[Entry], least: Level, source: Source | None) -> Sequence[Entry]:
    """The entries that are at least this bad, of one source or of all."""
    worth = LEVELS[: LEVELS.index(least) + 1]
    return [one for one in entries if one.level in worth and source in (None, one.source)]

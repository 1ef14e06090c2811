"""The recorder: a filter that writes every event to a JSON Lines file before passing it on.

One event is one line, handed to the operating system at once, so that a killed process loses nothing but the
line it was writing. If the file cannot be written, the run fails loudly.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from pathlib import Path

import msgspec

from codesteer_tui import events as ev
from codesteer_tui.errors import SessionError
from codesteer_tui.events import Ending, Event, encode
from codesteer_tui.providers.keys.hiding import hide_keys
from codesteer_tui.sessions import lock

REPORT = "This is a mistake in codesteer-tui. Please report it with the session file."


_CHUNK = 64 << 10


class SessionFile:
    """An append-only session file. Only its owner may read it, and it is locked while it is open."""

    def __init__(self, path: Path, *, append: bool = False) -> None:
        """Open `path` for a new session, or to go on with it.

        Raises:
            SessionError: the file exists already (or does not, with `append`), cannot be written, or is being
                recorded by another run.
        """
        self.path = path
        self._fd: int | None = None
        flags = os.O_WRONLY | os.O_APPEND | (0 if append else os.O_CREAT | os.O_EXCL)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, flags, 0o600)
            if not lock.take(self._fd):
                self.close()
                raise SessionError(
                    f"The session {path.stem} is being recorded by another run.", "Stop that run first."
                )
            if append:
                _cut_partial_line(path)
        except OSError as error:
            self.close()
            raise self._failure(error) from error

    def write(self, event: Event) -> None:
        """Append one event.

        Raises:
            SessionError: the event could not be written whole.
        """
        self._put(encode(event) + b"\n")

    def _put(self, data: bytes) -> None:
        if self._fd is None:
            raise SessionError(
                f"The session file {self.path} is closed already.",
                "This is a bug in codesteer; please report it.",
            )
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError as error:
            raise self._failure(error) from error

    def take_over(self, events: Iterable[Event]) -> None:
        """Append what another session's record begins with.

        Raises:
            SessionError: it could not be written whole.
        """
        self._put(b"".join(encode(event) + b"\n" for event in events))

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _failure(self, error: OSError) -> SessionError:
        return SessionError(
            f"The session file {self.path} cannot be written: {error.strerror or error}.",
            "Make room or choose another folder with [sessions] dir.",
        )


async def record(
    events: AsyncGenerator[Event, None],
    file: SessionFile | None,
    clock: Callable[[], float],
    last: Callable[[Ending], Iterable[Event]] | None = None,
) -> AsyncGenerator[Event, None]:
    """Pass every event on, written to `file` first.

    When the consumer stops before the run has ended, `Cancelled` is written in the run's place; when the run
    breaks on a bug, `Failed` is, and the bug goes on its way. `last` says what is written with either: the calls that
    the run was in the middle of, and the ending with its time.
    """
    ended = False

    def end(ending: Ending) -> None:
        if ended:
            return
        for event in last(ending) if last else (msgspec.structs.replace(ending, at=clock()),):
            if file:
                file.write(event)

    try:
        async with aclosing(events):
            async for event in events:
                if file:
                    file.write(event)
                ended = isinstance(event, Ending)
                yield event
    except (GeneratorExit, asyncio.CancelledError):
        end(ev.Cancelled())
        raise
    except SessionError:
        raise
    except Exception as bug:
        message = hide_keys(f"{type(bug).__name__}: {bug}")
        end(ev.Failed(kind="bug", message=message, remedy=REPORT))
        raise


def _cut_partial_line(path: Path) -> None:
    """Drop an unfinished last line, as a killed process leaves it, so that the next one starts whole."""
    if not path.is_file():
        return
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - _CHUNK)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            end = start
        file.truncate(0)

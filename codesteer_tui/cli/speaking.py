"""What goes to the terminal: people's words to standard error, results to standard output.

Text of a model or a program never moves the cursor: control characters are taken out of whatever is printed
for people. JSON escapes them by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from codesteer_tui.text import plain

STOPPED = 130
"""The exit code of who was stopped by Ctrl+C, or by a no."""


class ReaderGone(Exception):
    """Nobody reads standard output any more. Not a `BrokenPipeError`, which click would turn into exit code 1."""


class OutputFailed(Exception):
    """Standard output cannot be written to: a full disk, say."""


@contextmanager
def to_reader() -> Iterator[None]:
    """Around whatever writes to standard output."""
    try:
        yield
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as error:
        raise OutputFailed(error.strerror or str(error)) from error


def say(text: str) -> None:
    """One or more lines for the person, on standard error."""
    print(plain(text), file=sys.stderr, flush=True)


def agreed(question: str) -> bool:
    """Ask at the terminal, where no is the answer of who only presses Enter.

    Raises:
        click.Abort: it was not answered: Ctrl+C.
    """
    import click

    try:
        return click.confirm(question, err=True)
    except click.Abort:
        print(file=sys.stderr)
        raise


def put(text: str) -> None:
    """One or more lines of result, on standard output."""
    with to_reader():
        print(plain(text))


def put_json(value: Any) -> None:
    """One JSON object on standard output, indented where a person is looking."""
    import msgspec

    line = msgspec.json.encode(value)
    if sys.stdout.isatty():
        line = msgspec.json.format(line, indent=2)
    put_line(line)


def put_line(line: bytes) -> None:
    """One line of bytes on standard output, at once, so that a reader sees it as it happens."""
    with to_reader():
        sys.stdout.flush()
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()

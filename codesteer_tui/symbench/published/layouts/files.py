"""Reading the published files: bounded, and every failure a `ProblemError` that names the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from codesteer_tui.errors import ProblemError

T = TypeVar("T")

MOST_BYTES = 64 << 20
"""Longest file that is read; the longest published one has 2 MiB."""

REMEDY = "Take the file from the published repository again, or remove it."

_DIGITS = re.compile(r"([0-9]+)")


def broken(file: Path, what: str) -> ProblemError:
    """Say what is wrong with a file."""
    return ProblemError(f"{file}: {what}.", REMEDY)


def unreadable(file: Path, error: OSError) -> ProblemError:
    """Say why the system does not let a file or folder be read."""
    return broken(file, f"it cannot be read: {error.strerror or error}")


def text_of(file: Path) -> str:
    """Read a text file; line ends become line feeds.

    Raises:
        ProblemError: it cannot be read, is too long, or is not UTF-8 text.
    """
    try:
        if not file.is_file():
            raise broken(file, "there is no such file" if not file.exists() else "this is no file")
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise broken(file, f"it is longer than {MOST_BYTES >> 20} MiB")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise unreadable(file, error) from error
    except UnicodeDecodeError as error:
        raise broken(file, f"it is not UTF-8 text (byte {error.start})") from error


def json_of(file: Path, kind: type[T]) -> T:
    """Read a JSON file as `kind`.

    Raises:
        ProblemError: it cannot be read, is no JSON, or does not have that form.
    """
    return json_from(text_of(file), file, kind)


def json_from(text: str, file: Path, kind: type[T], where: str = "") -> T:
    """Read JSON text that stands in `file`; `where` is named in the error, for example "line 3".

    Raises:
        ProblemError: it is no JSON, or does not have that form.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
        raise broken(
            file, f"{where}{': ' if where else ''}it does not hold what it should: {error}"
        ) from error


def field(values: dict[str, Any], name: str, file: Path) -> Any:
    """Get a field that has to be there.

    Raises:
        ProblemError: it is not.
    """
    if name not in values:
        raise broken(file, f'the field "{name}" is missing')
    return values[name]


def within(folder: Path, pattern: str) -> Iterator[tuple[Path, re.Match[str]]]:
    """Go through what stands in a folder and fully matches a pattern, with numbers in their natural order.

    Raises:
        ProblemError: the folder cannot be listed.
    """
    try:
        found = sorted(folder.iterdir(), key=lambda path: natural(path.name))
    except OSError as error:
        raise unreadable(folder, error) from error
    for path in found:
        if match := re.fullmatch(pattern, path.name):
            yield path, match


def natural(name: str) -> list[tuple[int, str]]:
    """Give a key that sorts "sample_10" after "sample_9"."""
    return [
        (int(part[:18]), "") if part.isdecimal() and part.isascii() else (-1, part)
        for part in _DIGITS.split(name)
    ]

"""Reading what a person names on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

MOST_BYTES = 8 << 20
"""Longest file that is read; longer than any sandbox takes, so that the refusal can name the size."""


def read_file(name: str) -> bytes:
    """What is in a file; "-" is standard input.

    Raises:
        click.UsageError: it cannot be read, or is too long.
    """
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}. Check the path.") from None
    if len(data) > MOST_BYTES:
        raise click.UsageError(f"{_shown(name)} is longer than {MOST_BYTES >> 20} MiB. Name a smaller file.")
    return data


def read_text(name: str) -> str:
    """The text in a file; "-" is standard input.

    Raises:
        click.UsageError: it cannot be read, is too long, or is not UTF-8 text.
    """
    try:
        return read_file(name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(
            f"{_shown(name)} is not UTF-8 text (byte {error.start}). Name a text file."
        ) from None


def _shown(name: str) -> str:
    return "Standard input" if name == "-" else name

"""Reading what a person names on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

PROGRAM_BYTES = 8 << 20
"""Longest program file that is read; longer than any sandbox takes, so that the refusal can name the size."""


def read_program(name: str) -> str:
    """The text of a program; "-" is standard input.

    Raises:
        click.UsageError: it cannot be read, is too long, or is not UTF-8 text.
    """
    path = Path(name)
    shown = "standard input" if name == "-" else name
    try:
        if name == "-":
            data = sys.stdin.buffer.read(PROGRAM_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(PROGRAM_BYTES + 1)
        if len(data) > PROGRAM_BYTES:
            raise click.UsageError(f"{shown} is longer than {PROGRAM_BYTES >> 20} MiB. Name a program.")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise click.UsageError(f"{shown} cannot be read: {error.strerror}. Check the path.") from None
    except UnicodeDecodeError as error:
        raise click.UsageError(
            f"{shown} is not UTF-8 text (byte {error.start}). Name a Python source file."
        ) from None

"""Writing a text in the person's own editor, while the screen is put away and runs go on."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from textual.app import App, SuspendNotSupported

from codesteer_tui.text import storable
from codesteer_tui.tui.words import cut

USUAL = ("nano", "vim", "vi", "micro", "emacs")
"""Tried in this order where the environment names no editor."""


class Edited(NamedTuple):
    """What came back from the editor; `wrong` says why nothing did, empty where all went well."""

    text: str
    wrong: str = ""


def command(environment: Mapping[str, str], file: str) -> list[str]:
    """The command that edits a file: of $VISUAL, else $EDITOR, else an editor that is there; empty where none is."""
    for name in ("VISUAL", "EDITOR"):
        if words := shlex.split(environment.get(name, ""), posix=sys.platform != "win32"):
            return [*words, file]
    if sys.platform == "win32":
        return ["notepad", file]
    found = next(filter(None, map(shutil.which, USUAL)), None)
    return [found, file] if found else []


async def edit(app: App[object], text: str, *, name: str = "problem.md") -> Edited:
    """Have a text edited in a file of this name. The file is private, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="codesteer-") as folder:
        file = Path(folder) / name
        file.write_text(storable(text), encoding="utf-8", newline="")
        try:
            wanted = command(os.environ, str(file))
        except ValueError as error:
            return Edited(text, f"$VISUAL or $EDITOR cannot be read: {error}")
        if not wanted:
            return Edited(text, "No editor was found. Set $EDITOR to yours.")
        try:
            code = await _run(app, wanted)
        except SuspendNotSupported:
            return Edited(text, "This terminal cannot be lent to an editor.")
        except OSError as error:
            return Edited(
                text, f"{cut(wanted[0], 40)} cannot be started: {error.strerror or error}. Set $EDITOR."
            )
        if code:
            return Edited(
                text, f"{cut(Path(wanted[0]).name, 40)} ended with code {code}; the text is as it was."
            )
        try:
            return Edited(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            return Edited(text, f"What was written cannot be read: {error}")


async def _run(app: App[object], wanted: list[str]) -> int:
    """Lend the terminal to a program until it ends; gives its exit code. Nothing is painted meanwhile.

    Raises:
        OSError: it cannot be started.
        SuspendNotSupported: the terminal cannot be lent.
    """
    failed: OSError | None = None
    code = 0
    with app.batch_update(), app.suspend():  # which takes the terminal back only if nothing is raised in it
        before = signal.getsignal(signal.SIGINT)
        signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl+C is the editor's
        try:
            code = await (await asyncio.create_subprocess_exec(*wanted)).wait()
        except OSError as error:
            failed = error
        finally:
            signal.signal(signal.SIGINT, before)
    if failed is not None:
        raise failed
    return code

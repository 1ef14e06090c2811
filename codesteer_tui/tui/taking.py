"""Taking things out of a session: to the clipboard or into a file, what a person names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from codesteer_tui.errors import CodesteerError
from codesteer_tui.sessions.export import as_text
from codesteer_tui.sessions.markdown import session_markdown
from codesteer_tui.sessions.page import session_page
from codesteer_tui.text import plain
from codesteer_tui.tui import copying
from codesteer_tui.tui.things import THINGS
from codesteer_tui.tui.words import cut

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp
    from codesteer_tui.tui.screens.desk_screen import DeskScreen


FORMS: dict[str, str] = {
    ".md": "Markdown",
    ".html": "a web page",
    ".txt": "text",
    ".jsonl": "the record itself, JSON Lines",
}
"""What a session is exported as, by the ending of the file's name."""


def copy_thing(screen: DeskScreen, name: str) -> str:
    """Copy something of the shown round; gives what is wrong, empty where nothing is."""
    app: CodesteerApp = screen.app  # type: ignore[assignment]
    thing = THINGS.get(name)
    if thing is None:
        return f"There is no {cut(plain(name), 24)!r} to copy. There are: {', '.join(THINGS)}."
    this = screen.desk.pane.this if screen.desk else None
    text = thing.take(screen.desk.transcript, this) if screen.desk and this else ""
    if not text:
        return f"There is no {name} to copy yet."
    app.copy(text, name)
    return ""


async def export(screen: DeskScreen, name: str = "") -> str:
    """Write the session into a new file, as the ending of its name says; gives what is wrong, if anything."""
    recording = None
    try:
        recording = await screen.record()
    except CodesteerError as error:
        return f"{error.message} {error.remedy}".strip()
    if screen.desk is None or screen.desk.transcript.problem is None:
        return "There is no session to export yet."
    transcript = screen.desk.transcript
    path = _path(name or f"codesteer-{transcript.session or 'session'}.md")
    if path.suffix not in FORMS:
        known = ", ".join(f"{ending} ({what})" for ending, what in FORMS.items())
        return f"{cut(plain(path.name), 40)!r} ends in none of: {known}."
    drawn = {".md": session_markdown, ".html": session_page}.get(path.suffix)
    if drawn is None and recording is None:
        return (
            "The session has no record; only Markdown (.md) and a page (.html) can be made of what is shown."
        )
    whole = recording.transcript if recording else transcript
    text = ""
    if drawn is not None:
        text = await asyncio.to_thread(drawn, whole)
    elif recording is not None:
        make = partial(as_text, recording.events) if path.suffix == ".txt" else recording.path.read_text
        text = await asyncio.to_thread(make)
    copied = copying.to_file(text, path, new=True)
    if not copied.ok:
        return copied.words
    screen.notify(f"Written {copied.words}", title="Exported the session", markup=False)
    return ""


def _path(name: str) -> Path:
    return Path(name).expanduser().absolute()


def commands(screen: DeskScreen) -> Iterator[SystemCommand]:
    """The commands of the palette: one for each thing to copy and each form to export."""
    for name, thing in THINGS.items():
        yield SystemCommand(f"Copy the {name}", thing.about, partial(_copy, screen, name))
    for ending, what in FORMS.items():
        yield SystemCommand(f"Export the session ({ending})", what, partial(screen.begin_export, ending))


def _copy(screen: DeskScreen, name: str) -> None:
    if wrong := copy_thing(screen, name):
        screen.notify(wrong, markup=False)

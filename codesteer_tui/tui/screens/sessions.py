"""The list of recorded sessions: open one at its end, play it, delete it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.config import Config
from codesteer_tui.errors import CodesteerError
from codesteer_tui.sessions.store import Recording, Store, Summary, sessions_folder, summarize
from codesteer_tui.steering.baselines import BASELINES
from codesteer_tui.text import plain
from codesteer_tui.tui import background
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import bindings, pressed
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.status import KeyLine
from codesteer_tui.tui.words import OUTCOMES, cut, duration

WIDE = 110
"""Columns from which on the list shows how long a session took."""

NARROW = 84
"""With fewer columns the list leaves out the year, and how many rounds a session had."""

A_WHILE_S = 0.1
"""Seconds for which sessions are read before those that came are listed."""

WHEN_WIDTH = 18
"""Columns for when a session began; without the year five fewer."""

VERDICTS_WIDTH = len("sym+ self+ truth+ ")


class SessionList(OptionList):
    """The sessions; letters act on the highlighted one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("sessions")

    def action_open(self) -> None:
        self.action_select()

    async def action_watch(self) -> None:
        await self.screen.run_action("open_highlighted(True)")

    async def action_delete(self) -> None:
        await self.screen.run_action("delete_highlighted")

    async def action_mark(self) -> None:
        await self.screen.run_action("mark_highlighted")

    async def action_compare(self) -> None:
        await self.screen.run_action("compare_marked")

    async def action_resume(self) -> None:
        await self.screen.run_action("resume_highlighted")


class SessionsScreen(Screen[None]):
    """Recorded sessions, newest first."""

    class Chosen(Message):
        """A session was chosen: to be shown at its end, or played from its start."""

        def __init__(self, recording: Recording, *, play: bool) -> None:
            super().__init__()
            self.recording, self.play = recording, play

    class Compared(Message):
        """Sessions shall be shown side by side, the one that was marked first on the left."""

        def __init__(self, paths: Sequence[Path]) -> None:
            super().__init__()
            self.paths = list(paths)

    class Resumed(Message):
        """A session shall go on where it was stopped or broke off."""

        def __init__(self, recording: Recording) -> None:
            super().__init__()
            self.recording = recording

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "back", "Back")]

    def __init__(self, config: Config, marked: Sequence[Path] = ()) -> None:
        super().__init__()
        self.marked = list(marked)
        """Those to compare, in the order in which they were marked."""
        self.store = Store(sessions_folder(config))
        self.summaries: list[Summary] = []
        self.unread = 0
        """How many are still to be read before the list is whole."""

    def compose(self) -> ComposeResult:
        yield SessionList(id="sessions-list")
        yield Static(markup=False, id="sessions-empty")
        yield KeyLine(markup=False)

    async def on_mount(self) -> None:
        listed = self.query_one(SessionList)
        listed.border_subtitle = plain(str(self.store.folder)).replace("[", "(")
        listed.focus()
        self.query_one(KeyLine).draw(["sessions", "anywhere"])
        background.begin(self, self._fill, group="fill")

    async def _fill(self) -> None:
        """List the sessions as they are read, the newest first."""
        paths = await asyncio.to_thread(self.store.paths)
        left = iter(paths)
        while found := await asyncio.to_thread(_next_ones, left):
            if not is_there(self):
                return
            listed = self.query_one(SessionList)
            listed.add_options([Option(self._row(summary)) for summary in found])
            self.summaries += found
            self.unread = len(paths) - len(self.summaries)
            if listed.highlighted is None:
                listed.highlighted = 0
            self._draw_title()
        if is_there(self):
            self.unread = 0
            self._draw_title()
            self._draw_empty()

    def _draw_empty(self) -> None:
        listed, empty = self.query_one(SessionList), self.query_one("#sessions-empty", Static)
        listed.display, empty.display = bool(self.summaries), not self.summaries
        empty.update(Content(f"No sessions yet. They are kept in {self.store.folder}.\nEsc goes back."))

    def _row(self, summary: Summary) -> Content:
        width = self.app.size.width - 6
        mark = "* " if summary.path in self.marked else "  " if self.marked else ""
        note = summary.note.replace(f"{self.store.folder}{os.sep}", "")  # the frame says which folder it is
        known = msgspec.structs.replace(summary, note=note)
        return Content.assemble((mark, "bold $text-accent"), *row(known, width - len(mark)))

    def _redraw(self) -> None:
        listed = self.query_one(SessionList)
        self._draw_title()
        for place, summary in enumerate(self.summaries):
            listed.replace_option_prompt_at_index(place, self._row(summary))

    def on_resize(self) -> None:
        self._redraw()

    @property
    def highlighted(self) -> Summary | None:
        """The session that keys act on."""
        at = self.query_one(SessionList).highlighted
        return self.summaries[at] if at is not None and at < len(self.summaries) else None

    @on(OptionList.OptionSelected)
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        await self.action_open_highlighted(False)

    async def action_open_highlighted(self, play: bool) -> None:
        """Open the highlighted session."""
        if (summary := self.highlighted) and (recording := await self._read(summary)):
            self.post_message(self.Chosen(recording, play=play))

    async def _read(self, summary: Summary) -> Recording | None:
        try:
            return await asyncio.to_thread(self.store.read, str(summary.path))
        except CodesteerError as error:
            self._tell(error)
            return None

    def action_mark_highlighted(self) -> None:
        """Mark the highlighted session for a comparison, or take the mark off."""
        if summary := self.highlighted:
            known = summary.path in self.marked
            (self.marked.remove if known else self.marked.append)(summary.path)
            self._redraw()

    def action_compare_marked(self) -> None:
        """Compare the marked sessions and the highlighted one; the first that is chosen so is only marked."""
        summary = self.highlighted
        if summary is None:
            return
        chosen = [*self.marked, *([summary.path] if summary.path not in self.marked else [])]
        if len(chosen) > 1:
            self.marked = []
            self._redraw()
            self.post_message(self.Compared(chosen))
            return
        self.marked = chosen
        self._redraw()

    def _draw_title(self) -> None:
        one = len(self.marked) == 1
        compares = f"{pressed(self.app, 'compare_marked')} compares"
        marked = f", {len(self.marked)} marked: {f'go to the other one, and {compares}' if one else compares}"
        unread = f", {self.unread:,} more to read ..." if self.unread else ""
        self.query_one(SessionList).border_title = f"Sessions{marked if self.marked else ''}{unread}"

    async def action_resume_highlighted(self) -> None:
        """Go on with the highlighted session."""
        if (summary := self.highlighted) and (recording := await self._read(summary)):
            self.post_message(self.Resumed(recording))

    def action_delete_highlighted(self) -> None:
        """Ask, then delete the highlighted session."""
        summary = self.highlighted
        if summary is None:
            return
        with importing:
            from codesteer_tui.tui.screens.confirm import ConfirmScreen

        async def take(yes: int | None) -> None:
            if not yes:
                return
            try:
                await asyncio.to_thread(self.store.remove, summary.id)
            except CodesteerError as error:
                self._tell(error)
            if not summary.path.exists():
                self._take_out(summary)

        question = f"Delete this session? {summary.title}"
        self.app.push_screen(
            ConfirmScreen(question, str(summary.path), no="No, keep it", yes="Yes, delete it"), take
        )

    def _take_out(self, summary: Summary) -> None:
        """It is gone: no row, and no mark for a comparison."""
        at, listed = self.summaries.index(summary), self.query_one(SessionList)
        self.summaries.pop(at)
        self.marked = [path for path in self.marked if path != summary.path]
        listed.remove_option_at_index(at)
        listed.highlighted = min(at, len(self.summaries) - 1) if self.summaries else None
        self._redraw()
        self._draw_empty()

    def _tell(self, error: CodesteerError) -> None:
        message = error.message.replace(f"{self.store.folder}{os.sep}", "")
        self.notify(f"{message}\n{error.remedy}", severity="error", timeout=12, markup=False)

    def action_back(self) -> None:
        self.app.pop_screen()


def _next_ones(paths: Iterator[Path]) -> list[Summary]:
    """Summaries of the next files: as many as a person does not wait for, one at least while there are any."""
    begun, found = time.monotonic(), []
    for path in paths:
        found.append(summarize(path))
        if time.monotonic() - begun >= A_WHILE_S:
            break
    return found


def row(summary: Summary, width: int) -> list[Part]:
    """When, title, ending, rounds, seconds and verdicts in columns; a note where the file cannot be read."""
    begin, when_width = (0, WHEN_WIDTH) if width >= NARROW else (5, WHEN_WIDTH - 5)
    when = f"{plain(summary.started)[begin:16].replace('T', ' ') or '?':<{when_width}}"
    if summary.note:
        return [
            (when, "dim"),
            (f"{plain(summary.title)}  ", "bold"),
            (cut(plain(summary.note), 200), "dim"),
        ]
    rounds = f"{summary.rounds} round{'s' if summary.rounds != 1 else ''}" if width >= NARROW else ""
    seconds = f"{duration(summary.seconds):>11}" if width >= WIDE else ""
    end = f"  {plain(summary.ending):<10}  {f'{rounds:<9}' if rounds else ''}{seconds}  "
    room = max(10, width - when_width - len(end) - VERDICTS_WIDTH)
    title = cut(plain(summary.title), room)
    if kind := kind_of(summary):
        left = room - len(kind) - 2
        title = f"{cut(plain(summary.title), left)}  {kind}" if left > 3 else cut(kind, room)
    return [(when, "dim"), (f"{title:<{room}}", "bold"), (end, "dim"), *_verdicts(summary)]


def kind_of(summary: Summary) -> str:
    """What kind of session it is, where it is not a steered run of its own."""
    about = next((about for name, about in BASELINES.items() if name == summary.baseline), None)
    return about.name if about else "fork" if summary.forked_from else ""


def _verdicts(summary: Summary) -> list[Part]:
    if summary.verdicts is None:
        return []
    given = summary.verdicts
    rows = (("sym", given.symbolic), ("self", given.self_check), ("truth", given.ground_truth))
    return [(f"{name}{OUTCOMES[outcome].sign} ", OUTCOMES[outcome].style) for name, outcome in rows]

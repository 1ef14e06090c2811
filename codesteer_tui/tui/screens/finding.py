"""Finding words in the panes: typed at the bottom, while the panes above go from match to match."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from codesteer_tui.tui.keys import table
from codesteer_tui.tui.screens.dialog import hint_line
from codesteer_tui.tui.widgets.desk import Desk
from codesteer_tui.tui.widgets.findbar import FindBar


class FindScreen(ModalScreen[bool]):
    """One line over the desk; its result says whether the matches are kept marked."""

    def __init__(self, desk: Desk, text: str = "") -> None:
        super().__init__()
        self._desk, self._text = desk, text
        self._bar = FindBar(text)
        self._before: Widget | None = desk.screen.focused
        self._round, self._pane = desk.number, desk.pane_number

    def compose(self) -> ComposeResult:
        with Vertical(id="finding"):
            yield self._bar
            yield Static(classes="dialog-hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(".dialog-hint", Static).update(
            hint_line(("find",), self.app.size.width - 2, table(self.app))
        )
        self._say()

    def on_key(self, event: Key) -> None:
        """A key that comes before the field has the focus."""
        if event.is_printable and event.character:
            event.stop()
            self._bar.take(event.character)

    def _say(self) -> None:
        seeking = self._desk.seeking
        where = ""
        if match := seeking.current:
            where = f"   R{match.round} {self._desk.panes[match.pane - 1].part.name}"
        self.query_one(FindBar).say(f" {seeking.words}{where} ")

    @on(FindBar.Changed)
    async def _changed(self, event: FindBar.Changed) -> None:
        await self._desk.seeking.seek(event.text)
        self._say()

    @on(FindBar.Moved)
    async def _moved(self, event: FindBar.Moved) -> None:
        await self._desk.seeking.go_on(event.by)
        self._say()

    @on(FindBar.Left)
    async def _left(self, event: FindBar.Left) -> None:
        seeking = self._desk.seeking
        if event.keep and seeking.matches:
            self._desk.screen.set_focus(self._desk.pane)
        else:
            await seeking.forget()
            if self._round is not None:
                await self._desk.choose(self._round)
            self._desk.choose_pane(self._pane, focus=False, unfold=False)
            self._desk.screen.set_focus(self._before)
        self.dismiss(event.keep)

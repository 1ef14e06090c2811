"""Where the words to find are typed: they are marked while typing, Up and Down go from match to match."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from codesteer_tui.tui.keys import bindings


class FindBar(Horizontal):
    """One line: what is sought, and how often it is there."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("find")

    class Changed(Message):
        """Other words are sought."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Moved(Message):
        """The next match is wanted (1), or the one before (-1)."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Left(Message):
        """The person is done with typing; `keep`: the matches stay marked."""

        def __init__(self, *, keep: bool) -> None:
            super().__init__()
            self.keep = keep

    def __init__(self, text: str = "") -> None:
        super().__init__(classes="findbar")
        self._text = text
        self._early = ""

    def compose(self) -> ComposeResult:
        yield Static("find ", classes="find-word", markup=False)
        yield Input(self._text, placeholder="what is sought", compact=True, select_on_focus=True)
        yield Static("", classes="find-count", markup=False)

    def on_mount(self) -> None:
        typed = self.query_one(Input)
        self.screen.set_focus(typed)
        if self._early:
            typed.value = self._early

    def take(self, text: str) -> None:
        """What was typed before the field had the focus is for the field all the same."""
        if fields := self.query(Input):
            fields.first().insert_text_at_cursor(text)
        else:
            self._early += text

    def say(self, words: str) -> None:
        """How often it is there, or where one is."""
        self.query_one(".find-count", Static).update(words)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._text:
            self._text = event.value
            self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(keep=True))

    def action_move(self, by: int) -> None:
        self.post_message(self.Moved(by))

    def action_leave(self) -> None:
        self.post_message(self.Left(keep=False))

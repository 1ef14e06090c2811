"""A dialog to write in: guidance, a hint, a reason, or an edited copy of a program."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from codesteer_tui.text import plain
from codesteer_tui.tui.in_order import act_in_order
from codesteer_tui.tui.keys import bindings, table
from codesteer_tui.tui.screens.dialog import hint_line


class Written(NamedTuple):
    """What was written, and with which of the ways it goes out; not `sent` where the dialog was left with Esc."""

    text: str
    way: int = 0
    sent: bool = True


class Field(TextArea):
    """Where it is written. In words Enter sends, as in the prompt; in a program Enter starts a new line."""

    class Done(Message):
        """What is written shall go out."""

    class Turned(Message):
        """Tab was pressed: another way to go out."""

    def __init__(self, text: str, *, code: bool, blink: bool) -> None:
        super().__init__(
            text,
            id="field",
            soft_wrap=not code,
            show_line_numbers=code,
            tab_behavior="indent",
            highlight_cursor_line=False,
        )
        self.cursor_blink = blink
        self._code = code

    async def _on_key(self, event: events.Key) -> None:
        match event.key:
            case "escape":
                event.prevent_default()  # it is the dialog's
            case "ctrl+g":
                self._stop(event)
                self.post_message(self.Done())
            case "enter" if not self._code:
                self._stop(event)
                self.post_message(self.Done())
            case "ctrl+j" | "shift+enter":
                self._stop(event)
                self.insert("\n")
            case "tab" if not self._code:
                self._stop(event)
                self.post_message(self.Turned())
            case _:
                await act_in_order(self, event)

    def _stop(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()


class WritingScreen(ModalScreen[Written]):
    """Asks for a text. `ways` are how it can go out, the first is the usual one; Tab goes from one to the next."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("writing")

    def __init__(
        self,
        title: str,
        about: str,
        text: str = "",
        *,
        ways: tuple[str, ...] = (),
        code: bool = False,
        blink: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._about, self._ways, self._code = title, about, ways, code
        self._way = 0
        self._field = Field(plain(text), code=code, blink=blink)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -code" if self._code else "dialog -words") as dialog:
            dialog.border_title = Content(plain(self._title))
            yield Static(Content(plain(self._about)), markup=False, classes="question")
            yield self._field
            yield Static(id="ways", markup=False)
            yield Static(id="writing-hint", markup=False, classes="dialog-hint")

    def on_mount(self) -> None:
        self.set_focus(self._field)
        if not self._code:
            self._field.move_cursor(self._field.document.end)
        self._draw_ways()

    def on_resize(self) -> None:
        places = ["editing"] if self._code else ["writing", "turning"] if self._ways else ["writing"]
        self.query_one("#writing-hint", Static).update(
            hint_line(places, self.app.size.width - 8, table(self.app))
        )

    def _forward_event(self, event: events.Event) -> None:
        """A key that is typed before the dialog stands is written as well."""
        early = isinstance(event, events.Key | events.Paste) and self.focused is None
        if early and not event.is_forwarded:
            self._field._forward_event(event)
        else:
            super()._forward_event(event)

    def _draw_ways(self) -> None:
        shown = self.query_one("#ways", Static)
        shown.display = bool(self._ways)
        lines = [
            (f"{'(o)' if place == self._way else '( )'} {words}", "bold" if place == self._way else "dim")
            for place, words in enumerate(self._ways)
        ]
        parts = [part for line in lines for part in (line, "\n")]
        shown.update(Content.assemble(*parts[:-1]))

    def on_field_turned(self) -> None:
        if self._ways:
            self._way = (self._way + 1) % len(self._ways)
            self._draw_ways()

    def on_field_done(self) -> None:
        self.dismiss(Written(self._field.text, self._way))

    def action_leave(self) -> None:
        self.dismiss(Written(self._field.text, self._way, sent=False))

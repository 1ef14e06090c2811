"""Entering the key of a provider. The key is on no screen, in no message and in no log; it goes into a store."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers.keys.sources import Where, can_store_in_keyring, key_file, store_key
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.text import plain
from codesteer_tui.tui.in_order import act_in_order
from codesteer_tui.tui.keys import openers


class KeyInput(Input):
    """A masked field that never tells what is in it: not in messages, which are logged, nor by copying."""

    class Entered(Message):
        """Enter was pressed."""

    def __init__(self) -> None:
        super().__init__(password=True, id="key", placeholder="paste or type the key")

    def post_message(self, message: Message) -> bool:
        """Messages of the field carry its text, and are left out."""
        if isinstance(message, Input.Changed | Input.Submitted | Input.Blurred):
            return False
        return super().post_message(message)

    async def _on_key(self, event: events.Key) -> None:
        if not event.is_printable:
            await act_in_order(self, event)

    async def action_submit(self) -> None:
        self.post_message(self.Entered())

    def action_copy(self) -> None:
        """Nothing is copied."""

    def action_cut(self) -> None:
        """What is selected goes, and is not kept for pasting."""
        self.delete_selection()

    def take(self) -> str:
        """What was entered; the field is empty afterwards."""
        key, self.value = self.value, ""
        return key

    async def _on_paste(self, event: events.Paste) -> None:  # type: ignore[override]
        # A key that was copied with a line end or blanks around it is that key.
        lines = [line.strip() for line in event.text.splitlines() if line.strip()]
        if lines:
            self.replace(lines[0], *self.selection)
        event.stop()
        event.prevent_default()


class KeyScreen(ModalScreen[str]):
    """Asks for a key and stores it; gives what `providers.NAME.key` must say then, or nothing if it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        *openers("help"),
    ]

    def __init__(self, name: str, host: str, *, page: str = "", why: str = "") -> None:
        super().__init__()
        self.provider, self.host, self.page, self.why = name, host, page, why
        self._places: list[Where] = []
        self._field = KeyInput()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -small") as dialog:
            dialog.border_title = f"Key of {plain(self.provider)}".replace("[", "(")
            yield Static(Content(f"The key of {plain(self.provider)}"), markup=False, classes="question")
            yield Static(Content(self._about()), markup=False, classes="detail")
            yield self._field
            yield OptionList(id="places")
            yield Static(markup=False, id="said")
            yield Static(
                "Enter goes on   Tab where to keep it   Esc leaves it", classes="dialog-hint", markup=False
            )

    def _forward_event(self, event: events.Event) -> None:
        """A key that is pasted before the dialog stands is entered here as well."""
        early = isinstance(event, events.Key | events.Paste) and self.focused is None
        if early and not event.is_forwarded:
            self._field._forward_event(event)
        else:
            super()._forward_event(event)

    def _about(self) -> str:
        lines = [
            plain(self.why),
            f"It is sent to {plain(self.host)} and to no other host.",
            f"Keys are made at {self.page}" if self.page else "",
        ]
        return "\n".join(line for line in lines if line)

    def on_mount(self) -> None:
        self.query_one("#places", OptionList).display = False
        self.set_focus(self.query_one(KeyInput))
        self._find_places()

    @work(group="places")
    async def _find_places(self) -> None:
        unfit = await in_thread(can_store_in_keyring)
        listed = self.query_one("#places", OptionList)
        if unfit is None:
            self._places = ["keyring"]
            listed.add_option(Option("in the keyring of this system"))
        self._places.append("file")
        path = key_file(self.provider, self.host)
        listed.add_option(Option(Content(f"in a file that only you can read: {plain(str(path))}")))
        listed.highlighted = 0
        listed.display = True
        if unfit:
            self._say(f"Not in a keyring: {unfit}", "dim")

    @on(KeyInput.Entered)
    def _entered(self) -> None:
        if not self.query_one(KeyInput).value.strip():
            self._say("Paste the key first.")
        elif len(self._places) > 1:
            self.set_focus(self.query_one("#places", OptionList))
            self._say("Where shall it be kept?", "$text-accent")
        elif self._places:
            self._store()

    @on(OptionList.OptionSelected, "#places")
    def _place_chosen(self) -> None:
        if self.query_one(KeyInput).value.strip():
            self._store()
        else:
            self.set_focus(self.query_one(KeyInput))
            self._say("Paste the key first.")

    @work(group="store", exclusive=True)
    async def _store(self) -> None:
        where = self._places[self.query_one("#places", OptionList).highlighted or 0]
        field = self.query_one(KeyInput)
        self._say("storing ...", "dim")
        try:
            source = await in_thread(partial(store_key, self.provider, self.host, field.take(), where))
        except CodesteerError as error:
            self._say(f"{error.message} {error.remedy}")
            self.set_focus(field)
            return
        self.dismiss(source)

    def _say(self, words: str, style: str = "bold $text-error") -> None:
        self.query_one("#said", Static).update(Content.assemble((plain(words), style)))

    def action_leave(self) -> None:
        self.query_one(KeyInput).take()
        self.dismiss("")

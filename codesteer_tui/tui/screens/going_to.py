"""Where in a recording to go: a time, a share, an event or a round."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from codesteer_tui.sessions.replay import Player

EXAMPLES = "1:23 or 83 (seconds)   50%   R2 (its end)   #118 (an event)"


class GoToScreen(ModalScreen[int]):
    """Asks for a place; its result is the position, None where nothing was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Stay", show=False)]

    def __init__(self, player: Player) -> None:
        super().__init__()
        self._player = player

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -small") as dialog:
            dialog.border_title = "Go to"
            yield Input(placeholder="1:23", id="going-to", compact=True)
            yield Static(EXAMPLES, classes="detail", markup=False, id="going-to-said")
            yield Static("Enter goes there   Esc stays", classes="dialog-hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#going-to-said", Static).update(EXAMPLES)

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        place = self._player.find_place(event.value)
        if place is None:
            said = Content.assemble(("That is no place in this session.  ", "bold $text-warning"), EXAMPLES)
            self.query_one("#going-to-said", Static).update(said)
            return
        self.dismiss(place)

    def action_leave(self) -> None:
        self.dismiss(None)

"""Yes or no, where no is the safe answer."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.text import plain


class ConfirmScreen(ModalScreen[bool]):
    """Asks before something that cannot be undone, or that costs something."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", show=False),
        Binding("y", "answer(True)", "Yes", show=False),
    ]

    def __init__(self, question: str, detail: str, *, no: str, yes: str) -> None:
        super().__init__()
        self.question, self.detail = question, detail
        self.no, self.yes = no, yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -small") as dialog:
            dialog.border_title = "Sure?"
            yield Static(Content(plain(self.question)), markup=False, classes="question")
            yield Static(Content(plain(self.detail)), markup=False, classes="detail")
            yield OptionList(Option(Content(self.no)), Option(Content(self.yes)))
            yield Static("Enter chooses   n or Esc: no   y: yes", classes="dialog-hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self.query_one(OptionList).highlighted = 0

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index == 1)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)

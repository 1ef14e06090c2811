"""A question that only the person can decide."""

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
from codesteer_tui.values import Question, Reply


class AskScreen(ModalScreen[Reply]):
    """The question and its options; the first is safe, highlighted, and what Esc chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "safe", "The safe choice", show=False)]

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -small") as dialog:
            dialog.border_title = "Your decision"
            yield Static(Content(plain(self.question.text)), markup=False, classes="question")
            if self.question.detail:
                yield Static(Content(plain(self.question.detail)), markup=False, classes="detail")
            yield OptionList(*(Option(Content(plain(words))) for words in self.question.options))
            yield Static("Enter chooses   Esc takes the first", classes="dialog-hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self.query_one(OptionList).highlighted = 0

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Reply(self.question.options[event.option_index]))

    def action_safe(self) -> None:
        self.dismiss(Reply(self.question.options[0]))

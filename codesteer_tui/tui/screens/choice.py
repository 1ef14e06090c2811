"""A question that only the person can decide."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.text import plain
from codesteer_tui.values import Question, Reply


class ChoiceScreen(ModalScreen[int]):
    """A question and its options, answered with the index of one; the first is safe, and what Esc chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "choose(0)", "The safe choice", show=False)]
    TITLE = "Your decision"
    HINT = "Enter chooses   Esc takes the first"

    def __init__(self, question: str, options: Sequence[str], detail: str = "") -> None:
        super().__init__()
        self.question, self.options, self.detail = question, tuple(options), detail

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -small") as dialog:
            dialog.border_title = self.TITLE
            yield Static(Content(plain(self.question)), markup=False, classes="question")
            if self.detail:
                yield Static(Content(plain(self.detail)), markup=False, classes="detail")
            yield OptionList(*(Option(Content(plain(words))) for words in self.options))
            yield Static(self.HINT, classes="dialog-hint", markup=False)

    def on_mount(self) -> None:
        for options in self.query(OptionList):  # there is none where the app ends just now
            options.focus()
            options.highlighted = 0

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)

    def action_choose(self, index: int) -> None:
        self.dismiss(index)


async def ask_in_dialog(app: App[None], question: Question) -> Reply:
    """Ask over whatever is shown, and wait for the answer; the dialog goes where nobody waits any more."""
    answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

    def take(index: int | None) -> None:
        if not answered.done():
            answered.set_result(Reply(question.options[index or 0]))

    screen = ChoiceScreen(question.text, question.options, question.detail)
    app.push_screen(screen, take)
    try:
        return await answered
    finally:
        if not answered.done() or answered.cancelled():
            screen.dismiss(None)

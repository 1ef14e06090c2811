"""What the person is asked in the middle of a run, below the panes, so that they can read before they decide."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.steering.stepping import CODE, EDIT, REPLACE, SEND, VETO, WRITE
from codesteer_tui.text import plain
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.words import cut
from codesteer_tui.values import Question

LETTERS = {EDIT: "e", REPLACE: "w", WRITE: "w", VETO: "v"}
"""The options that have a key of their own."""


GRACE_S = 0.5
"""Seconds after the focus was taken from the prompt in which what is typed still belongs there."""


class Options(OptionList):
    """The options. The safe one stands first, and last where guidance goes on."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("decision")
    taken_at = -GRACE_S
    """When the focus was taken from the prompt, by the monotonic clock."""

    async def _on_key(self, event: events.Key) -> None:
        """What somebody was typing when the question came is not for the question."""
        if time.monotonic() - self.taken_at >= GRACE_S or not (event.is_printable or event.key == "enter"):
            return
        event.stop()
        event.prevent_default()
        panel = self.parent
        assert isinstance(panel, DecisionPanel)
        panel.post_message(DecisionPanel.TypedOn(event.character if event.is_printable else ""))

    def action_take(self, letter: str) -> None:
        """Choose the option of this letter, where there is one."""
        panel = self.parent
        assert isinstance(panel, DecisionPanel)
        for option in panel.options:
            if LETTERS.get(option) == letter:
                panel.post_message(DecisionPanel.Chosen(option))


class DecisionPanel(Vertical):
    """Hidden while nothing is asked."""

    class TypedOn(Message):
        """Somebody was still typing in the prompt; `text` belongs there."""

        def __init__(self, text: str | None) -> None:
            super().__init__()
            self.text = text or ""

    class Chosen(Message):
        """An option was chosen; some want a text yet."""

        def __init__(self, choice: str) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__(id="decision")
        self.question: Question | None = None
        self.border_title = "your decision"

    def compose(self) -> ComposeResult:
        yield Static(id="decision-question", markup=False)
        yield Static(id="decision-detail", markup=False)
        yield Options(id="decision-options")

    @property
    def options_list(self) -> Options:
        """What has the focus while it asks."""
        return self.query_one(Options)

    @property
    def options(self) -> tuple[str, ...]:
        """The options in the order in which they are listed."""
        options = self.question.options if self.question else ()
        return options if SEND not in options and CODE not in options else (*options[1:], options[0])

    def put(self, question: Question) -> None:
        """Ask this."""
        self.question = question
        self.query_one("#decision-question", Static).update(Content(plain(question.text)))
        detail = self.query_one("#decision-detail", Static)
        detail.update(Content("\n".join(cut(line, 400) for line in plain(question.detail).split("\n"))))
        detail.display = bool(question.detail) and question.kind != "approve_guidance"  # the pane has it
        listed = self.query_one(Options)
        listed.clear_options()
        for option in self.options:
            letter = LETTERS.get(option, " ")
            listed.add_option(Option(Content.assemble((f"{letter} ", "bold $text-accent"), plain(option))))
        listed.highlighted = 0
        self.add_class("-asks")

    def clear(self) -> None:
        """Ask nothing."""
        self.question = None
        self.remove_class("-asks")

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self.options[event.option_index]))

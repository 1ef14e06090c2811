"""Yes or no, where no is the safe answer."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from codesteer_tui.tui.screens.choice import ChoiceScreen


class ConfirmScreen(ChoiceScreen):
    """Asks before something that cannot be undone: 1 is yes, 0 is no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "choose(0)", "No", show=False),
        Binding("y", "choose(1)", "Yes", show=False),
    ]
    TITLE = "Sure?"
    HINT = "Enter chooses   n or Esc: no   y: yes"

    def __init__(self, question: str, detail: str, *, no: str, yes: str) -> None:
        super().__init__(question, (no, yes), detail)

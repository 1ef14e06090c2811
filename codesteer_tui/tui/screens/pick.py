"""One of several things to do, or none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from codesteer_tui.tui.screens.choice import ChoiceScreen


class PickScreen(ChoiceScreen):
    """Options of which none is chosen with Esc; the first is the usual one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "None of them", show=False)]
    HINT = "Enter chooses   Esc: none of them"

    def __init__(self, title: str, question: str, options: Sequence[str], detail: str = "") -> None:
        super().__init__(question, options, detail)
        self._title = title

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(".dialog").border_title = self._title

    def action_leave(self) -> None:
        self.dismiss(None)

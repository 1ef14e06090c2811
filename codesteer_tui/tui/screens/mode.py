"""How the person steps in: the steering modes, and whether programs wait for a yes."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.steering.stepping import MODES
from codesteer_tui.tui.keys import bindings, table
from codesteer_tui.tui.screens.dialog import hint_line
from codesteer_tui.values import SteeringMode

WHEN = "It holds from the next decision on, and for the problems that follow."
CODE = "Each program of a model waits for your yes"


class Wish(NamedTuple):
    """How the person wants to step in."""

    mode: SteeringMode
    approve_code: bool


class ModeScreen(ModalScreen[Wish]):
    """Chooses a mode; Space sets whether programs wait. Esc leaves everything as it was."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("modes")

    def __init__(self, now: Wish) -> None:
        super().__init__()
        self._now = self._wish = now

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -small") as dialog:
            dialog.border_title = "How you step in"
            yield Static(WHEN, markup=False, classes="detail")
            yield OptionList(*(Option(self._words(mode)) for mode in MODES), id="modes")
            yield Static(id="approve-code", markup=False)
            yield Static(hint_line(("modes",), 70, table(self.app)), classes="dialog-hint", markup=False)

    def on_mount(self) -> None:
        listed = self.query_one("#modes", OptionList)
        listed.highlighted = list(MODES).index(self._now.mode)
        self.set_focus(listed)
        self._draw()

    def _words(self, mode: SteeringMode) -> Content:
        mark = "*" if mode == self._now.mode else " "
        return Content.assemble((f"{mark} {mode:<9}", "bold"), MODES[mode])

    def _draw(self) -> None:
        box = "[x]" if self._wish.approve_code else "[ ]"
        self.query_one("#approve-code", Static).update(Content.assemble((f"  {box} ", "bold"), CODE))

    @on(OptionList.OptionSelected, "#modes")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._wish._replace(mode=list(MODES)[event.option_index]))

    def action_approve_code(self) -> None:
        self._wish = self._wish._replace(approve_code=not self._wish.approve_code)
        self._draw()

    def action_leave(self) -> None:
        """Keep the mode; what was set for programs holds."""
        self.dismiss(self._wish)

"""A dialog of blocks that scrolls and closes with Esc."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from codesteer_tui.tui.blocks import Block
from codesteer_tui.tui.widgets.sheet import Sheet


class BlocksDialog(ModalScreen[None]):
    """Shows blocks under a title."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,f2", "close", "Close", show=False),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]
    title_text = ""

    def blocks(self) -> Sequence[Block]:
        """What is shown."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self.title_text
            with VerticalScroll():
                yield Sheet()
            yield Static("Esc closes", classes="dialog-hint", markup=False)

    async def on_mount(self) -> None:
        await self.query_one(Sheet).put(self.blocks())
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_down(self) -> None:
        self.query_one(VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        self.query_one(VerticalScroll).scroll_up(animate=False)

"""The FLAGS pane, in which one flag after the other can be gone to and opened."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import Blur, Focus
from textual.message import Message

from codesteer_tui.tui.blocks import Block
from codesteer_tui.tui.drawing import flags
from codesteer_tui.tui.drawing.panes import PARTS
from codesteer_tui.tui.drawing.verdicts import Flag, first_to_see, flags_of
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.widgets.pane import Pane
from codesteer_tui.tui.widgets.sheet import BlockView, Sheet


class FlagsPane(Pane):
    """Shows the flags of a round. The one that the keys act on has a sign before it while the pane has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("flags")

    class Meant(Message):
        """A flag was gone to: these lines of the round's program are meant, none where it is about others."""

        def __init__(self, lines: tuple[int, ...]) -> None:
            super().__init__()
            self.lines = lines

    def __init__(self) -> None:
        super().__init__(PARTS[3])
        self._chosen: dict[int, str] = {}

    @property
    def flags(self) -> list[Flag]:
        """The flags of the shown round."""
        return flags_of(self.transcript, self.this) if self.this else []

    @property
    def chosen(self) -> str:
        """The key of the flag that the keys act on."""
        known = self.flags
        if self.number in self._chosen and any(flag.key == self._chosen[self.number] for flag in known):
            return self._chosen[self.number]
        return first_to_see(known)

    def drawn(self) -> list[Block]:
        shown = super().drawn()
        # `has_focus` is set only once the handlers of the class are through.
        at_it = self.is_attached and self.screen.focused is self
        return flags.with_chosen(shown, self.chosen) if at_it else shown

    @on(Focus)
    @on(Blur)
    async def _focus_moved(self) -> None:
        await self.redraw()

    async def action_flag(self, by: int) -> None:
        """Go to the next flag, or to the one before; the program's lines that it means are marked."""
        known = self.flags
        if known:
            at = [flag.key for flag in known].index(self.chosen)
            await self._go_to(known[max(0, min(at + by, len(known) - 1))])

    @on(BlockView.Clicked)
    async def _clicked(self, event: BlockView.Clicked) -> None:
        """Go to the flag that was clicked; one that one is at already opens."""
        flag = next((flag for flag in self.flags if flag.key == event.shown.key), None)
        if flag and self.number in self._chosen and flag.key == self.chosen:
            self.action_evidence()
        elif flag:
            await self._go_to(flag)

    async def _go_to(self, flag: Flag) -> None:
        if self.number is None:
            return
        self._chosen[self.number] = flag.key
        await self.redraw()
        blocks = self.query_one(Sheet).blocks
        places = [number for number, shown in enumerate(blocks) if shown.key == flag.key]
        if places:
            self.show_row_of(places[-1])
            self.show_row_of(places[0] if flag.source != "model" else 0)
        self.post_message(self.Meant(flag.lines))

    def action_evidence(self) -> None:
        self.post_message(self.EvidenceWanted(self.part.number, self.chosen))

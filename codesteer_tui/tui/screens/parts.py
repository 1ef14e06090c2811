"""A dialog in parts, each under a heading, that can be folded and copied one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec
from textual import on
from textual.binding import BindingType
from textual.containers import VerticalScroll

from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.drawing.sections import Section
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.screens.dialog import BlocksDialog
from codesteer_tui.tui.widgets.sheet import BlockView, Sheet

OPEN, FOLDED = "[-]", "[+]"
HERE = ">"
"""Before the heading of the part that the keys act on."""


class PartsDialog(BlocksDialog):
    """Shows sections. Which are folded is kept while the dialog is open."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("inspector")
    places: ClassVar[tuple[str, ...]] = ("dialog", "search", "inspector")

    def __init__(self) -> None:
        super().__init__()
        self.part = 0
        """The index of the part that the keys act on."""
        self._folded: dict[str, bool] = {}

    def sections(self) -> Sequence[Section]:
        """What is shown."""
        raise NotImplementedError

    def copy_whole(self) -> str:
        """What `Y` copies."""
        return "\n\n".join(section.copy for section in self.sections() if section.copy)

    def is_folded(self, section: Section) -> bool:
        """Whether only the heading shows. While words are sought everything is open."""
        return not self.sought and self._folded.get(section.key, section.folded)

    def blocks(self) -> Sequence[Block]:
        sections = self.sections()
        self.part = max(0, min(self.part, len(sections) - 1))
        shown: list[Block] = []
        for number, section in enumerate(sections):
            shown += section.above
            folded = self.is_folded(section)
            here = number == self.part
            sign = f"{HERE if here else ' '} {FOLDED if folded else OPEN} "
            head = block("head", (sign, "bold $text-accent" if here else "dim"), *section.head)
            if folded and section.first:
                head = msgspec.structs.replace(
                    head, parts=(*head.parts, *block("dim", (f"   {section.first}", "dim")).parts)
                )
            shown.append(msgspec.structs.replace(head, key=section.key))
            if not folded:
                shown += section.body
        return shown

    async def action_fold(self) -> None:
        sections = self.sections()
        if sections:
            this = sections[self.part]
            self._folded[this.key] = not self.is_folded(this)
            await self._redraw_at_part()

    @on(BlockView.Clicked)
    async def _clicked(self, event: BlockView.Clicked) -> None:
        """Fold or unfold the part whose heading was clicked."""
        keys = [section.key for section in self.sections()]
        if event.shown.kind == "head" and event.shown.key in keys:
            self.part = keys.index(event.shown.key)
            await self.action_fold()

    async def action_fold_all(self) -> None:
        sections = self.sections()
        fold = not any(map(self.is_folded, sections))
        self._folded.update((section.key, fold) for section in sections)
        await self._redraw_at_part()

    async def action_part(self, by: int) -> None:
        count = len(self.sections())
        if count:
            self.part = (self.part + by) % count
            await self._redraw_at_part()

    async def _redraw_at_part(self) -> None:
        await self.redraw()
        self.call_after_refresh(self._show_part)

    def _show_part(self) -> None:
        sections = self.sections()
        if not sections:
            return
        key = sections[self.part].key
        scroll = self.query_one(VerticalScroll)
        views = self.query_one(Sheet).views
        at = next((n for n, view in enumerate(views) if view.shown.key == key), None)
        if at is not None:
            row = views[at].virtual_region.y
            after = (v.virtual_region.y for v in views[at + 1 :] if v.shown.kind == "head")
            end = next(after, views[-1].virtual_region.bottom)
            if not (scroll.scroll_y <= row and end <= scroll.scroll_y + scroll.size.height):
                scroll.scroll_to(y=max(0, row - 1), animate=False)

    def action_copy_part(self) -> None:
        sections = self.sections()
        self.copy(sections[self.part].copy if sections else "", "part")

    async def action_round(self, by: int) -> None:
        """Show another round; a dialog about one thing has no other."""

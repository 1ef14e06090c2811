"""A column of blocks that is redrawn piece by piece: only what changed is laid out and coloured again."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Static

from codesteer_tui.tui.blocks import Block
from codesteer_tui.tui.widgets.presence import is_there


def content_of(shown: Block) -> Content:
    """The block as Textual shows it. Text is never read as markup."""
    if shown.kind == "code":
        from codesteer_tui.tui.widgets.code import highlighted  # pygments is slow to import

        return highlighted(shown.text)
    return Content.assemble(*shown.parts)


class BlockView(Static):
    """One block."""

    def __init__(self, shown: Block) -> None:
        super().__init__(content_of(shown), markup=False, classes=f"-{shown.kind}")
        self.shown = shown

    def put(self, shown: Block) -> None:
        """Show another block in the same place; nothing happens if it is the same."""
        if shown == self.shown:
            return
        if shown.kind != self.shown.kind:
            self.set_classes(f"-{shown.kind}")
        self.shown = shown
        self.update(content_of(shown))


class Sheet(VerticalGroup):
    """Blocks, one below the other."""

    async def put(self, blocks: Sequence[Block]) -> None:
        """Show exactly these blocks, keeping the widgets of those that are there already."""
        if not is_there(self):
            return
        views = list(self.query_children(BlockView))
        for view, shown in zip(views, blocks, strict=False):
            view.put(shown)
        if len(views) > len(blocks):
            await self.remove_children(views[len(blocks) :])
        elif len(blocks) > len(views):
            await self.mount_all(BlockView(shown) for shown in blocks[len(views) :])

    @property
    def blocks(self) -> list[Block]:
        """What is shown now."""
        return [view.shown for view in self.query_children(BlockView)]

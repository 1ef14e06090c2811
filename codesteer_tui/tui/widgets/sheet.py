"""A column of blocks that is redrawn piece by piece: only what changed is laid out and coloured again."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import VerticalGroup
from textual.content import Content
from textual.selection import Selection
from textual.visual import Visual
from textual.widgets import Static

from codesteer_tui.tui.blocks import Block
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.widgets.presence import is_there


def visual_of(shown: Block) -> Visual:
    """The block as Textual shows it. Text is never read as markup."""
    if shown.kind == "code":
        with importing:
            from codesteer_tui.tui.widgets.code import FoldedCode, highlighted  # pygments is slow to import

        return FoldedCode(highlighted(shown.text))
    return Content.assemble(*shown.parts)


class BlockView(Static):
    """One block."""

    def __init__(self, shown: Block) -> None:
        super().__init__(visual_of(shown), markup=False, classes=f"-{shown.kind}")
        self.shown = shown

    def put(self, shown: Block) -> None:
        """Show another block in the same place; nothing happens if it is the same."""
        if shown == self.shown:
            return
        if shown.kind != self.shown.kind:
            self.set_classes(f"-{shown.kind}")
        self.shown = shown
        self.update(visual_of(shown))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What the mouse selected; of code what was written, without the marks of folded lines."""
        if self.shown.kind != "code":
            return super().get_selection(selection)
        with importing:
            from codesteer_tui.tui.widgets.code import FoldedCode, unfolded

        visual = self.visual
        assert isinstance(visual, FoldedCode)
        return unfolded(selection.extract(visual.shown)), "\n"


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

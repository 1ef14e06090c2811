"""A column of blocks that is redrawn piece by piece: only what changed is laid out and coloured again."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.selection import Selection
from textual.visual import Visual
from textual.widgets import Static

from codesteer_tui.tui.blocks import Block
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.widgets.flow import Flow
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.still import LaidOnce
from codesteer_tui.tui.widgets.visuals import visual_of

CHOSEN = "chosen"
"""The key of a block that the person has gone to."""


SPARE = 40
"""Widgets that are kept, hidden, for the blocks to come: to show one again costs far less than to make it."""


def _classes(shown: Block) -> str:
    return f"-{shown.kind} -{CHOSEN}" if shown.key == CHOSEN else f"-{shown.kind}"


def _visual(shown: Block) -> Visual:
    return Flow(shown) if shown.kind == "flow" else visual_of(shown)


class BlockView(Static, LaidOnce):
    """One block."""

    class Clicked(Message):
        """A block that belongs to a flag or a section was clicked."""

        def __init__(self, shown: Block) -> None:
            super().__init__()
            self.shown = shown

    def __init__(self, shown: Block) -> None:
        super().__init__(_visual(shown), markup=False, classes=_classes(shown))
        self.shown = shown

    def on_click(self) -> None:
        if self.shown.key and self.shown.key != CHOSEN:
            self.post_message(self.Clicked(self.shown))

    def put(self, shown: Block) -> None:
        """Show another block in the same place; nothing happens if it is the same."""
        if shown == self.shown:
            return
        if (shown.kind, shown.key) != (self.shown.kind, self.shown.key):
            self.set_classes(_classes(shown))
        self.shown = shown
        visual = self.visual
        if shown.kind == "flow" and isinstance(visual, Flow):
            self._flow_on(visual, visual.followed_by(shown))
            return
        self.update(_visual(shown))

    def _flow_on(self, before: Flow, after: Flow) -> None:
        """Show more of a text that streams in; as long as it is as high as before, nothing is laid out again."""
        width = self.content_size.width
        high, now = (flow.get_height({}, width) if width else 0 for flow in (before, after))
        self.update(after, layout=high != now or not width)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What the mouse selected; of code what was written, without numbers and the marks of folded lines."""
        if self.shown.kind in ("columns", "flag") or self.shown.hang:
            with importing:
                from codesteer_tui.tui.widgets.laid import Laid

            laid = self.visual
            return (selection.extract(laid.shown), "\n") if isinstance(laid, Laid) else None
        if self.shown.kind not in ("code", "listing"):
            return super().get_selection(selection)
        with importing:
            from codesteer_tui.tui.widgets.code import FoldedCode, unfolded
            from codesteer_tui.tui.widgets.listing import Listing

        visual = self.visual
        if isinstance(visual, Listing):
            return visual.extract(selection), "\n"
        assert isinstance(visual, FoldedCode)
        return unfolded(selection.extract(visual.shown)), "\n"

    def row_of(self, at: int) -> int:
        """The row of this widget on which the character `at` of the block's text stands."""
        width = self.content_size.width
        if width <= 0 or not at or self.shown.kind == "columns":
            return 0
        if self.shown.hang:
            with importing:
                from codesteer_tui.tui.widgets.columns import HangingLines

            hanging = self.visual
            return hanging.row_of(at, width) if isinstance(hanging, HangingLines) else 0
        if self.shown.kind not in ("code", "listing"):
            return max(0, Content(self.shown.text[:at]).get_height({}, width) - 1)
        with importing:
            from codesteer_tui.tui.widgets.code import row_of
            from codesteer_tui.tui.widgets.listing import Listing

        visual = self.visual
        if isinstance(visual, Listing):
            return visual.row_of(at, width)
        return row_of(self.shown.text, at, width)


class Sheet(VerticalGroup, LaidOnce):
    """Blocks, one below the other."""

    async def put(self, blocks: Sequence[Block]) -> None:
        """Show exactly these blocks, keeping the widgets of those that are there already."""
        if not is_there(self):
            return
        views = list(self.query_children(BlockView))
        for view, shown in zip(views, blocks, strict=False):
            view.put(shown)
            view.display = True
        for spare in views[len(blocks) : SPARE]:
            # It keeps its kind: another one would be another look, worked out for nothing.
            spare.put(Block(spare.shown.kind, ()))
            spare.display = False
        if gone := views[max(len(blocks), SPARE) :]:
            await self.remove_children(gone)
        if len(blocks) > len(views):
            await self.mount_all(BlockView(shown) for shown in blocks[len(views) :])

    @property
    def is_cut(self) -> bool:
        """Whether only the last rows of a text that streams in are there."""
        return any(isinstance(view.visual, Flow) and view.visual.is_cut for view in self.views)

    @property
    def views(self) -> list[BlockView]:
        """The widgets of the blocks, in their order."""
        return [view for view in self.query_children(BlockView) if view.display]

    @property
    def blocks(self) -> list[Block]:
        """What is shown now."""
        return [view.shown for view in self.views]

"""Sharing the room of the desk: by keys and with the mouse, and as it was the last time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codesteer_tui.tui import arrangement, remembered
from codesteer_tui.tui.arrangement import COLUMNS, EVEN, FOLDED, STRIP, Arrangement, Mode
from codesteer_tui.tui.layout import TABS_BELOW, THREE_COLUMNS_FROM

if TYPE_CHECKING:
    from codesteer_tui.tui.widgets.desk import Desk


class Edge(NamedTuple):
    """An edge between two columns, or between the two panes of one, that the mouse draws."""

    column: int
    across: bool
    """Between the panes of a column, not between columns."""


class Arranging:
    """How the desk's panes share its room."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.arranged: Arrangement = EVEN
        self.drawing: Edge | None = None
        """The edge that the mouse holds."""

    @property
    def mode(self) -> Mode | None:
        """How many columns there are; None where one pane has all the room, or all stand one below the other."""
        width = self._desk.app.size.width
        if width < TABS_BELOW or self._desk.has_class("-zoomed") or self._desk.is_linear:
            return None
        return "three" if width >= THREE_COLUMNS_FROM else "two"

    def is_folded(self, pane: int) -> bool:
        """Whether a pane is folded away as things are now."""
        return self.mode is not None and pane in self.arranged.folded

    def recall(self) -> None:
        """Share the room as the last time."""
        self.arranged = remembered.recall().panes
        self.apply()

    def put(self, arranged: Arrangement, *, keep: bool = True) -> None:
        """Share the room in this way, and remember it."""
        changed = arranged != self.arranged
        self.arranged = arranged
        self.apply()
        if keep and changed:
            self._keep()

    def _keep(self) -> None:
        if failed := remembered.remember(remembered.Remembered(self.arranged)):
            self._desk.notify(failed, title="The layout is not remembered", severity="warning", markup=False)

    def apply(self) -> None:
        """Give every pane its size; where all is as it is at first, the style sheet does."""
        mode = self.mode
        left, right = self._desk.query_one("#left"), self._desk.query_one("#right")
        plain = mode is None or self.arranged == EVEN
        for widget in (left, right, *self._desk.panes):
            widget.styles.width = widget.styles.height = widget.styles.min_width = None
        for pane in self._desk.panes:
            folded = not plain and pane.part.number in self.arranged.folded
            column = arrangement.column_of(mode, pane.part.number) if mode else 0
            strip = folded and mode is not None and arrangement.is_strip(self.arranged, mode, column)
            pane.fold(folded, upright=strip)
        if mode is None or plain:
            return
        shares = arrangement.widths(self.arranged, mode)
        strips = [arrangement.is_strip(self.arranged, mode, at) for at in range(len(shares))]
        for at, panes in enumerate(COLUMNS[mode]):
            wide = STRIP if strips[at] else f"{shares[at]}fr"
            if len(panes) == 1:
                self._desk.panes[panes[0] - 1].styles.width = wide
            else:
                (right if 3 in panes else left).styles.width = wide
                self._set_heights(mode, at, strip=strips[at])
        if mode == "three":
            open_share = sum(share for share, strip in zip(shares[:2], strips[:2], strict=True) if not strip)
            left.styles.width = f"{open_share}fr" if open_share else 2 * STRIP

    def _set_heights(self, mode: Mode, column: int, *, strip: bool) -> None:
        panes = COLUMNS[mode][column]
        for number, share in zip(panes, arrangement.heights(self.arranged, mode, column), strict=True):
            folded = number in self.arranged.folded and not strip
            self._desk.panes[number - 1].styles.height = FOLDED if folded else f"{share}fr"

    def edge_at(self, x: int, y: int) -> Edge | None:
        """The edge under a place of the screen, if there is one between open panes."""
        mode = self.mode
        if mode is None:
            return None
        for column, panes in enumerate(COLUMNS[mode]):
            regions = [self._desk.panes[number - 1].region for number in panes]
            strip = arrangement.is_strip(self.arranged, mode, column)
            last = column + 1 == len(COLUMNS[mode])
            if not last and not strip and not arrangement.is_strip(self.arranged, mode, column + 1):
                right = regions[0].right
                if x in (right - 1, right) and regions[0].y <= y < regions[-1].bottom:
                    return Edge(column, across=False)
            if len(panes) == 2 and not any(number in self.arranged.folded for number in panes):
                upper, lower = regions
                if y in (upper.bottom - 1, lower.y) and upper.x <= x < upper.right:
                    return Edge(column, across=True)
        return None

    def draw_to(self, x: int, y: int) -> None:
        """Draw the edge that the mouse holds to a place of the screen."""
        mode, edge = self.mode, self.drawing
        if mode is None or edge is None:
            return
        if edge.across:
            panes = [self._desk.panes[number - 1].region for number in COLUMNS[mode][edge.column]]
            share = (y + 1 - panes[0].y) / max(1, panes[-1].bottom - panes[0].y)
            self.put(arrangement.drawn_down(self.arranged, mode, edge.column, share), keep=False)
        else:
            room = self._desk.query_one("#columns").region
            share = (x + 1 - room.x) / max(1, room.width)
            self.put(arrangement.drawn_to(self.arranged, mode, edge.column, share), keep=False)

    def let_go(self) -> None:
        """The mouse lets go of the edge: remember where it is."""
        self.drawing = None
        self._keep()

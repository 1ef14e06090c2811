"""What the panes stand in: side by side, or in a small terminal one below the other, and then it scrolls as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.widget import Widget

from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.widgets.scrolling import ScrollsAtOnce

if TYPE_CHECKING:
    from codesteer_tui.tui.widgets.pane import Pane


class Column(ScrollableContainer, ScrollsAtOnce, can_focus=False):
    """The room of the panes. Where it scrolls it follows what happens, until the person goes up in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding
        for binding in bindings("pane")
        if isinstance(binding, Binding) and binding.action.startswith("scroll_")
    ]

    at_end = True
    """Whether the person wants to see what comes."""

    _moves_itself = False
    _followed: Pane | None = None
    _from_its_top = False
    _comes_anew = False
    _below: int | None = None
    _held: tuple[Pane, int] | None = None

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._hold()
        if self._moves_itself:
            return
        if new_value > old_value:
            self.at_end = self.at_end or new_value >= self.max_scroll_y
        elif new_value < self.max_scroll_y:  # else there is less than there was, and nobody went up
            self.at_end = False
            for pane in self.query("Pane").results():
                pane.call_next(pane.went_up)  # type: ignore[attr-defined]

    def settle(self) -> None:
        """A pane is higher or lower than it was: what the person looks at stays in sight."""
        if not self.allow_vertical_scroll:
            return
        if self._below is not None:
            self.go_to(self.max_scroll_y - self._below)
            self._below = None
            return
        at_top = self._from_its_top and self._held and self._held[0] is self._followed
        if self.at_end and self._followed and not at_top:
            self.keep_up(self._followed)
        elif self._held:
            pane, rows = self._held
            self.go_to(self.top_of(pane) + rows)

    def stay_from_end(self, below: int) -> None:
        """So many rows are below the first one in sight, and more text comes back above it: it stays."""
        self._below = below

    def _hold(self) -> None:
        """Take note of which row of which pane is the first in sight."""
        here = self.scroll_offset.y
        above = [pane for pane in self.query("Pane").results() if self.top_of(pane) <= here]  # type: ignore[arg-type]
        self._held = (above[-1], here - self.top_of(above[-1])) if above else None  # type: ignore[arg-type,assignment]

    def go_to(self, row: float) -> None:
        """Have a row, counted from the top of all, in the first row of the window."""
        self._moves_itself = True
        try:
            self.scroll_to(y=max(0, row), animate=False, immediate=True, force=True)
        finally:
            self._moves_itself = False

    def top_of(self, pane: Pane) -> int:
        """The row, counted from the top of all, that a pane begins in."""
        parent = pane.parent
        return pane.virtual_region.y + (parent.virtual_region.y if isinstance(parent, Widget) else 0)

    def bring(self, pane: Pane) -> None:
        """The person wants to see this pane: its first rows, or of one that is followed and grows the last ones."""
        if self.at_end and pane is self._followed:
            self.keep_up(pane)
        else:
            self.go_to(self.top_of(pane))

    def follow(self, pane: Pane, *, from_its_top: bool, anew: bool = False) -> None:
        """Have this pane in sight from now on, its first rows or its last ones, unless the person goes up.

        With `anew` it shows something else than before, and where one was in that says nothing.
        """
        self._followed, self._from_its_top = pane, from_its_top
        self._comes_anew = self._comes_anew or anew
        self.call_after_refresh(self.keep_up, pane)

    def keep_up(self, pane: Pane) -> None:
        """A pane has more to show: bring it into sight, if it is the one that is followed."""
        if pane is not self._followed or not self.at_end:
            return
        top, room = self.top_of(pane), self.size.height
        end = top + pane.outer_size.height
        goal = top if self._from_its_top else max(top, end - room)
        if self._comes_anew or not goal <= self.scroll_y < end:
            self._comes_anew = False
            self.go_to(goal)

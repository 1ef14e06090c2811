"""What can be put in at the cursor of the prompt: a few rows above it, with the chosen one marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from codesteer_tui.text import plain
from codesteer_tui.tui.layout import SHORT_FROM, TALL_FROM
from codesteer_tui.tui.words import cut

if TYPE_CHECKING:
    from codesteer_tui.tui.blocks import Part
    from codesteer_tui.tui.completing import Offer

MOST_ROWS = 8
WIDEST = 44
"""Columns of the first column at most."""


class OfferList(Static):
    """Draws the offers; the keys are the prompt's."""

    class Taken(Message):
        """An offer was clicked."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def __init__(self) -> None:
        super().__init__(id="offers", markup=False)
        self._first = 0

    def draw(self, offers: Sequence[Offer], at: int) -> None:
        """Show these, with this one in sight; nothing where there are none."""
        self.display = bool(offers)
        if not offers:
            self._first = 0
            return
        height = self.app.size.height
        rows = MOST_ROWS if height >= TALL_FROM else 5 if height >= SHORT_FROM else 2
        self._first = max(0, min(max(self._first, at - rows + 1), at, len(offers) - rows))
        shown = offers[self._first : self._first + rows]
        width = min(WIDEST, max(cell_len(_name(offer)) for offer in shown))
        room = self.app.size.width - width - 8
        parts: list[Part] = []
        for place, offer in enumerate(shown, self._first):
            here = place == at
            name = cut(_name(offer), width)
            more = f"   {at + 1} of {len(offers)}" if here and len(offers) > rows else ""
            about = cut(plain(offer.about), max(0, room - len(more))) + more
            parts += ["\n"] if parts else []
            parts.append(
                (f"{'>' if here else ' '} {name}{' ' * (width - cell_len(name))}", "bold" if here else "")
            )
            parts.append((f"   {about}".rstrip(), "$foreground 70%"))
        self.update(Content.assemble(*parts))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.post_message(self.Taken(self._first + event.y - self.styles.border.spacing.top))


def _name(offer: Offer) -> str:
    return f"{plain(offer.text).rstrip()} {offer.takes}".rstrip()

"""Finding words in all panes and rounds of a session: which matches there are, and going from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codesteer_tui.tui.blocks import PANE, ZOOMED
from codesteer_tui.tui.finding import MOST, Place, Sought, next_of, places_in
from codesteer_tui.tui.keys import pressed

if TYPE_CHECKING:
    from codesteer_tui.tui.widgets.desk import Desk


class Match(NamedTuple):
    """Where something stands: the round, the pane and the place in its blocks."""

    round: int
    pane: int
    place: Place


class Seeking:
    """What is looked for on a desk. The pane with the current match shows all of its text, so that it is there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.sought: Sought | None = None
        self.matches: list[Match] = []
        self.at: int | None = None

    @property
    def current(self) -> Match | None:
        """The match that the person is at."""
        return self.matches[self.at] if self.at is not None and self.at < len(self.matches) else None

    @property
    def words(self) -> str:
        """How many matches there are, and which one the person is at."""
        if self.sought is None or not self.sought.text.strip():
            return ""
        if not self.matches:
            return "not found"
        more = "+" if len(self.matches) == MOST else ""
        return f"{(self.at or 0) + 1} of {len(self.matches):,}{more}"

    async def seek(self, text: str) -> None:
        """Look for other words, and go to the first match at or behind what is shown now."""
        self.sought, self.at = Sought(text), None
        self._look()
        here = (self._desk.number or 0, self._desk.pane_number)
        after = (at for at, match in enumerate(self.matches) if (match.round, match.pane) >= here)
        if self.matches:
            self.at = next(after, 0)
        await self._show()

    async def go_on(self, by: int) -> None:
        """Go to the next match, or to the one before; round at the ends."""
        self.at = next_of(self.matches, self.at, by)
        await self._show()

    async def forget(self) -> None:
        """Look for nothing any more."""
        self.sought, self.matches, self.at = None, [], None
        await self._show()

    def renew(self) -> None:
        """Something more has happened, or another point of a replay is shown: look again."""
        if self.sought is None:
            return
        before = self.current
        self._look()
        self.at = self.matches.index(before) if before in self.matches else None
        self._tell()

    def _look(self) -> None:
        """Find every match, round after round, pane after pane."""
        self.matches = []
        if self.sought is None:
            return
        for this in self._desk.transcript.rounds:
            for pane in self._desk.panes:
                blocks = pane.part.drawing.blocks(self._desk.transcript, this, ZOOMED)
                places = places_in(blocks, self.sought, most=MOST - len(self.matches))
                self.matches += [Match(this.number, pane.part.number, place) for place in places]

    def _tell(self) -> None:
        """Give the panes what they are to mark."""
        zoomed = self._desk.has_class("-zoomed")
        for pane in self._desk.panes:
            pane.sought = self.sought
            at_it = self.current is not None and (self.current.round, self.current.pane) == (
                self._desk.number,
                pane.part.number,
            )
            pane.place = self.current.place if at_it and self.current else None
            pane.border_subtitle = self._subtitle if at_it else ""
            pane.bounds = ZOOMED if at_it or (zoomed and pane is self._desk.pane) else PANE

    @property
    def _subtitle(self) -> str:
        """How many there are, and the keys that lead on."""
        on, back, leave = (pressed(self._desk.app, id) for id in ("next_match", "previous_match", "back"))
        return f"{self.words}   {on} {back}   {leave} forgets"

    async def _show(self) -> None:
        """Mark the matches, and bring the current one into sight."""
        match = self.current
        if match and match.round != self._desk.number:
            await self._desk.choose(match.round)
        if match and match.pane != self._desk.pane_number:
            self._desk.choose_pane(match.pane, focus=False)
        self._tell()
        for pane in self._desk.panes:
            await pane.redraw()
        if match:
            pane = self._desk.pane
            pane.call_after_refresh(pane.show_row_of, match.place.block, match.place.start)

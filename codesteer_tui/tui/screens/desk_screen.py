"""What the live screen and replay have in common: the desk, its keys, and the lines around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.screen import Screen
from textual.widget import Widget

from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import bindings, openers
from codesteer_tui.tui.layout import SHORT_FROM, TABS_BELOW, TALL_FROM, THREE_COLUMNS_FROM
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.status import BottomLine, KeyLine, TopLine
from codesteer_tui.values import Role

if TYPE_CHECKING:
    from codesteer_tui.tui.widgets.desk import Desk


class DeskScreen(Screen[None]):
    """A screen with a desk on it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("desk"), *openers()]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's own declaration is not a ClassVar for mypy
        (0, "-tabs"),
        (TABS_BELOW, "-two"),
        (THREE_COLUMNS_FROM, "-three"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (SHORT_FROM, "-short"), (TALL_FROM, "-tall")]  # noqa: RUF012
    watermark = ""
    running = False

    @property
    def desk(self) -> Desk | None:
        """The desk, if there is one yet. Its module is imported when there is something to show on it."""
        desk: Desk | None = next(iter(self.query("Desk")), None)  # type: ignore[assignment]
        return desk

    @property
    def is_in_pane(self) -> bool:
        """Whether a pane has the focus."""
        return self.focused is not None and self.focused.has_class("pane")

    @property
    def seconds(self) -> float:
        """The time that the clock shows."""
        desk = self.desk
        return desk.transcript.seconds if desk else 0.0

    @property
    def pending(self) -> dict[Role, tuple[str, str]]:
        """Who will play, and the words for when ("at R2", "next"), for the roles that change."""
        return {}

    @property
    def retry_in(self) -> float | None:
        """Seconds until a failed call is tried again, None where none is waiting."""
        return None

    @property
    def home(self) -> Widget | None:
        """Where Esc leads when nothing is left to stop."""
        return None

    def places(self) -> list[str]:
        """The places of the key table that the key line shows."""
        where = ["pane"] if self.is_in_pane else []
        return [*where, "desk", "anywhere"]

    def draw_lines(self) -> None:
        """Bring the lines around the desk up to date."""
        if not is_there(self) or not self.query(KeyLine):
            return
        desk = self.desk
        transcript = desk.transcript if desk else Transcript()
        self.query_one(TopLine).draw(transcript, self.watermark, self.pending)
        self.query_one(BottomLine).draw(
            transcript, running=self.running, seconds=self.seconds, retry_in=self.retry_in
        )
        self.query_one(KeyLine).draw(self.places(), running=self.running)

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _moved(self) -> None:
        self.draw_lines()

    def on_desk_moved(self) -> None:
        self.draw_lines()

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self.draw_lines)

    def action_pane(self, number: int) -> None:
        if self.desk:
            self.desk.choose_pane(number)

    async def action_round(self, by: int) -> None:
        if self.desk:
            await self.desk.step(by)

    async def action_zoom(self) -> None:
        if self.desk:
            await self.desk.toggle_zoom()

    def action_next_pane(self, by: int) -> None:
        """Go round: the panes, then the prompt."""
        desk = self.desk
        if desk is None:
            (self.focus_next if by > 0 else self.focus_previous)()
            return
        home = 1 if self.home else 0
        at = desk.pane_number if self.is_in_pane else 0
        goal = (at + by) % 5 if home else (at - 1 + by) % 4 + 1
        if goal:
            desk.choose_pane(goal)
        elif self.home:
            self.set_focus(self.home)

    async def action_back(self) -> None:
        if self.desk and self.desk.has_class("-zoomed"):
            await self.desk.toggle_zoom()
        if self.home:
            self.set_focus(self.home)

    def on_pane_evidence_wanted(self) -> None:
        desk = self.desk
        this = desk.pane.this if desk else None
        if desk and this:
            with importing:
                from codesteer_tui.tui.screens.evidence import EvidenceScreen

            self.app.push_screen(EvidenceScreen(desk.transcript, this))

"""Charts of the session that is shown, and of all sessions that are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from codesteer_tui.config import Config
from codesteer_tui.sessions.store import Store, Summary, sessions_folder
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui import background
from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.drawing.charts import Judged, session_charts, verdict_charts
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.screens.dialog import BlocksDialog
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.values import Outcome

INDENT = 4
"""Columns that the blocks stand in."""


class ChartsScreen(BlocksDialog):
    """Draws what a session took, or what came of all of them."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("charts")
    places: ClassVar[tuple[str, ...]] = ("dialog", "charts", "search")

    def __init__(self, config: Config, transcript: Transcript | None) -> None:
        super().__init__()
        self.transcript = transcript
        self.of_session = transcript is not None
        self._store = Store(sessions_folder(config))
        self._judged: list[Judged] | None = None

    @property
    def title_text(self) -> str:  # type: ignore[override]
        """What the charts are of."""
        return "Charts: this session" if self.of_session else f"Charts: sessions in {self._store.folder}"

    def blocks(self) -> Sequence[Block]:
        width = self.query_one(VerticalScroll).scrollable_content_region.width - INDENT
        if self.of_session and self.transcript:
            return session_charts(self.transcript, width)
        if self._judged is None:
            return [block("note", "reading the sessions ...")]
        return verdict_charts(self._judged, width)

    async def on_mount(self) -> None:
        await super().on_mount()
        background.begin(self, self._read, group="read")

    async def _read(self) -> None:
        found = await asyncio.to_thread(self._store.list)
        if is_there(self):
            self._judged = [judged(summary) for summary in found if summary.rounds]
            if not self.of_session:
                await self.redraw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw_again)

    async def _draw_again(self) -> None:
        if is_there(self):
            await self.redraw()

    async def action_other(self) -> None:
        if self.transcript is None:
            self.app.notify("No session is shown; open one, or solve a problem.", markup=False)
            return
        self.of_session = not self.of_session
        await self.redraw()
        self.action_edge(-1)


def judged(summary: Summary) -> Judged:
    """What the charts count of a session."""
    knobs = ", ".join(f"{name} {value}" for name, value in summary.knobs.items())
    return Judged(
        summary.task or "problems of one's own",
        summary.model or "unknown",
        f"{summary.task} {knobs}" if summary.task and knobs else "",
        outcome_of(summary),
    )


def outcome_of(summary: Summary) -> Outcome | None:
    """Ground truth where there is a verdict, else what the self-check found; None where there is no answer."""
    given = summary.verdicts
    if given is None:
        return None
    return given.ground_truth if given.ground_truth != "could_not_check" else given.self_check

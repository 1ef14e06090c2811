"""The code of two rounds, and what changed between them."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from codesteer_tui.text import plain
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.difference import as_patch, code_before, difference, with_code, with_gaps
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.screens.dialog import Dialog
from codesteer_tui.tui.widgets.diffview import DiffView

SIDE_BY_SIDE_FROM = 110
"""With fewer columns of the app the programs stand one below the other, until the person says otherwise."""


class DifferenceScreen(Dialog):
    """Compares two rounds, which can be chosen."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("difference")
    places: ClassVar[tuple[str, ...]] = ("dialog", "difference")

    def __init__(self, transcript: Transcript, number: int | None) -> None:
        super().__init__()
        self.rounds = with_code(transcript)
        until = [at for at, this in enumerate(self.rounds) if number is None or this.number <= number]
        self.new = max(1, until[-1] if until else len(self.rounds) - 1)
        earlier = code_before(transcript, self.rounds[self.new])
        self.old = self.rounds.index(earlier) if earlier else 0
        self._wanted: bool | None = None
        self._whole = False
        self._at = 0
        self._shown: DiffView | None = None

    @property
    def pair(self) -> tuple[Round, Round]:
        """The two rounds that are compared."""
        return self.rounds[self.old], self.rounds[self.new]

    @property
    def sources(self) -> tuple[str, str]:
        """Their programs, as they are shown."""
        before, after = (plain(this.code.source).rstrip() if this.code else "" for this in self.pair)
        return before, after

    @property
    def side_by_side(self) -> bool:
        """Whether one stands beside the other."""
        return self.app.size.width >= SIDE_BY_SIDE_FROM if self._wanted is None else self._wanted

    @property
    def title_text(self) -> str:  # type: ignore[override]
        before, after = self.pair
        return f"Code of R{before.number} -> R{after.number}: {difference(*self.sources).words}"

    def contents(self) -> ComposeResult:
        yield Static(markup=False, id="difference-rounds")
        yield Static(markup=False, id="difference")

    async def redraw(self) -> None:
        compared = difference(*self.sources)
        rows = list(compared.rows) if self._whole else with_gaps(compared.rows)
        self._shown = DiffView(*self.sources, rows, side_by_side=self.side_by_side)
        self.query_one("#difference", Static).update(self._shown)
        self.query_one("#difference-rounds", Static).update(Content.assemble(*self._chooser()))
        await super().redraw()

    def _chooser(self) -> list[Part]:
        """Both rounds among those that have code: older { R0 R1 }   newer [ R0 R1 ]."""
        parts: list[Part] = []
        for word, style, at, (open_, close) in (
            ("- older", "bold $text-error", self.old, "{}"),
            ("+ newer", "bold $text-success", self.new, "[]"),
        ):
            parts += [(f"{word} ", style), (f"{open_} ", "bold $text-accent")]
            for number, this in enumerate(self.rounds):
                chosen = number == at
                parts.append((f"R{this.number}", "bold reverse" if chosen else "dim"))
                parts.append(" ")
            parts += [(close, "bold $text-accent"), "     "]
        return parts

    def copy_whole(self) -> str:
        before, after = self.pair
        sources = [this.code.source if this.code else "" for this in self.pair]
        return as_patch(sources[0], sources[1], (f"R{before.number}", f"R{after.number}"))

    async def action_older(self, by: int) -> None:
        self.old = max(0, min(self.old + by, len(self.rounds) - 1))
        await self._chosen()

    async def action_newer(self, by: int) -> None:
        self.new = max(0, min(self.new + by, len(self.rounds) - 1))
        await self._chosen()

    async def _chosen(self) -> None:
        self._at = 0
        await self.redraw()
        self.action_edge(-1)

    async def action_side_by_side(self) -> None:
        self._wanted = not self.side_by_side
        await self.redraw()

    async def action_whole(self) -> None:
        self._whole = not self._whole
        await self.redraw()

    def action_change(self, by: int) -> None:
        """Go to where the next change begins; the first is in sight from the beginning."""
        if self._shown is None or not self._shown.starts:
            return
        self._at = max(0, min(self._at + by, len(self._shown.starts) - 1))
        row = self.query_one("#difference").virtual_region.y + self._shown.starts[self._at]
        self.query_one(VerticalScroll).scroll_to(y=max(0, row - 1), animate=False)

    async def on_resize(self) -> None:  # type: ignore[override]
        await self.redraw()
        self.call_after_refresh(self.draw_hint)

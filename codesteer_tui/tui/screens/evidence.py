"""What the flags of a round rest on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Block
from codesteer_tui.tui.drawing import evidence
from codesteer_tui.tui.drawing.sections import Section
from codesteer_tui.tui.drawing.verdicts import first_to_see, flags_of
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.screens.parts import PartsDialog

DRAWN_WIDTH = 76
"""Columns that the drawing of a puzzle may take in the dialog."""


class EvidenceScreen(PartsDialog):
    """Every flag of a round and what it rests on; one of them is open at first."""

    def __init__(self, transcript: Callable[[], Transcript], number: int, chosen: str = "") -> None:
        super().__init__()
        self._transcript, self.number = transcript, number
        self._chosen = chosen
        self._seen: dict[tuple[int, str], list[Block]] = {}

    @property
    def this(self) -> Round | None:
        """The round that is shown."""
        return next((r for r in self._transcript().rounds if r.number == self.number), None)

    @property
    def title_text(self) -> str:  # type: ignore[override]
        return f"Flags of R{self.number} and what they rest on"

    @property
    def chosen(self) -> str:
        """The key of the flag that was asked for, or of the one that a person should see first."""
        if self._chosen or self.this is None:
            return self._chosen
        return first_to_see(flags_of(self._transcript(), self.this))

    def sections(self) -> Sequence[Section]:
        this = self.this
        if this is None:
            return []
        return evidence.sections(self._transcript(), this, self.chosen, self._drawing(this))

    def _drawing(self, this: Round) -> list[Block]:
        """The problem of a task that is drawn, with the judged answer in it and what is wrong marked."""
        problem = self._transcript().problem
        if problem is None or not problem.task or this.truth is None or not this.truth.extracted:
            return []
        key = (this.number, this.truth.extracted)
        if key not in self._seen:
            with importing:
                from codesteer_tui.tui import puzzles

            self._seen[key] = []
            if puzzles.is_drawn(problem.task):
                seen = puzzles.judged(problem, f"<<<{this.truth.extracted}>>>")
                others = puzzles.said(seen)[1:] if seen else []
                self._seen[key] = [*others, *puzzles.draw(problem, seen, DRAWN_WIDTH)]
        return self._seen[key]

    async def on_mount(self) -> None:
        self._go_to_chosen()
        await super().on_mount()
        self.call_after_refresh(self._show_part)

    def _go_to_chosen(self) -> None:
        keys = [section.key for section in self.sections()]
        self.part = keys.index(self.chosen) if self.chosen in keys else 0

    async def action_round(self, by: int) -> None:
        known = [r.number for r in self._transcript().rounds]
        if self.number in known:
            self.number = known[max(0, min(known.index(self.number) + by, len(known) - 1))]
            self._chosen = ""
            self._folded.clear()
            self._go_to_chosen()
            await self._redraw_at_part()

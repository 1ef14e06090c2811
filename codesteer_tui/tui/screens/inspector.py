"""The exact prompt of every role in a round, and what came back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.drawing import prompts
from codesteer_tui.tui.drawing.sections import Section
from codesteer_tui.tui.screens.parts import PartsDialog
from codesteer_tui.values import Role

RENEW_S = 1.0
"""Seconds after which what has come meanwhile is shown, while the run goes on."""


class InspectorScreen(PartsDialog):
    """Shows what the roles were given. `transcript` is asked for again and again: a replay has new ones."""

    def __init__(self, transcript: Callable[[], Transcript], number: int | None, role: Role) -> None:
        super().__init__()
        self._transcript, self.number, self._role = transcript, number, role

    @property
    def this(self) -> Round | None:
        """The round that is shown."""
        return next((r for r in self._transcript().rounds if r.number == self.number), None)

    @property
    def title_text(self) -> str:  # type: ignore[override]
        return f"Prompts of R{self.number}: what was sent, word by word"

    def sections(self) -> Sequence[Section]:
        return prompts.sections(self._transcript(), self.this, self._role)

    async def on_mount(self) -> None:
        self.part = self._first_open()
        await super().on_mount()
        self.set_interval(RENEW_S, self._renew)
        self.call_after_refresh(self._show_part)

    async def _renew(self) -> None:
        if not self._transcript().ending:
            await self.redraw()

    def _first_open(self) -> int:
        opened = (at for at, section in enumerate(self.sections()) if not self.is_folded(section))
        return next(opened, 0)

    async def action_round(self, by: int) -> None:
        known = [r.number for r in self._transcript().rounds]
        if self.number in known:
            self.number = known[max(0, min(known.index(self.number) + by, len(known) - 1))]
            self.part = self._first_open()
            await self._redraw_at_part()

    def copy_whole(self) -> str:
        """The messages of the call at hand, as JSON."""
        sections = self.sections()
        if not sections or self.this is None:
            return ""
        role, number, *_ = [*sections[self.part].key.split(), ""]
        calls = [call for call in self.this.calls if call.role == role]
        if not calls:
            return super().copy_whole()
        return prompts.as_json(self.this, calls[0].role, int(number) if number.isdigit() else len(calls))

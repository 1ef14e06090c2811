"""What the flags of a round rest on."""

from __future__ import annotations

from collections.abc import Sequence

from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import ZOOMED, Block
from codesteer_tui.tui.drawing.flags import evidence
from codesteer_tui.tui.screens.dialog import BlocksDialog


class EvidenceScreen(BlocksDialog):
    """Verdicts, the lines of code behind the findings, the check program and its output."""

    def __init__(self, transcript: Transcript, this: Round) -> None:
        super().__init__()
        self._transcript, self._this = transcript, this
        self.title_text = f"Evidence for R{this.number}"

    def blocks(self) -> Sequence[Block]:
        return evidence(self._transcript, self._this, ZOOMED)

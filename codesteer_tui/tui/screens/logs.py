"""The logs: what the app said and what went wrong in it, and llama.cpp's own output; followed as they grow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from codesteer_tui.providers.opening import worker_log
from codesteer_tui.tui.blocks import Block, Part, block
from codesteer_tui.tui.journal import (
    LEVELS,
    Entry,
    Journal,
    Level,
    Source,
    filtered,
    read_llama_log,
    state_of,
)
from codesteer_tui.tui.keys import bindings, pressed
from codesteer_tui.tui.screens.dialog import BlocksDialog
from codesteer_tui.tui.widgets.presence import is_there

LOOK_S = 0.5
"""Seconds between two looks at whether there is something new."""

TEXT_AT = 12
"""Columns of mark and time; what was said stands behind them, in further lines as well."""

A_BLOCK = 100
"""Lines in a block; only the last block is drawn anew when the log grows."""

MOST_SHOWN = 2_000
"""Lines shown, the newest ones; all that is kept is copied."""

SOURCES: tuple[Source | None, ...] = (None, "app", "library", "llama.cpp")
LEVEL_WORDS: dict[Level, str] = {"error": "errors", "warning": "warnings and errors", "info": "everything"}
LOOKS: dict[Level, tuple[str, str]] = {
    "error": ("x", "bold $text-error"),
    "warning": ("!", "bold $text-warning"),
    "info": (" ", "dim"),
}


class LogScreen(BlocksDialog):
    """Shows both logs as one below the other, filtered by level and source."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("logs")
    places: ClassVar[tuple[str, ...]] = ("dialog", "logs", "search")

    def __init__(self, journal: Journal, llama_log: Path | None = None) -> None:
        super().__init__()
        self._journal, self._path = journal, llama_log or worker_log()
        self._llama: list[Entry] = []
        self._seen: tuple[int, tuple[int, int]] | None = None
        self.level: Level = "info"
        self.source: Source | None = None
        self.follows = True

    @property
    def title_text(self) -> str:  # type: ignore[override]
        """What is shown of it, and whether it follows."""
        shown = f"{self.source or 'all'}, {LEVEL_WORDS[self.level]}"
        return f"Logs: {shown}{', following' if self.follows else ''}"

    def entries(self) -> Sequence[Entry]:
        """What the filters let through: llama.cpp's first, since its lines have no time, then the app's."""
        return filtered([*self._llama, *list(self._journal.entries)], self.level, self.source)

    def blocks(self) -> Sequence[Block]:
        entries = self.entries()
        if not entries:
            return [block("note", self._nothing())]
        shown = entries[-MOST_SHOWN:]
        left = len(entries) - len(shown)
        head = (
            [
                block(
                    "note",
                    f"... {left:,} older lines; {pressed(self.app, 'dialog_copy')} copies them as well ...",
                )
            ]
            if left
            else []
        )
        chunks = [shown[at : at + A_BLOCK] for at in range(0, len(shown), A_BLOCK)]
        return [*head, *(block("row", *_parts(chunk), hang=TEXT_AT) for chunk in chunks)]

    def _nothing(self) -> str:
        if self.source == "llama.cpp":
            return f"llama.cpp has said nothing yet. What it says is kept in {self._path}."
        if self.level == "info":
            return "Nothing to show."
        return f"Nothing of this kind. {pressed(self.app, 'level')} shows more."

    def copy_whole(self) -> str:
        return "\n".join(entry.shown for entry in self.entries())

    async def on_mount(self) -> None:
        await super().on_mount()
        await self._look()
        self.set_interval(LOOK_S, self._look)

    async def _look(self) -> None:
        """Show what is new, if anything is."""
        if not is_there(self):
            return
        before = self._seen[1] if self._seen else None
        now = await asyncio.to_thread(state_of, self._path)
        if now != before:
            self._llama = await asyncio.to_thread(read_llama_log, self._path)
        if (self._journal.total, now) != self._seen:
            self._seen = (self._journal.total, now)
            await self.redraw()

    async def redraw(self) -> None:
        await super().redraw()
        if self.follows and not self.sought:
            self.call_after_refresh(self._to_end)

    def _to_end(self) -> None:
        if is_there(self):
            self.query_one(VerticalScroll).scroll_end(animate=False)

    async def action_level(self) -> None:
        self.level = LEVELS[(LEVELS.index(self.level) + 1) % len(LEVELS)]
        await self.redraw()

    async def action_source(self) -> None:
        self.source = SOURCES[(SOURCES.index(self.source) + 1) % len(SOURCES)]
        await self.redraw()

    async def action_follow(self) -> None:
        self.follows = not self.follows
        await self.redraw()

    # Whoever goes up wants to read; whoever goes to the end follows.

    async def action_scroll(self, by: int) -> None:  # type: ignore[override]
        await self._moved(by)
        super().action_scroll(by)

    async def action_page(self, by: int) -> None:  # type: ignore[override]
        await self._moved(by)
        super().action_page(by)

    async def action_edge(self, by: int) -> None:  # type: ignore[override]
        self.follows = by > 0
        super().action_edge(by)
        await super().redraw()

    async def _moved(self, by: int) -> None:
        if by < 0 and self.follows:
            self.follows = False
            await super().redraw()


def _parts(entries: Sequence[Entry]) -> list[Part]:
    parts: list[Part] = []
    for number, entry in enumerate(entries):
        sign, look = LOOKS[entry.level]
        when = f"{entry.at:%H:%M:%S}" if entry.at else "llama.cpp"
        parts.append(("\n" if number else "", ""))
        parts.append((f"{sign} ", look))
        parts.append((f"{when:<9} ", "dim"))
        text = entry.text.replace("\n", f"\n{'':<{TEXT_AT}}")
        parts.append((text, "" if entry.level == "info" else look.removeprefix("bold ")))
    return parts

"""What all the tests have in common that compare pictures of screens.

No clock, no path of a test and no fact of this machine may be in a picture: what would show one is given a fixed one.
After a wanted change: `pytest tests/tui -k snapshots --snapshot-update`, and look at the pictures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

SIZES = [(80, 24), (130, 30), (160, 45)]
"""One pane under tabs, two columns, three columns: see `codesteer_tui/tui/layout.py`."""

by_size = pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
by_theme = pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])

Compare = Callable[..., bool]
Look = Callable[[Pilot[None]], Awaitable[None]]


def pressing(*keys: str) -> Look:
    """Press these keys, and wait until the screen rests."""

    async def run_before(pilot: Pilot[None]) -> None:
        await pilot.pause(0.2)
        for key in keys:
            await pilot.press(key)
        await settled(pilot)

    return run_before


async def settled(pilot: Pilot[None], seconds: float = 0.3) -> None:
    """Wait until the screen rests, with cursors that do not blink."""
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False
    at_work = [worker for worker in pilot.app.workers if worker.group in {"about", "places", "weights"}]
    await asyncio.gather(*(worker.wait() for worker in at_work))
    await pilot.pause(seconds)

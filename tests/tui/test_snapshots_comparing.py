"""What sessions look like side by side, pixel by pixel, from recorded sessions. See `test_snapshots.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from codesteer_tui.sessions.store import Recording, read_recording
from codesteer_tui.tui.screens.comparing import CompareScreen
from tests.recordings.build import HERE, game24
from tests.tui.pictures import Compare, by_size, by_theme
from tests.tui.test_comparing import otherwise
from tests.tui.test_snapshots import app_with


def comparing(*recordings: Recording) -> Callable[[Pilot[None]], object]:
    async def run_before(pilot: Pilot[None]) -> None:
        await pilot.pause(0.2)
        await pilot.app.push_screen(CompareScreen(recordings))
        await pilot.pause(0.3)

    return run_before


def pair() -> list[Recording]:
    return [Recording(Path("a.jsonl"), game24(), []), Recording(Path("b.jsonl"), otherwise(), [])]


@by_theme
@by_size
def test_a_fork_beside_its_origin(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(app_with("game24", theme), terminal_size=size, run_before=comparing(*pair()))


@by_theme
def test_three_sessions(snap_compare: Compare, theme: str) -> None:
    third = read_recording(HERE / "declined.jsonl")
    app = app_with("game24", theme)
    assert snap_compare(app, terminal_size=(130, 30), run_before=comparing(*pair(), third))

"""A long session opens in little more time than it takes to read its file, and is gone through at once.

In figures, by hand, on two cores that others use as well: docs/measurements.md.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from textual.geometry import Size
from textual.screen import Screen

from codesteer_tui.config import Config, Sessions
from codesteer_tui.config import Screen as ScreenConfig
from codesteer_tui.events import Event, decode, encode
from codesteer_tui.sessions.replay import Player
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui import remembered
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.replay import ReplayScreen
from codesteer_tui.tui.widgets.pane import Pane
from codesteer_tui.tui.widgets.transport import Transport
from tests.perf.long_session import of_facts, streamed

EVENTS = 100_000
ROUNDS = 5
MOST_TO_OPEN = 10.0
"""Times as long as decoding the lines and nothing else. It is 4 to 6 times; the second that is promised would be 20."""

MOST_TO_SEEK = 0.3
"""Times as long as decoding the lines, too."""

MOST_TO_SHOW = 0.75
"""Times as much work of the processor as to lay the same screen out for a terminal of another width."""

Make = Callable[[int], list[Event]]


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, so that others on the machine count as little as can be."""
    start = time.process_time()
    work()
    return time.process_time() - start


@pytest.fixture(params=[streamed, of_facts], ids=["streamed", "facts"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    events = request.param(EVENTS)
    assert abs(len(events) - EVENTS) < EVENTS / 50
    path = tmp_path / "long.jsonl"
    path.write_bytes(b"".join(encode(event) + b"\n" for event in events))
    return path


def opened(path: Path) -> Player:
    player = Player(read_recording(path).whole)
    assert player.transcript().ending is not None
    return player


@pytest.mark.perf
def test_opening_takes_a_few_times_as_long_as_decoding_and_going_anywhere_a_part_of_it(path: Path) -> None:
    lines = path.read_bytes().splitlines()

    def read() -> list[object]:
        return [decode(line) for line in lines]

    times = [(seconds(read), seconds(lambda: opened(path))) for _ in range(ROUNDS)]
    decoding, opening = (min(these) for these in zip(*times, strict=True))
    player = opened(path)
    slowest = 0.0
    for place in random.Random(7).sample(range(len(player.events)), 40):
        player.seek(place)
        slowest = max(slowest, min(seconds(player.transcript) for _ in range(3)))
    print(f"decoding {decoding:.3f} s, opening {opening:.3f} s, the slowest of 40 places {slowest:.3f} s")
    assert opening / decoding <= MOST_TO_OPEN, f"{opening / decoding:.2f} times as long as decoding the lines"
    assert slowest / decoding <= MOST_TO_SEEK, f"{slowest / decoding:.2f} times as long as decoding the lines"


@pytest.mark.perf
@pytest.mark.timeout(240)
async def test_to_show_a_place_is_about_as_much_work_as_to_lay_the_screen_out_anew(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In seconds of the processor, until all is painted; with the drawing, whatever else uses the machine."""
    monkeypatch.setattr(remembered, "state_file", lambda: tmp_path / "screen.json")
    painted: list[float] = []
    paint = Screen._compositor_refresh

    def noted(self: Screen[object]) -> None:
        paint(self)
        painted.append(time.process_time())

    monkeypatch.setattr(Screen, "_compositor_refresh", noted)
    layouts: list[None] = []
    lay_out = Screen._refresh_layout

    def counted(self: Screen[object], size: Size | None = None, scroll: bool = False) -> None:
        layouts.extend([] if scroll else [None])
        lay_out(self, size, scroll)

    monkeypatch.setattr(Screen, "_refresh_layout", counted)
    config = Config(screen=ScreenConfig(reduced_motion=True), sessions=Sessions(dir=str(tmp_path / "kept")))
    app = CodesteerApp(Settings(config), recording=read_recording(path))
    resized, shown, whole = [], [], []
    async with app.run_test(size=(130, 30)) as pilot:
        await pilot.pause(0.5)
        gc.freeze()  # as the app does it by itself where the process is its own
        try:
            screen = app.screen
            assert isinstance(screen, ReplayScreen)
            bar, total = screen.query_one(Transport), screen.player.total_seconds
            for count, share in enumerate(random.Random(7).sample(range(1, 1000), 25)):
                painted.clear()
                start = time.process_time()
                await pilot.resize_terminal(131 - count % 2, 30)
                await pilot.pause(0.2)
                resized.append(painted[-1] - start)
                painted.clear()
                layouts.clear()
                before = [pane.virtual_size for pane in screen.query(Pane)]
                start = time.process_time()
                bar.post_message(Transport.Sought(total * share / 1000))
                await pilot.pause(0.2)
                assert screen.player.seconds == pytest.approx(total * share / 1000, abs=0.02)
                shown.append(painted[0] - start)
                whole.append(painted[-1] - start)
                after = [pane.virtual_size for pane in screen.query(Pane)]
                assert len(layouts) <= 1 + (after != before), (
                    "one layout, and one where a pane's bar may come or go"
                )
        finally:
            gc.unfreeze()
    print(
        f"laid out anew {median(resized):.3f} s; a place shown after {median(shown):.3f} s, at most {max(shown):.3f} s;"
        f" with what follows {median(whole):.3f} s, at most {max(whole):.3f} s"
    )
    assert median(whole) <= MOST_TO_SHOW * median(resized)

"""A long session opens in little more time than it takes to read its file, and is gone through at once.

In figures, by hand, on two cores that others use as well: docs/measurements.md.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from codesteer_tui.events import Event, decode, encode
from codesteer_tui.sessions.replay import Player
from codesteer_tui.sessions.store import read_recording
from tests.perf.long_session import of_facts, streamed

EVENTS = 100_000
ROUNDS = 5
MOST_TO_OPEN = 5.0
MOST_TO_SEEK = 0.3
"""Times as long as decoding the lines and nothing else."""

Make = Callable[[int], list[Event]]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


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

    decoding = median(seconds(read) for _ in range(ROUNDS))
    opening = median(seconds(lambda: opened(path)) for _ in range(ROUNDS))
    player = opened(path)
    slowest = 0.0
    for place in random.Random(7).sample(range(len(player.events)), 40):
        player.seek(place)
        slowest = max(slowest, min(seconds(player.transcript) for _ in range(3)))
    print(f"decoding {decoding:.3f} s, opening {opening:.3f} s, the slowest of 40 places {slowest:.3f} s")
    assert opening / decoding <= MOST_TO_OPEN, f"{opening / decoding:.2f} times as long as decoding the lines"
    assert slowest / decoding <= MOST_TO_SEEK, f"{slowest / decoding:.2f} times as long as decoding the lines"

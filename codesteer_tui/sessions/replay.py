"""Replay: the recorded events of a session once more, at their own pace or at a person's.

The player holds a position and yields events; it opens no network connection, no container and no model.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from itertools import islice

from codesteer_tui import events as ev
from codesteer_tui.events import Event
from codesteer_tui.transcript import Transcript

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""How fast a session can be played, times its own pace."""

IDLE_S = 2.0
"""Longest pause between two events, in recorded seconds, while idle time is skipped."""


class Player:
    """A position in a recorded session.

    `position` counts the events before it, from 0 to `len(events)`; `speed` is one of `SPEEDS`. Steps and
    seeks land on events, and pause nothing: the caller draws `transcript()` afterwards and, if `playing` is
    still true, goes on with `play()`.
    """

    def __init__(
        self,
        events: Sequence[Event],
        *,
        speed: float = 1.0,
        skip_idle: bool = True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.events = events
        self.position = len(events)
        self.speed = speed
        self.skip_idle = skip_idle
        self.playing = False
        self._sleep = sleep
        self._turn = 0
        self._times = _rising(e.at for e in events)
        self._whole_at = _whole_at(events)
        begun = [(i, e.round) for i, e in enumerate(events) if isinstance(e, ev.RoundStarted)]
        self._round_starts = [i for i, _ in begun]
        self._round_numbers = [number for _, number in begun]

    @property
    def seconds(self) -> float:
        """The recorded time at this position."""
        return self._times[self.position - 1] if self.position else 0.0

    @property
    def total_seconds(self) -> float:
        """How long the session took."""
        return self._times[-1] if self._times else 0.0

    @property
    def at_end(self) -> bool:
        """Whether every event has been shown."""
        return self.position >= len(self.events)

    @property
    def round_number(self) -> int | None:
        """The round that is going on at this position."""
        started = bisect_left(self._round_starts, self.position)
        return self._round_numbers[started - 1] if started else None

    def transcript(self) -> Transcript:
        """The state at this position.

        Deltas whose whole text has already come are left out, so that long sessions fold at once.
        """
        until = self.position
        whole = self._whole_at
        return Transcript.of(
            event for i, event in enumerate(islice(self.events, until)) if not whole[i] or whole[i] > until
        )

    def seek(self, position: int) -> None:
        """Go to a position; beyond the ends, to the end."""
        self.position = max(0, min(position, len(self.events)))
        self._turn += 1

    def seek_time(self, seconds: float) -> None:
        """Go to the last event at or before this recorded time."""
        self.seek(bisect_right(self._times, seconds))

    def step(self, by: int) -> None:
        """Go some events on or back. Deltas of one text count as one event together with what follows."""
        at = self.position
        for _ in range(abs(by)):
            at += 1 if by > 0 else -1
            while 0 < at < len(self.events) and ev.is_delta(self.events[at - 1]):
                at += 1 if by > 0 else -1
        self.seek(at)

    def step_round(self, by: int) -> None:
        """Go to the end of the next round, or of the one before; past the last one to the end."""
        ends = [0, *self._round_starts[1:], len(self.events)]
        for _ in range(abs(by)):
            at = self.position
            place = bisect_right(ends, at) if by > 0 else bisect_left(ends, at) - 1
            self.seek(ends[max(0, min(place, len(ends) - 1))])

    def change_speed(self, by: int) -> None:
        """Faster or slower by this many steps of `SPEEDS`."""
        nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self.speed))
        self.speed = SPEEDS[max(0, min(nearest + by, len(SPEEDS) - 1))]

    def pause(self) -> None:
        """Stop playing; a `play()` that is waiting ends without another event."""
        self.playing = False
        self._turn += 1

    async def play(self) -> AsyncIterator[Event]:
        """Yield the events from here on, each at its time, until the end, a pause, a seek or another play."""
        self._turn += 1
        turn = self._turn
        self.playing = True
        while not self.at_end:
            gap = max(0.0, self._times[self.position] - self.seconds)
            if gap := min(gap, IDLE_S) if self.skip_idle else gap:
                await self._sleep(gap / self.speed)
                if turn != self._turn:
                    return
            event = self.events[self.position]
            self.position += 1
            yield event
            if turn != self._turn:
                return
        self.playing = False


def _rising(times: Iterable[float]) -> list[float]:
    """The times as they pass: a clock that was set back in a resumed session stands still."""
    latest = 0.0
    risen: list[float] = []
    for at in times:
        latest = max(latest, at)
        risen.append(latest)
    return risen


def _whole_at(events: Sequence[Event]) -> list[int]:
    """For each delta the position from which its text is known as a whole; 0 for all other events."""
    found = [0] * len(events)
    next_whole: dict[tuple[str, int | str], int] = {}
    for i in range(len(events) - 1, -1, -1):
        match events[i]:
            case ev.GuidanceGiven(round=number):
                next_whole["guidance", number] = i + 1
            case ev.AnswerGiven(round=number):
                next_whole["answer", number] = i + 1
            case ev.ExecutionFinished(id=id):
                next_whole["output", id] = i + 1
            case ev.GuidanceDelta(round=number):
                found[i] = next_whole.get(("guidance", number), 0)
            case ev.AnswerDelta(round=number):
                found[i] = next_whole.get(("answer", number), 0)
            case ev.OutputDelta(id=id):
                found[i] = next_whole.get(("output", id), 0)
    return found

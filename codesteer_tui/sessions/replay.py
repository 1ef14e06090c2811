"""Replay: the recorded events of a session once more, at their own pace or at a person's.

The player holds a position and yields events; it opens no network connection, no container and no model.
"""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from codesteer_tui import events as ev
from codesteer_tui.events import Event
from codesteer_tui.sessions.folding import Folds
from codesteer_tui.sessions.moments import Kind, Moment, moments
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
        self._folds = Folds(events)
        self._times = self._folds.times
        self._stops = facts = self._folds.facts
        self.moments: list[Moment] = moments(events, facts, self._times)
        """What is worth going to, in its order."""
        begun = [(i, e.round) for i in facts if isinstance(e := events[i], ev.RoundStarted)]
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

    def make_ready(self) -> None:
        """Prepare for going anywhere at once; may be called in a thread of its own."""
        self._folds.put_texts_together()

    def transcript(self) -> Transcript:
        """The state at this position.

        Texts that are known as a whole are not put together of their pieces again.
        """
        return self._folds.at(self.position)

    def seek(self, position: int) -> None:
        """Go to a position; beyond the ends, to the end."""
        self.position = max(0, min(position, len(self.events)))
        self._turn += 1

    def seek_time(self, seconds: float) -> None:
        """Go to the last event at or before this recorded time."""
        self.seek(bisect_right(self._times, seconds))

    def step(self, by: int) -> None:
        """Go some events on or back. Deltas of one text count as one event together with what follows."""
        stops, end = self._stops, len(self.events)
        for _ in range(abs(by)):
            place = bisect_left(stops, self.position) if by > 0 else bisect_left(stops, self.position - 1) - 1
            beyond = end if by > 0 else 0
            self.seek(stops[place] + 1 if 0 <= place < len(stops) else beyond)

    def step_piece(self, by: int) -> None:
        """Go on or back by single events, pieces of text among them."""
        self.seek(self.position + by)

    def next_moment(self, *kinds: Kind) -> Moment | None:
        """Go to the next moment of these kinds, and give it; None where there is none behind this position."""
        found = next((m for m in self.moments if m.position > self.position and m.kind in kinds), None)
        if found:
            self.seek(found.position)
        return found

    def find_place(self, words: str) -> int | None:
        """The position that a person means: a time (83, 1:23, 1:02:03), a share (50%), an event (#118), a round (R2).

        A round is meant where it has come to its end. None where it is none of these, or there is no such round.
        """
        text = words.strip().lower()
        if found := re.fullmatch(r"(?:(\d+):)?(?:(\d+):)?(\d+(?:\.\d*)?)\s*s?", text):
            hours, minutes, seconds = _clock(*found.groups())
            return bisect_right(self._times, 3600 * hours + 60 * minutes + seconds)
        if found := re.fullmatch(r"(\d+(?:\.\d*)?)\s*%", text):
            return bisect_right(self._times, self.total_seconds * float(found[1]) / 100)
        if found := re.fullmatch(r"#\s*(\d+)", text):
            return min(int(found[1]), len(self.events))
        if (found := re.fullmatch(r"r\s*(\d+)", text)) and int(found[1]) in self._round_numbers:
            ends = [*self._round_starts[1:], len(self.events)]
            return ends[self._round_numbers.index(int(found[1]))]
        return None

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


def _clock(first: str | None, second: str | None, last: str) -> tuple[int, int, float]:
    """Hours, minutes and seconds of 1:02:03, 2:03 or 3."""
    if second is not None:
        return int(first or 0), int(second), float(last)
    return 0, int(first or 0), float(last)

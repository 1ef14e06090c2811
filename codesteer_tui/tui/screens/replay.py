"""A recorded session through the same panes. It sends nothing and runs nothing."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from codesteer_tui import events as ev
from codesteer_tui.events import Event, is_delta
from codesteer_tui.sessions.replay import Player
from codesteer_tui.tui import background
from codesteer_tui.tui.course import waits_for_retry
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.screens.desk_screen import DeskScreen
from codesteer_tui.tui.widgets.desk import Desk
from codesteer_tui.tui.widgets.ending import EndingPanel
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.status import BottomLine, KeyLine, TopLine
from codesteer_tui.tui.widgets.transport import Transport

if TYPE_CHECKING:
    from codesteer_tui.sessions.moments import Kind
    from codesteer_tui.sessions.store import Recording

AROUND_S = 0.1
"""Least seconds between two redraws of the bar and the lines while pieces of text come in."""


class ReplayScreen(DeskScreen):
    """Plays a recording, or shows it at any point."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("replay")
    watermark = "REPLAY"

    def __init__(self, recording: Recording, *, play: bool = False, speed: float = 1.0) -> None:
        super().__init__()
        self.recording = recording
        self.player = Player(recording.whole, speed=speed)
        self._play_at_once = play
        self._drawing = asyncio.Lock()
        """Playing and going somewhere draw on the same desk, one after the other."""

    def compose(self) -> ComposeResult:
        yield TopLine(markup=False)
        with Container(id="body"):
            yield Desk()
        yield EndingPanel()
        yield Transport(self.player)
        yield BottomLine(markup=False)
        yield KeyLine(markup=False)

    async def on_mount(self) -> None:
        for note in self.recording.notes[:3]:
            self.notify(note, title=str(self.recording.path.name), severity="warning", markup=False)
        if self._play_at_once:
            self.player.seek(0)
        await self.redraw()
        self.query_one(Desk).choose_first()
        background.begin(self, self._make_ready, group="ready")
        if self._play_at_once:
            self._go_on()

    async def _make_ready(self) -> None:
        await asyncio.to_thread(self.player.make_ready)

    def places(self) -> list[str]:
        return ["replay", *super().places()]

    @property
    def seconds(self) -> float:
        return self.player.seconds

    @property
    def position(self) -> int | None:
        return self.player.position

    async def record(self) -> Recording | None:
        return self.recording

    @property
    def retry_in(self) -> float | None:
        retries = self.query_one(Desk).transcript.retries
        left = retries[-1].at + retries[-1].after_s - self.player.seconds if retries else 0.0
        return left if left > 0 and waits_for_retry(self.query_one(Desk).transcript) else None

    async def redraw(self) -> None:
        """Show the state at the player's position."""
        async with self._drawing:
            with self.app.batch_update():
                await self.query_one(Desk).draw(self.player.transcript())
                self._draw_around()

    def _draw_around(self) -> None:
        if not is_there(self):
            return
        self.query_one(Transport).draw()
        self.query_one(EndingPanel).show(self.query_one(Desk).transcript)
        self.draw_lines()

    def _go_on(self) -> None:
        background.begin(self, self._play, name="play", group="play", exclusive=True)

    async def _play(self) -> None:
        desk = self.query_one(Desk)
        drawn = 0.0
        async for event in self.player.play():
            async with self._drawing:
                if desk.transcript.count + 1 != self.player.position:
                    continue  # somebody went elsewhere meanwhile, and that is drawn
                await desk.show(event)
            now = time.monotonic()
            if now - drawn >= AROUND_S or not is_delta(event):
                drawn = now
                self._draw_around()
        self._draw_around()

    async def _moved_to(self) -> None:
        """After a seek: draw, and go on playing if it was."""
        playing = self.player.playing
        await self.redraw()
        if playing and not self.player.at_end:
            self._go_on()
        elif playing:
            self.player.pause()

    async def action_play(self) -> None:
        if self.player.playing:
            self.player.pause()
            self._draw_around()
            return
        if self.player.at_end:
            self.player.seek(0)
            await self.redraw()
        self._go_on()

    async def action_step(self, by: int) -> None:
        self.player.pause()
        self.player.step(by)
        await self.redraw()

    async def action_step_piece(self, by: int) -> None:
        self.player.pause()
        self.player.step_piece(by)
        await self.redraw()

    async def action_next_moment(self, kind: Kind) -> None:
        """Go to the next flag or error, in the pane that shows it; the bar says what it is."""
        self.player.pause()
        moment = self.player.next_moment(kind)
        if moment is None:
            self.notify("Home goes to the start.", title=f"No {kind} behind this place", markup=False)
            self._draw_around()
            return
        await self.redraw()
        if number := pane_of(self.player.events[moment.position - 1]):
            self.query_one(Desk).choose_pane(number)

    def action_go_to(self) -> None:
        """Ask for a time, and go there."""
        with importing:
            from codesteer_tui.tui.screens.going_to import GoToScreen

        async def take(place: int | None) -> None:
            if place is not None:
                self.player.seek(place)
                await self._moved_to()

        self.app.push_screen(GoToScreen(self.player), take)

    async def action_step_round(self, by: int) -> None:
        self.player.step_round(by)
        await self._moved_to()

    async def action_round(self, by: int) -> None:
        await self.action_step_round(by)

    async def action_seek_start(self) -> None:
        self.player.seek(0)
        await self._moved_to()

    async def action_seek_end(self) -> None:
        self.player.pause()
        self.player.seek(len(self.player.events))
        await self.redraw()

    def action_skip_idle(self) -> None:
        self.player.skip_idle = not self.player.skip_idle
        self.query_one(Transport).draw()

    def action_speed(self, by: int) -> None:
        self.player.change_speed(by)
        self.query_one(Transport).draw()

    @on(Transport.Sought)
    async def _sought(self, event: Transport.Sought) -> None:
        self.player.seek_time(event.seconds)
        await self._moved_to()

    async def action_back(self) -> None:
        desk = self.query_one(Desk)
        if await desk.put_away():
            return
        if self.player.playing:
            self.player.pause()
            self._draw_around()
        else:
            self.app.pop_screen()


def pane_of(event: Event) -> int | None:
    """The pane that shows what a flag or an error is about; None where the line above the bar does."""
    match event:
        case ev.CallFailed(role="steerer") | ev.Retried(role="steerer"):
            return 1
        case ev.CallFailed(role="task_llm") | ev.Retried(role="task_llm") | ev.AnswerGiven():
            return 2
        case ev.ExecutionFinished(purpose="self_check"):
            return 4
        case ev.ExecutionFinished():
            return 3
        case ev.Failed() | ev.Cancelled():
            return None
        case _:
            return 4

"""The transport bar of a replay: where it is, how fast it goes, and what lies where."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import groupby
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.message import Message

from codesteer_tui import events as ev
from codesteer_tui.sessions.export import lines_of
from codesteer_tui.sessions.moments import Kind, Moment
from codesteer_tui.sessions.replay import Player
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.layout import SHORT_FROM
from codesteer_tui.tui.widgets.still import Still
from codesteer_tui.tui.words import clock, cut


class Letter(NamedTuple):
    """What stands on the bar for a kind of moment."""

    kind: Kind
    sign: str
    words: str
    style: str = "bold"


LETTERS = (
    Letter("guidance", "G", "guidance was given"),
    Letter("answer", "T", "the TaskLLM answered"),
    Letter("run", "X", "a program ended"),
    Letter("check", "C", "the answer was checked"),
    Letter("person", "?", "the person was asked, or said something", "bold $text-accent"),
    Letter(
        "switch", "^", "a role was given to another model, or the steering mode changed", "bold $text-accent"
    ),
    Letter("flag", "!", "a flag went up: a checker or the ground truth said no", "bold $text-warning"),
    Letter("error", "E", "an error: a call, a program or the run failed", "bold $text-error"),
)
"""What the letters on the bar stand for; a later one wins where two fall together."""

_RANKS = {letter.kind: rank for rank, letter in enumerate(LETTERS)}
TELLING = ("switch", "flag", "error")
"""Kinds of moments that are told in their own words at the position."""

LINE = "-"
LEAST = 16
"""With fewer columns left, what happened last is not told."""


class Transport(Still):
    """Two lines: a bar that can be clicked and dragged on, and numbers."""

    is_fixed = True

    class Sought(Message):
        """The bar was clicked at this recorded time."""

        def __init__(self, seconds: float) -> None:
            super().__init__()
            self.seconds = seconds

    def __init__(self, player: Player) -> None:
        super().__init__(markup=False)
        self.player = player
        self._bar: list[Letter | None] = []
        self._lead = ""
        """What stands before the bar where there is one row for all."""
        self._dragged = False

    @property
    def bar_width(self) -> int:
        """Cells of the bar, without its ends."""
        return max(10, self.app.size.width - 4 - len(self._lead))

    def draw(self) -> None:
        """Show the player's position."""
        player = self.player
        tiny = self.app.size.height < SHORT_FROM
        self._lead = self._in_short() if tiny else ""
        width = self.bar_width
        if len(self._bar) != width:
            self._bar = bar_letters(player, width)
        below = [] if tiny else ["\n", *self._numbers(width)]
        self.put_text(Content.assemble(self._lead, "|", *bar_parts(self._bar, self._here), "|", *below))

    def on_resize(self) -> None:
        self.draw()

    @property
    def _state(self) -> str:
        return "playing" if self.player.playing else "at the end" if self.player.at_end else "paused"

    def _in_short(self) -> str:
        """What it does and where it is, as wide whatever that is."""
        player = self.player
        whole = clock(player.total_seconds)
        skips = "i" if player.skip_idle else ""
        return f"{self._state:<10} {clock(player.seconds):>{len(whole)}}/{whole} {f'{player.speed:g}x{skips}':<6}"

    @property
    def _here(self) -> int:
        """The cell that the position is on; behind the last one at the end."""
        player = self.player
        return (
            self.bar_width if player.at_end else cell_at(player.seconds, player.total_seconds, self.bar_width)
        )

    def _numbers(self, width: int) -> list[Part]:
        player = self.player
        state = self._state
        current = player.round_number
        at = f"   R{current}" if current is not None else ""
        told = f"{clock(player.seconds)} / {clock(player.total_seconds)}   {player.speed:g}x{at}"
        told += f"   event {player.position} of {len(player.events)}"
        idle = "   idle time skipped" if player.skip_idle else ""
        room = width - len(f"{state:<11}{told}{idle}") - 3
        parts: list[Part] = [(f"{state:<11}", "bold"), told, (idle, "dim")]
        if room >= LEAST and not player.playing:
            words, style = last_words(player)
            parts.append((f"   {cut(words, room)}", style))
        return parts

    def _seek(self, x: int) -> None:
        if self.player.total_seconds:
            share = (x - 2 - len(self._lead)) / max(1, self.bar_width - 1)
            self.post_message(self.Sought(max(0.0, min(share, 1.0)) * self.player.total_seconds))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.y == 0:
            self._dragged = True
            self.capture_mouse()
            self._seek(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged:
            self._seek(event.x)

    def on_mouse_up(self) -> None:
        self._dragged = False
        self.release_mouse()


def cell_at(seconds: float, total: float, width: int) -> int:
    """The cell of the bar that a time falls on."""
    return min(width - 1, int(seconds / total * (width - 1))) if total else 0


def bar_letters(player: Player, width: int) -> list[Letter | None]:
    """What stands in each cell of the bar; None where nothing happened."""
    cells: list[Letter | None] = [None] * width
    ranks = [-1] * width
    for moment in player.moments:
        cell, rank = cell_at(moment.at, player.total_seconds, width), _RANKS[moment.kind]
        if rank > ranks[cell]:
            cells[cell], ranks[cell] = LETTERS[rank], rank
    return cells


def bar_parts(cells: list[Letter | None], here: int) -> list[Part]:
    """The bar in colours: what was played stands out, and the cell of the position is turned round."""
    looks = [
        (
            letter.sign if letter else LINE,
            (letter.style if letter else "$text-accent" if place < here else "dim")
            + (" reverse" if place == here else ""),
        )
        for place, letter in enumerate(cells)
    ]
    return [
        ("".join(sign for sign, _ in group), style)
        for style, group in (
            (style, list(group)) for style, group in groupby(looks, key=lambda look: look[1])
        )
    ]


def last_words(player: Player) -> tuple[str, str]:
    """What has just happened at the position, in a few words, and their style; a flag or an error with its sign."""
    place, found = player.position, player.moments
    here = found[bisect_left(found, place, key=_position) : bisect_right(found, place, key=_position)]
    if telling := [moment for moment in here if moment.kind in TELLING]:
        last = telling[-1]
        letter = LETTERS[_RANKS[last.kind]]
        return f"{letter.sign} {last.words}", letter.style
    event = player.events[place - 1] if place else None
    if event is None:
        return "", ""
    if isinstance(event, ev.RoundFinished):
        return f"round {event.round} is over", "$text-accent"
    lines = [] if ev.is_delta(event) else lines_of(event, full=False)
    return lines[0].strip().partition("s  ")[2] if lines else "...", "$text-accent"


def _position(moment: Moment) -> int:
    return moment.position

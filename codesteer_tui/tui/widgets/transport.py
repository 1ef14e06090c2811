"""The transport bar of a replay: where it is, how fast it goes, and what lies where."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from codesteer_tui import events as ev
from codesteer_tui.sessions.replay import Player
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.words import clock

LETTERS: tuple[tuple[type[ev.Base], str, str], ...] = (
    (ev.Asked, "?", "the person was asked"),
    (ev.ModeChanged, "M", "the person stepped in otherwise"),
    (ev.HintGiven, "H", "the person wrote something for the next guidance"),
    (ev.GuidanceGiven, "G", "guidance was given"),
    (ev.AnswerGiven, "T", "the TaskLLM answered"),
    (ev.ExecutionFinished, "X", "a program ended"),
    (ev.AnswerChecked, "C", "the answer was checked"),
    (ev.RoleChanged, "^", "a role was given to another model"),
    (ev.CallFailed, "!", "a call to a model failed"),
    (ev.Failed, "!", "the run failed"),
)
"""What the letters on the bar stand for; a later one wins where two fall together."""


class Transport(Static):
    """Two lines: a bar that can be clicked, and numbers."""

    class Sought(Message):
        """The bar was clicked at this recorded time."""

        def __init__(self, seconds: float) -> None:
            super().__init__()
            self.seconds = seconds

    def __init__(self, player: Player) -> None:
        super().__init__(markup=False)
        self.player = player
        self._bar = ""

    @property
    def bar_width(self) -> int:
        """Cells of the bar, without its ends."""
        return max(10, self.app.size.width - 4)

    def draw(self) -> None:
        """Show the player's position."""
        player, width = self.player, self.bar_width
        if len(self._bar) != width:
            self._bar = bar_text(player, width)
        bar = self._bar
        done = self._cell(player.seconds) + (1 if player.at_end else 0)
        state = "playing" if player.playing else "at the end" if player.at_end else "paused"
        current = player.round_number
        numbers: list[Part] = [
            (f"{state:<11}", "bold"),
            f"{clock(player.seconds)} / {clock(player.total_seconds)}   {player.speed:g}x",
            f"   R{current}" if current is not None else "",
            f"   event {player.position} of {len(player.events)}",
            ("   idle time skipped" if player.skip_idle else "", "dim"),
        ]
        self.update(
            Content.assemble("|", (bar[:done], "bold $text-accent"), (bar[done:], "dim"), "|\n", *numbers)
        )

    def _cell(self, seconds: float) -> int:
        return cell_at(seconds, self.player.total_seconds, self.bar_width)

    def on_click(self, event: events.Click) -> None:
        if event.y == 0 and self.player.total_seconds:
            share = (event.x - 2) / max(1, self.bar_width - 1)
            self.post_message(self.Sought(max(0.0, min(share, 1.0)) * self.player.total_seconds))


def cell_at(seconds: float, total: float, width: int) -> int:
    """The cell of the bar that a time falls on."""
    return min(width - 1, int(seconds / total * (width - 1))) if total else 0


def bar_text(player: Player, width: int) -> str:
    """The bar: dashes with the letters of what happened."""
    cells = ["-"] * width
    for kind, letter, _ in LETTERS:
        for event in player.events:
            stopped = isinstance(event, ev.CallFailed) and event.kind == "interrupted"
            if isinstance(event, kind) and not stopped:
                cells[cell_at(event.at, player.total_seconds, width)] = letter
    return "".join(cells)

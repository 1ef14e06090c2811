"""One of the four panes: a bordered, scrolling sheet that follows one round of a Transcript."""

from __future__ import annotations

import time
from typing import ClassVar, NamedTuple, Protocol

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from codesteer_tui import events as ev
from codesteer_tui.text import plain
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import PANE, ZOOMED, Block, Bounds, text_of
from codesteer_tui.tui.drawing import flags, guidance, run, task
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.widgets.sheet import Sheet

COALESCE_S = 0.1
"""Least seconds between two redraws while text streams in."""

_AROUND_TITLE = 4
"""Columns of the border before and after its title, with a blank each."""

REST = 4
"""A redraw that takes long is followed by a rest of this many times its own length, to leave room for keys."""


class Drawing(Protocol):
    """What a module of `drawing/` offers."""

    def title(self, transcript: Transcript, this: Round | None) -> str: ...
    def blocks(self, transcript: Transcript, this: Round | None, bounds: Bounds) -> list[Block]: ...
    def peek(self, transcript: Transcript, this: Round | None) -> str: ...
    def to_copy(self, transcript: Transcript, this: Round | None) -> str: ...


class Part(NamedTuple):
    """Which of the four streams a pane shows."""

    number: int
    name: str
    short: str
    drawing: Drawing
    events: tuple[type[ev.Base], ...]


_ALWAYS = (
    ev.SessionStarted,
    ev.SessionResumed,
    ev.RoundStarted,
    ev.RoundFinished,
    ev.RoleChanged,
    ev.PromptSent,
    ev.LoadingDelta,
    ev.Noted,
    ev.CallFailed,
    ev.Asked,
    ev.Answered,
)
_ENDINGS = (ev.Finished, ev.Failed, ev.Cancelled)

PARTS = (
    Part(1, "GUIDANCE", "Guide", guidance, (*_ALWAYS, *_ENDINGS, ev.GuidanceDelta, ev.GuidanceGiven)),
    Part(
        2,
        "TASK",
        "Task",
        task,
        (*_ALWAYS, *_ENDINGS, ev.GuidanceGiven, ev.AnswerDelta, ev.AnswerGiven, ev.CodeFound),
    ),
    Part(
        3,
        "RUN",
        "Run",
        run,
        (
            *_ALWAYS,
            *_ENDINGS,
            ev.GuidanceGiven,
            ev.CodeFound,
            ev.ExecutionStarted,
            ev.OutputDelta,
            ev.ExecutionFinished,
        ),
    ),
    Part(
        4,
        "FLAGS",
        "Flags",
        flags,
        (
            *_ALWAYS,
            *_ENDINGS,
            ev.AnswerGiven,
            ev.CodeFound,
            ev.CodeJudged,
            ev.AnswerChecked,
            ev.AnswerVerified,
        ),
    ),
)


class Pane(VerticalScroll):
    """Shows one stream of one round. `show()` takes a live event, `draw()` redraws the whole."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("pane")

    class Entered(Message):
        """The pane got the focus."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class EvidenceWanted(Message):
        """Enter was pressed on the pane."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, part: Part) -> None:
        super().__init__(id=f"pane-{part.name.lower()}", classes="pane")
        self.part = part
        self.transcript = Transcript()
        self.number: int | None = None
        self.bounds = PANE
        self._stale = False
        self._timer: Timer | None = None
        self._rest_s = COALESCE_S

    def compose(self) -> ComposeResult:
        yield Sheet()

    @property
    def this(self) -> Round | None:
        """The round that is shown."""
        return next((r for r in self.transcript.rounds if r.number == self.number), None)

    @property
    def text(self) -> str:
        """What is shown, as text."""
        return text_of(self.query_one(Sheet).blocks)

    async def show(self, event: ev.Event) -> None:
        """Take note of an event that the transcript has taken in; redraws at most ten times a second."""
        if not isinstance(event, self.part.events) or self._stale:
            return
        self._stale = True
        if not self.display or not self.is_on_screen:
            return
        self._timer = self.set_timer(self._rest_s, self.redraw)

    async def draw(self, transcript: Transcript, number: int | None) -> None:
        """Show this round of this transcript, now."""
        moved = number != self.number or transcript is not self.transcript
        self.transcript, self.number = transcript, number
        await self.redraw()
        if moved:
            self.scroll_home(animate=False, immediate=True)

    async def redraw(self) -> None:
        """Bring the pane up to date."""
        self._stale = False
        if self._timer:
            self._timer.stop()
            self._timer = None
        if not self.is_mounted or not self.query(Sheet):
            return
        began = time.perf_counter()
        drawing, this = self.part.drawing, self.this
        self._entitle()
        follows = self._is_streaming and self.scroll_offset.y >= self.max_scroll_y - 1
        await self.query_one(Sheet).put(drawing.blocks(self.transcript, this, self.bounds))
        if follows:
            self.scroll_end(animate=False)
        self._rest_s = max(COALESCE_S, REST * (time.perf_counter() - began))

    def _entitle(self) -> None:
        """The border's title: of its details, two blanks apart, as many as there is room for, the first always."""
        at = f"  R{self.number}" if self.number is not None else ""
        head = f"{self.part.number} {self.part.name}{at}"
        details = plain(self.part.drawing.title(self.transcript, self.this)).split("  ")
        room = self.outer_size.width - _AROUND_TITLE
        while len(details) > 1 and len("  ".join([head, *details])) > room:
            details.pop()
        self.border_title = Content("  ".join([head, *details]).rstrip())

    def on_resize(self) -> None:
        """There may be room for more, or for less."""
        self._entitle()

    @property
    def _is_streaming(self) -> bool:
        this = self.this
        if this is None:
            return False
        if self.part.number == 1:
            return this.guidance is None and bool(this.guidance_so_far)
        return self.part.number == 2 and this.answer is None and bool(this.answer_so_far)

    async def zoom(self, zoomed: bool) -> None:
        """Show more of long texts, or less again."""
        self.bounds = ZOOMED if zoomed else PANE
        await self.redraw()

    def on_show(self) -> None:
        """Catch up with what came while the pane was hidden."""
        if self._stale:
            self.call_after_refresh(self.redraw)

    def on_focus(self) -> None:
        self.post_message(self.Entered(self.part.number))

    def action_evidence(self) -> None:
        self.post_message(self.EvidenceWanted(self.part.number))

    def action_copy_block(self) -> None:
        self._copy(self.part.drawing.to_copy(self.transcript, self.this), "block")

    def action_copy_pane(self) -> None:
        self._copy(self.text, "pane")

    def _copy(self, text: str, what: str) -> None:
        if not text:
            self.app.notify(f"Nothing to copy in {self.part.name}.", markup=False)
            return
        self.app.copy_to_clipboard(text)
        self.app.notify(
            f"Copied the {what} ({len(text):,} characters) to the terminal's clipboard.", markup=False
        )

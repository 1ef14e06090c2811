"""One of the four panes: a bordered, scrolling sheet that follows one round of a Transcript."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from codesteer_tui import events as ev
from codesteer_tui.text import plain
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui import boundary
from codesteer_tui.tui.blocks import PANE, ZOOMED, Block, block, live, text_of
from codesteer_tui.tui.drawing import task
from codesteer_tui.tui.drawing.panes import ENDINGS, Part
from codesteer_tui.tui.finding import Place, Sought, marked
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.widgets.scrolling import ScrollsAtOnce
from codesteer_tui.tui.widgets.sheet import CHOSEN, Sheet
from codesteer_tui.tui.widgets.still import LaidOnce

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp
    from codesteer_tui.tui.widgets.column import Column

COALESCE_S = 0.1
"""Least seconds between two redraws while text streams in."""

_AROUND_TITLE = 4
"""Columns of the border before and after its title, with a blank each."""

REST = 3
"""A redraw that takes long is followed by a rest of this many times its own length, to leave room for keys."""

LONGEST_REST_S = 1.0
"""However long a redraw took, so that text goes on coming."""

CODE = ("code", "listing", "output", "error")
"""Kinds of blocks that are gone to one after the other."""


def codes_in(blocks: Sequence[Block]) -> list[int]:
    """Where there is code, or what a program printed."""
    return [number for number, shown in enumerate(blocks) if shown.kind in CODE]


class Pane(VerticalScroll, ScrollsAtOnce, LaidOnce):
    """Shows one stream of one round. `show()` takes a live event, `draw()` redraws the whole."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("pane")

    class Entered(Message):
        """The pane got the focus."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Opened(Message):
        """The pane was clicked while it was folded away."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class EvidenceWanted(Message):
        """Enter was pressed on the pane; `key` is the flag that was meant, empty where none was."""

        def __init__(self, number: int, key: str = "") -> None:
            super().__init__()
            self.number, self.key = number, key

    def __init__(self, part: Part) -> None:
        super().__init__(id=f"pane-{part.name.lower()}", classes="pane")
        self.part = part
        self.transcript = Transcript()
        self.number: int | None = None
        self.bounds = PANE
        self.lines: tuple[int, ...] = ()
        """Lines of the program that are marked, where the pane shows it."""
        self.sought: Sought | None = None
        """What is looked for; every match is marked."""
        self.place: Place | None = None
        """The match that the person is at, if it is in this pane."""
        self.code_at: int | None = None
        """Which piece of code was gone to, from 0; None where none was."""
        self.folded = ""
        """How the pane is folded away: "upright" or "folded"; empty where it is open."""
        self._ends_only = False
        """Whether only the end of a text is shown, while it streams in and the person is at it."""
        self._at_end = True
        """Whether the person wants to see what comes: they have not gone up from the end."""
        self.column: Column | None = None
        """What the pane stands in with the others, one below the other; None where it scrolls by itself."""
        self._was_at = 0.0
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
        """Take note of an event that was taken in; redraws at most ten times a second, and at once at an end."""
        at_once = isinstance(event, ENDINGS)
        if not isinstance(event, self.part.events) or (self._timer and not at_once):
            return
        self._stale = True
        if not self.display or not (self.column or self.is_on_screen):
            return
        if at_once:
            await self.redraw()
            return
        self._timer = self.set_timer(self._rest_s, self.redraw)

    async def draw(self, transcript: Transcript, number: int | None) -> None:
        """Show this round of this transcript, now."""
        moved = number != self.number or transcript is not self.transcript
        if number != self.number:
            self.code_at = None
        if moved:
            self._ends_only = False
        self.transcript, self.number = transcript, number
        await self.redraw()
        if moved and not self.is_anchored and not self.column:
            self.scroll_home(animate=False, immediate=True)
            self._at_end = not self._is_streaming

    async def redraw(self) -> None:
        """Bring the pane up to date."""
        self._stale = False
        if self._timer:
            self._timer.stop()
            self._timer = None
        if not self.is_mounted or not self.query(Sheet):
            return
        began = time.perf_counter()
        # What an animation leads to counts, not how far it has come.
        below = self.scroller.max_scroll_y - round(self.scroller.scroll_target_y)
        at_end = self.column.at_end if self.column else self._at_end
        follows = (self._is_streaming or self._ends_only) and at_end
        comes_back = (
            self._ends_only
            and not follows
            and self.scroller.scroll_offset.y > 0
            and self.query_one(Sheet).is_cut
        )
        self._ends_only = self._is_streaming and follows and not self.sought and self.code_at is None
        self._entitle()
        try:
            await self.query_one(Sheet).put(self._end() if self._ends_only else self.drawn())
        except Exception as error:
            if boundary.strict:
                raise
            await self.query_one(Sheet).put(boundary.bug_blocks(error, "This pane"))
        self.anchor(follows and not self.column)
        if comes_back and self.column:
            self.column.stay_from_end(below)
        elif comes_back:
            self.call_after_refresh(self._back_to, below)
        elif self.column:
            self.call_after_refresh(self.column.keep_up, self)
        self._rest_s = max(COALESCE_S, REST * (time.perf_counter() - began))
        self.call_after_refresh(self._painted, began)

    def _painted(self, began: float) -> None:
        """The layout and the painting take longer than what was changed; they count as well."""
        took = time.perf_counter() - began
        self._rest_s = max(COALESCE_S, min(REST * took, LONGEST_REST_S))

    def _back_to(self, below: int) -> None:
        """What was in sight stays so when the text above it comes back; `below` rows of the pane are under it."""
        self.scroll_to(y=self.max_scroll_y - below, animate=False, immediate=True)
        if (bar := self.vertical_scrollbar).grabbed:  # the mouse goes on from here, in what is longer now
            bar.grabbed, bar.grabbed_position = self.app.mouse_position, self.scroll_y

    @property
    def scroller(self) -> Widget:
        """What scrolls the text of the pane."""
        return self.column or self

    def join(self, column: Column | None) -> None:
        """Stand in a column with the others from now on, all of the text at once; with None scroll alone again."""
        if column is self.column:
            return
        self.anchor(False)
        if column:
            self._was_at, at_end = self.scroll_y, self._at_end
            self.scroll_home(animate=False, immediate=True, force=True)
            self._at_end = at_end
        elif self.column and self._is_streaming and self.column.at_end:
            self._at_end = True
        else:
            self._at_end = self._at_end and not self._is_streaming
            self.call_after_refresh(self.scroll_to, y=self._was_at, animate=False, immediate=True)
        self.column = column
        self.call_after_refresh(self.redraw)

    async def went_up(self) -> None:
        """The person has gone up: of a text that streams in, the rest is wanted as well."""
        if self._ends_only:
            await self.redraw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value >= self.max_scroll_y:
            self._at_end = True
        elif new_value < old_value:
            self._at_end = False
            self.call_next(self.went_up)

    def _title(self) -> Content:
        """Of its details, two blanks apart, as many as there is room for, the first always."""
        if self.folded == "upright":
            return Content("")
        at = f"  R{self.number}" if self.number is not None else ""
        head = f"{self.part.number} {self.part.name}{at}"
        details = plain(self.part.drawing.title(self.transcript, self.this)).split("  ")
        room = self.outer_size.width - _AROUND_TITLE
        while len(details) > 1 and len("  ".join([head, *details])) > room:
            details.pop()
        return Content("  ".join([head, *details]).rstrip())

    def _entitle(self) -> None:
        try:
            self.border_title = self._title()
        except Exception:
            if boundary.strict:
                raise
            self.border_title = Content(f"{self.part.number} {self.part.name}")

    def fold(self, folded: bool, *, upright: bool) -> None:
        """Fold the pane away or open it; `upright`: in a narrow column, where its name is written downwards."""
        state = ("upright" if upright else "folded") if folded else ""
        if state != self.folded:
            self.folded = state
            self.set_class(folded, "-folded")
            self.set_class(upright, "-upright")
            self.call_after_refresh(self.redraw)

    def drawn(self) -> list[Block]:
        """The blocks as they are to be shown, with what is marked in them."""
        this = self.this
        if self.folded:
            upright = "\n".join((str(self.part.number), "", *self.part.name))
            return [block("dim", upright)] if self.folded == "upright" else []
        blocks = self.part.drawing.blocks(self.transcript, this, self.bounds)
        if self.lines and this and this.code:
            blocks = task.with_marked_lines(blocks, this.code.source, self.lines)
        if self.code_at is not None and (at := codes_in(blocks)[self.code_at : self.code_at + 1]):
            blocks[at[0]] = msgspec.structs.replace(blocks[at[0]], key=CHOSEN)
        return marked(blocks, self.sought, self.place) if self.sought else blocks

    def _end(self) -> list[Block]:
        """The end of what streams in, in one block: it is drawn many times a second."""
        bounds = live(self.scroller.size.height)
        blocks = self.part.drawing.blocks(self.transcript, self.this, bounds)
        whole = not blocks or bool(self.folded)
        return (
            self.drawn() if whole else [Block("flow", (), inner=tuple(blocks), rows=bounds.tail_lines // 2)]
        )

    def peek(self) -> str:
        """What the pane shows, in one line."""
        try:
            return plain(self.part.drawing.peek(self.transcript, self.this))
        except Exception as error:
            if boundary.strict:
                raise
            return f"cannot be drawn: {type(error).__name__}"

    def show_row_of(self, number: int, at: int = 0) -> None:
        """Scroll so that a character of a block is in sight."""
        views = self.query_one(Sheet).views
        if number < len(views):
            row = views[number].virtual_region.y + views[number].row_of(at)
            above, room = self.scroll_y, self.scrollable_content_region.height
            if self.column:
                self.column.at_end = False
                row += self.column.top_of(self) + self.gutter.top
                above, room = self.column.scroll_y, self.column.size.height
            if not above <= row < above + room:
                self.scroller.scroll_to(y=max(0, row - room // 3), animate=False)

    def on_resize(self) -> None:
        """There may be room for more of the title, or for less."""
        if self.is_mounted:
            self._entitle()
        if self.column:
            self.column.settle()

    @property
    def _is_streaming(self) -> bool:
        this = self.this
        if this is None:
            return False
        if self.part.number == 1:
            return this.guidance is None and bool(this.guidance_so_far or this.guidance_reasoning)
        return (
            self.part.number == 2
            and this.answer is None
            and bool(this.answer_so_far or this.reasoning_so_far)
        )

    async def zoom(self, zoomed: bool) -> None:
        """Show more of long texts, or less again."""
        self.bounds = ZOOMED if zoomed else PANE
        await self.redraw()

    def on_show(self) -> None:
        """Catch up with what came while the pane was hidden."""
        if self._stale:
            self.call_after_refresh(self.redraw)

    def on_click(self) -> None:
        if self.folded:
            self.post_message(self.Opened(self.part.number))

    def on_focus(self) -> None:
        self.post_message(self.Entered(self.part.number))

    def action_evidence(self) -> None:
        self.post_message(self.EvidenceWanted(self.part.number))

    async def action_next_code(self) -> None:
        """Go to the next piece of code; behind the last one to the first."""
        codes = codes_in(self.drawn())
        if not codes:
            self.app.notify(f"There is no code in {self.part.name}.", markup=False)
            return
        self.code_at = 0 if self.code_at is None else (self.code_at + 1) % len(codes)
        await self.redraw()
        self.call_after_refresh(self.show_row_of, codes[self.code_at])

    def action_copy_block(self) -> None:
        """Copy the code that was gone to; else what the pane has to be copied."""
        blocks = self.query_one(Sheet).blocks
        chosen = codes_in(blocks)[self.code_at : self.code_at + 1] if self.code_at is not None else []
        whole = self.part.drawing.to_copy(self.transcript, self.this)
        text = blocks[chosen[0]].text if chosen else whole
        same = plain(whole).rstrip("\n") == text.rstrip("\n")  # as it was, and not only as it can be shown
        self._copy(whole if same else text, "block")

    def action_copy_pane(self) -> None:
        self._copy(text_of(self.drawn()), "pane")

    def _copy(self, text: str, what: str) -> None:
        if not text:
            self.app.notify(f"Nothing to copy in {self.part.name}.", markup=False)
            return
        app: CodesteerApp = self.app  # type: ignore[assignment]
        app.copy(text, what)

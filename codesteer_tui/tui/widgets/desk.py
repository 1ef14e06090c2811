"""The desk: four linked panes over one Transcript, the round strip and, where it is narrow, tabs and a peek line."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.events import MouseDown, MouseMove, MouseUp, Resize
from textual.message import Message

from codesteer_tui.events import Event, Finished, is_delta
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui import arrangement, boundary
from codesteer_tui.tui.course import goes_on
from codesteer_tui.tui.drawing import flags
from codesteer_tui.tui.drawing.panes import PARTS, reached
from codesteer_tui.tui.layout import TABS_BELOW, is_too_small
from codesteer_tui.tui.widgets.arranging import Arranging
from codesteer_tui.tui.widgets.column import Column
from codesteer_tui.tui.widgets.flagspane import FlagsPane
from codesteer_tui.tui.widgets.pane import Pane
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.seeking import Seeking
from codesteer_tui.tui.widgets.sheet import Sheet
from codesteer_tui.tui.widgets.still import Still
from codesteer_tui.tui.widgets.strip import PaneTab, PaneTabs, RoundStrip
from codesteer_tui.tui.words import cut, execution_mark

NOT_SHARED = "Only panes side by side share the room."


def telling_round(transcript: Transcript) -> int | None:
    """The round to show by itself: the newest one, and in the end the one whose answer was taken."""
    ending = transcript.ending
    if isinstance(ending, Finished) and ending.answer_round is not None:
        return ending.answer_round
    return transcript.current.number if transcript.current else None


class Peek(Still):
    """A line from each of two panes that are not in front."""

    is_fixed = True


class Desk(Container):
    """Shows a run. Facts come in by `show()` one by one, or by `draw()` as a whole."""

    class Moved(Message):
        """Another round or pane came to the front."""

    class Stood(Message):
        """The panes stand one below the other now, or side by side again."""

    def __init__(self) -> None:
        super().__init__(id="desk")
        self.transcript = Transcript()
        self.number: int | None = None
        self.follows = True
        self.pane_number = 2
        self._width = 0
        self._looked_at: tuple[str, int | None] = ("", None)
        self.seeking = Seeking(self)
        self.arranging = Arranging(self)
        self.panes = [*(Pane(part) for part in PARTS[:3]), FlagsPane()]

    def compose(self) -> ComposeResult:
        with Horizontal(id="bar"):
            yield PaneTabs(id="tabs")
            yield RoundStrip()
        with Column(id="columns"):
            with Container(id="left", classes="column"):
                yield from self.panes[:2]
            with Vertical(id="right", classes="column"):
                yield from self.panes[2:]
        yield Peek(id="peek", markup=False)

    async def on_mount(self) -> None:
        self.arranging.recall()
        self._bring_forward()
        await self._draw_all()

    @property
    def pane(self) -> Pane:
        """The pane in front."""
        return self.panes[self.pane_number - 1]

    async def show(self, event: Event) -> None:
        """Take in one more event and show it."""
        self.transcript.apply(event)
        if not is_there(self):
            return
        if self.follows and (best := telling_round(self.transcript)) != self.number:
            self.number = best
            await self._draw_all()
            return
        if not is_delta(event):
            self.seeking.renew()
        for pane in self.panes:
            await pane.show(event)
        if not is_delta(event):
            self._draw_strip()
        self._keep_up()

    async def draw(self, transcript: Transcript, number: int | None = None) -> None:
        """Show this transcript as it is, at a round or, by default, at the one that tells most."""
        self.transcript = transcript
        best = telling_round(transcript)
        self.number = best if number is None else number
        self.follows = self.number == best
        await self._draw_all()

    async def choose(self, number: int) -> None:
        """Show another round in all four panes."""
        known = [r.number for r in self.transcript.rounds]
        if number not in known:
            return
        self.number = number
        self.follows = number == telling_round(self.transcript)
        await self._draw_all()

    async def step(self, by: int) -> None:
        """Show the next round or the one before."""
        known = [r.number for r in self.transcript.rounds]
        if self.number in known:
            at = known.index(self.number) + by
            await self.choose(known[max(0, min(at, len(known) - 1))])

    def choose_first(self) -> None:
        """Go to the pane that tells most, or to the next one where that is folded away."""
        first = arrangement.next_open(self.arranging.arranged, 1) if self.arranging.is_folded(2) else 2
        self.choose_pane(first)

    def choose_pane(self, number: int, *, focus: bool = True, unfold: bool = True) -> None:
        """Bring a pane to the front; with `unfold` one that was folded away opens."""
        self.pane_number = number
        if unfold and self.arranging.is_folded(number):
            opened = arrangement.unfold(self.arranging.arranged, number)
            self.arranging.put(opened, keep=focus)
        self._bring_forward()
        if focus:
            self.screen.set_focus(self.pane, scroll_visible=not self.is_linear)
        if self.is_linear:
            self._column.at_end = number == reached(self.pane.this).number
            self.call_after_refresh(self._column.bring, self.pane)

    async def toggle_zoom(self) -> None:
        """Show one pane only and more of its text, or all four again."""
        zoomed = not self.has_class("-zoomed")
        self.set_class(zoomed, "-zoomed")
        self._stand()
        self.arranging.apply()
        for pane in self.panes:
            searched = pane.place is not None
            await pane.zoom(searched or (zoomed and pane.part.number == self.pane_number))
        self.screen.set_focus(self.pane)

    def resize_pane(self, wider: int, taller: int) -> None:
        """Make the pane in front so many percent wider and taller, where there are others beside it."""
        mode = self.arranging.mode
        if mode is None:
            self.notify(NOT_SHARED, markup=False)
            return
        arranged = arrangement.wider(self.arranging.arranged, mode, self.pane_number, wider)
        self.arranging.put(arrangement.taller(arranged, mode, self.pane_number, taller))

    def fold_pane(self) -> None:
        """Fold the pane in front away and go to the next one; the last one stays."""
        if self.arranging.mode is None:
            self.notify(NOT_SHARED, markup=False)
            return
        folded = arrangement.fold(self.arranging.arranged, self.pane_number)
        if folded is None:
            self.notify("It is the last one that is open.", markup=False)
            return
        self.arranging.put(folded)
        self.choose_pane(arrangement.next_open(folded, self.pane_number))

    def even_out(self) -> None:
        """All panes open, and the room shared as it is at first."""
        self.arranging.put(arrangement.EVEN)

    def on_mouse_down(self, event: MouseDown) -> None:
        edge = self.arranging.edge_at(event.screen_x, event.screen_y) if event.button == 1 else None
        if edge:
            event.stop()
            self.arranging.drawing = edge
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self.arranging.drawing:
            event.stop()
            self.arranging.draw_to(event.screen_x, event.screen_y)

    def on_mouse_up(self, event: MouseUp) -> None:
        if self.arranging.drawing:
            event.stop()
            self.release_mouse()
            self.arranging.let_go()

    @property
    def is_covered(self) -> bool:
        """Whether there is something for `put_away`."""
        return self.seeking.sought is not None or self.has_class("-zoomed")

    async def put_away(self) -> bool:
        """Undo what was put over the panes: first the marks of a search, then the zoom; False if there is nothing."""
        if self.seeking.sought is not None:
            await self.seeking.forget()
            return True
        if self.has_class("-zoomed"):
            await self.toggle_zoom()
            return True
        return False

    def _bring_forward(self) -> None:
        for pane in self.panes:
            pane.set_class(pane.part.number == self.pane_number, "-front")
        self.query_one("#left").set_class(self.pane_number < 3, "-front")
        self.query_one("#right").set_class(self.pane_number > 2, "-front")
        self._draw_tabs()
        self.post_message(self.Moved())

    async def _draw_all(self) -> None:
        if not is_there(self):
            return
        if self.panes[1].number != self.number:
            self.panes[1].lines = ()
        self.seeking.renew()
        for pane in self.panes:
            await pane.draw(self.transcript, self.number)
        self._draw_strip()
        self._look_on()
        self.post_message(self.Moved())

    def _look_on(self) -> None:
        """Where the panes stand one below the other: go on following, or show another round where one was in this."""
        shown = (self.transcript.session, self.number)
        if shown[0] != self._looked_at[0]:
            self._column.at_end = True
        if self._column.at_end and self.follows:
            self._keep_up(anew=shown != self._looked_at)
        elif shown != self._looked_at and self.is_linear:
            self.call_after_refresh(self._column.bring, self.pane)
        self._looked_at = shown

    @property
    def is_linear(self) -> bool:
        """Whether the panes stand one below the other, in one column that scrolls."""
        return self.has_class("-linear")

    @property
    def _column(self) -> Column:
        return self.query_one(Column)

    def _stand(self) -> None:
        """Have the panes stand side by side or one below the other, as the terminal is large or small."""
        linear = is_too_small(*self.app.size) and not self.has_class("-zoomed")
        if linear == self.is_linear:
            return
        self.set_class(linear, "-linear")
        self.arranging.apply()
        self.post_message(self.Stood())
        for pane in self.panes:
            pane.join(self._column if linear else None)
        column = self._column
        column.go_to(0)
        if linear:
            reached_it = self.pane_number == reached(self.pane.this).number
            column.at_end = self.follows and (not self.pane.has_focus or reached_it)
            self._keep_up()
            if not column.at_end:  # they are laid out in the refresh after the next one
                self.call_after_refresh(self.call_after_refresh, column.bring, self.pane)

    def _keep_up(self, *, anew: bool = False) -> None:
        """Where the panes stand one below the other, follow the one in which something happens."""
        if self.is_linear:
            part = reached(self.panes[0].this)
            self._column.follow(self.panes[part.number - 1], from_its_top=part is PARTS[3], anew=anew)

    def _draw_strip(self) -> None:
        if not is_there(self):
            return
        narrow = self.app.size.width < TABS_BELOW
        self.query_one(RoundStrip).draw(self.transcript, self.number, short=narrow)
        self._draw_tabs()

    def _draw_tabs(self) -> None:
        if not is_there(self):
            return
        try:
            marks = self._marks()
        except Exception as error:
            if boundary.strict:
                raise
            marks = {4: type(error).__name__}
        self.query_one(PaneTabs).draw(self.pane_number, marks)
        self._draw_peek()

    def _marks(self) -> dict[int, str]:
        """A sign for the tabs of RUN and FLAGS."""
        this = self.pane.this
        run = this.execution("answer") if this else None
        marks = {4: flags.sign(self.transcript, this)}
        if this and run:
            marks[3] = execution_mark(run, over=not goes_on(self.transcript, this)).sign
        return marks

    def _draw_peek(self) -> None:
        width = max(20, (self.app.size.width - 20) // 2)
        shown: list[tuple[str, str] | str] = []
        others = [
            p for p in self.panes if p.part.number in ((1, 3) if self.pane_number in (2, 4) else (2, 4))
        ]
        if self.pane_number in (1, 3):
            others = [p for p in self.panes if p.part.number in {1: (3, 4), 3: (1, 4)}[self.pane_number]]
        for pane in others:
            words = cut(pane.peek(), width)
            shown += [(f" {pane.part.short.lower()}> ", "bold dim"), words or "-", " "]
        self.query_one(Peek).put_text(Content.assemble(*shown))

    @on(Pane.Entered)
    def _entered(self, event: Pane.Entered) -> None:
        if event.number != self.pane_number:
            self.pane_number = event.number
            self._bring_forward()

    @on(Pane.Opened)
    def _opened(self, event: Pane.Opened) -> None:
        self.choose_pane(event.number)

    @on(FlagsPane.Meant)
    async def _lines_meant(self, event: FlagsPane.Meant) -> None:
        """Mark the lines that a flag means in the program itself, and bring them into sight."""
        answers = self.panes[1]
        if answers.lines == event.lines:
            return
        answers.lines = event.lines
        await answers.redraw()
        if self.is_linear:
            return  # the flag itself would go out of sight
        blocks = answers.query_one(Sheet).blocks
        for number, shown in enumerate(blocks):
            if shown.kind == "listing" and (line := next(iter(shown.lines), 0)) >= shown.first:
                before = shown.text.split("\n")[: line - shown.first]
                answers.call_after_refresh(answers.show_row_of, number, sum(len(text) + 1 for text in before))
                break

    @on(PaneTab.Chosen)
    def _tab_chosen(self, event: PaneTab.Chosen) -> None:
        self.choose_pane(event.number)

    @on(RoundStrip.Chosen)
    async def _round_chosen(self, event: RoundStrip.Chosen) -> None:
        await self.choose(event.number)

    async def on_resize(self, event: Resize) -> None:
        self._stand()
        if event.size.width != self._width:  # only the height changes where the ending comes and goes
            self._width = event.size.width
            self.arranging.apply()
            self._draw_strip()

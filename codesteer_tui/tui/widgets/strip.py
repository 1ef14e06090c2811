"""The round strip and the pane tabs: where one is, and what each round came to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.course import CHANGED, changes, cut_short, goes_on, waits_for_person
from codesteer_tui.tui.drawing.panes import PARTS
from codesteer_tui.tui.drawing.stepping import OWN
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.still import Still
from codesteer_tui.tui.words import SHORT_DECISIONS, round_marks

WHEEL = 8
"""Columns that the row of rounds moves with a turn of the wheel."""


def chip_parts(transcript: Transcript, this: Round, *, short: bool, chosen: bool) -> Iterable[Part]:
    """R1 refine  ! lazy code  x check FAILED, or R1!x where there is little room; R1^ where a model changed."""
    open_, close = ("[", "]") if chosen else (" ", " ")
    yield open_
    yield f"R{this.number}"
    if changes(transcript, this):
        yield CHANGED.sign, CHANGED.style
    ended = cut_short(transcript, this)
    marks = round_marks(this, over=not goes_on(transcript, this))[:3]
    marks += [ended] if ended and ended not in marks else []
    if short:
        if this.guidance and this.guidance.decision in ("return_answer", "terminate"):
            marks = []
            yield " end"
        yield from ((mark.sign, mark.style) for mark in marks)
    else:
        if this.guidance:
            yield f" {'unsteered' if this.guidance.by == 'nobody' else SHORT_DECISIONS[this.guidance.decision]}"
            if this.guidance.by in ("person", "edited") or this.guidance.hint:
                yield OWN.sign, OWN.style
        for mark in marks:
            yield " "
            yield str(mark), mark.style
    if waits_for_person(transcript, this):
        yield (" you" if short else " waits for you", "bold $text-warning")
    elif goes_on(transcript, this):
        yield (" ..", "dim")
    yield close


class Chip(NamedTuple):
    """A round in the strip and the columns that it has there, from the first one of the whole row."""

    number: int
    first: int
    last: int


class RoundStrip(Widget, can_focus=False):
    """All rounds in a row, the chosen one in brackets and in sight; a click chooses another.

    It is one widget that draws what fits: however many rounds there are, another one in front needs no layout.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"strip--chosen"}

    class Chosen(Message):
        """A round was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        super().__init__(id="strip")
        self._row = Content()
        self._chips: list[Chip] = []
        self._left = 0
        self._chosen: int | None = None

    def draw(self, transcript: Transcript, number: int | None, *, short: bool) -> None:
        """Show the rounds of this transcript."""
        if not is_there(self):
            return
        row, self._chips, at = [], [], 0
        for this in transcript.rounds:
            chip = Content.assemble(*chip_parts(transcript, this, short=short, chosen=this.number == number))
            row.append(chip)
            self._chips.append(Chip(this.number, at, at + chip.cell_length))
            at += chip.cell_length + 1
        whole = Content(" ").join(row)
        if number != self._chosen or not whole.is_same(self._row):
            self._row, self._chosen = whole, number
            self._bring_into_sight()

    def _bring_into_sight(self) -> None:
        """Move the row as little as the chosen round asks for, with a column beside it for the sign of more."""
        if chip := self._chosen_chip:
            self._left = min(max(self._left, chip.last + 1 - self.size.width), chip.first - 1)
        self._move(0)

    @property
    def _chosen_chip(self) -> Chip | None:
        return next((chip for chip in self._chips if chip.number == self._chosen), None)

    def _move(self, by: int) -> None:
        self._left = max(0, min(self._left + by, self._row.cell_length - self.size.width))
        self.refresh()

    def render(self) -> Content:
        """The columns in sight; `<` and `>` say that there are rounds beyond them."""
        width, row = self.size.width, self._row
        if chip := self._chosen_chip:
            row = row.stylize_before(self.get_visual_style("strip--chosen"), chip.first, chip.last)
        shown = row[self._left : self._left + width]
        if self._left:
            shown = Content.assemble(("<", "bold"), shown[1:])
        if self._left + width < self._row.cell_length:
            shown = Content.assemble(shown[: width - 1], (">", "bold"))
        return shown

    def on_resize(self) -> None:
        self._left = 0
        self._bring_into_sight()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        for chip in self._chips:
            if chip.first <= event.x + self._left < chip.last:
                self.post_message(self.Chosen(chip.number))

    @on(events.MouseScrollDown)
    @on(events.MouseScrollRight)
    def _wheel_on(self, event: events.MouseEvent) -> None:
        event.stop()
        self._move(WHEEL)

    @on(events.MouseScrollUp)
    @on(events.MouseScrollLeft)
    def _wheel_back(self, event: events.MouseEvent) -> None:
        event.stop()
        self._move(-WHEEL)


class PaneTab(Still):
    """The name of a pane, where only one pane fits; a click shows it."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, number: int, name: str) -> None:
        super().__init__(f" {number} {name} ", markup=False, classes="tab")
        self.number, self.label = number, name

    def put(self, *, chosen: bool, mark: str) -> None:
        """Draw the tab, in brackets if it is the one that is shown."""
        self.set_class(chosen, "-chosen")
        words = f"{self.number} {self.label} {mark}".rstrip()
        self.put_text(Content(f"[{words}]" if chosen else f" {words} "))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Chosen(self.number))


class PaneTabs(Static):
    """The four tabs."""

    def compose(self) -> ComposeResult:
        for part in PARTS:
            yield PaneTab(part.number, part.short)

    def draw(self, number: int, marks: dict[int, str]) -> None:
        """Show which pane is in front, and a mark behind the name of those that have one."""
        for tab in self.query_children(PaneTab):
            tab.put(chosen=tab.number == number, mark=marks.get(tab.number, ""))

"""The round strip and the pane tabs: where one is, and what each round came to."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual.app import ComposeResult
from textual.containers import HorizontalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.course import CHANGED, changes, cut_short, goes_on, waits_for_person
from codesteer_tui.tui.drawing.panes import PARTS
from codesteer_tui.tui.drawing.stepping import OWN
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.still import LaidOnce, Still
from codesteer_tui.tui.words import SHORT_DECISIONS, round_marks


class RoundChip(Still):
    """One round in the strip; a click chooses it."""

    class Chosen(Message):
        """A round was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, number: int) -> None:
        super().__init__(markup=False, classes="chip")
        self.number = number

    def put(self, transcript: Transcript, this: Round, *, chosen: bool, short: bool) -> None:
        """Draw the round."""
        self.set_class(chosen, "-chosen")
        self.put_text(Content.assemble(*chip_parts(transcript, this, short=short, chosen=chosen)))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Chosen(self.number))


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


class RoundStrip(HorizontalScroll, LaidOnce, can_focus=False):
    """All rounds in a row, the chosen one in brackets."""

    async def draw(self, transcript: Transcript, number: int | None, *, short: bool) -> None:
        """Show the rounds of this transcript."""
        rounds = transcript.rounds
        if not is_there(self):
            return
        chips = {chip.number for chip in self.query_children(RoundChip)}
        wanted = {this.number: this for this in rounds}
        if made := [RoundChip(number_) for number_ in wanted if number_ not in chips]:
            await self.mount_all(made)
        for chip in self.query_children(RoundChip):
            this = wanted.get(chip.number)
            chip.display = this is not None  # a replay that went back may come to this round again
            if this is None:
                continue
            chip.put(transcript, this, chosen=chip.number == number, short=short)
            if chip.number == number:
                self.call_after_refresh(self.scroll_to_widget, chip, animate=False)


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

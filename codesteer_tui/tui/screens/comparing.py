"""Sessions side by side: what each came to, and round by round what is not the same, the first difference marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.visual import Visual
from textual.widgets import Static

from codesteer_tui.sessions.comparing import (
    LABELS,
    NOTHING,
    Comparison,
    Fact,
    Figures,
    Pair,
    as_lines,
    compare,
    course_lines,
    figures,
    state_of,
)
from codesteer_tui.sessions.folding import folded
from codesteer_tui.sessions.store import Recording
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.difference import difference, with_gaps
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import bindings, pressed
from codesteer_tui.tui.screens.dialog import Dialog
from codesteer_tui.tui.words import cut

SIDE_BY_SIDE_FROM = 110
"""With fewer columns of the app the texts stand one below the other, until the person says otherwise."""

COPIED_WIDTH = 120
"""Columns of the comparison as it is copied."""

FIRST = "first difference"


class Line(Static):
    """One piece of the comparison; `begins` says what begins with it: a round, or a difference."""

    def __init__(self, shown: Visual, begins: str = "", classes: str = "") -> None:
        super().__init__(shown, markup=False, classes=classes)
        self.begins = begins


class CompareScreen(Dialog):
    """Two sessions in full, and the figures of all."""

    class Wanted(Message):
        """One of the sessions shall be shown."""

        def __init__(self, recording: Recording) -> None:
            super().__init__()
            self.recording = recording

    BINDINGS: ClassVar[list[BindingType]] = bindings("compare")
    places: ClassVar[tuple[str, ...]] = ("dialog", "compare")

    def __init__(self, recordings: Sequence[Recording]) -> None:
        super().__init__()
        self.recordings = list(recordings)
        transcripts = [folded(recording.whole) for recording in recordings]
        self.sides: list[Figures] = [figures(transcript) for transcript in transcripts]
        self.comparisons = [compare(transcripts[0], other) for other in transcripts[1:]]
        self.names = [chr(ord("A") + place) for place in range(len(transcripts))]
        self.other = 1
        self._wanted: bool | None = None

    @property
    def comparison(self) -> Comparison:
        """The two that are shown in full."""
        return self.comparisons[self.other - 1]

    @property
    def pair(self) -> tuple[str, str]:
        """Their letters."""
        return self.names[0], self.names[self.other]

    @property
    def side_by_side(self) -> bool:
        """Whether one stands beside the other."""
        return self.app.size.width >= SIDE_BY_SIDE_FROM if self._wanted is None else self._wanted

    @property
    def title_text(self) -> str:  # type: ignore[override]
        others = f" of {len(self.sides)} sessions" if len(self.sides) > 2 else ""
        return f"Compare {self.pair[0]} and {self.pair[1]}{others}"

    def contents(self) -> ComposeResult:
        yield VerticalGroup(id="compare")

    def copy_whole(self) -> str:
        told = as_lines(self.sides, self.names, COPIED_WIDTH)
        return "\n".join([*told, "", *course_lines(self.comparison, self.pair, COPIED_WIDTH)])

    async def redraw(self) -> None:
        group = self.query_one("#compare", VerticalGroup)
        width = max(40, self.query_one(VerticalScroll).scrollable_content_region.width)
        await group.remove_children()
        await group.mount_all([*self._table(width), *self._course(width)])
        await super().redraw()

    def _table(self, width: int) -> Iterator[Line]:
        """A column for each session, a line for each figure; what is not the same is marked."""
        label = max(map(len, LABELS.values())) + 4
        room = max(10, (width - label) // len(self.sides) - 2)
        head: list[Part] = [" " * label]
        for name in self.names:
            shown = f"[{name}]" if name in self.pair else f" {name} "
            head += [(shown, "bold $text-accent" if name in self.pair else "dim"), " " * (room - 1)]
        yield Line(Content.assemble(*head))
        told = [msgspec.structs.asdict(side) for side in self.sides]
        for field, name in LABELS.items():
            a, b = told[0][field], told[self.other][field]
            mark = "!=" if a != b and field not in ("session", "used", "took") else "  "
            parts: list[Part] = [(f"{name:<{label - 4}}", "dim"), (f" {mark} ", "bold $text-warning")]
            for side in told:
                style = _look(side[field]) if side[field] != NOTHING else "dim"
                words = side[field]
                if field == "session" and len(words) > room:  # its end tells it from another of the same day
                    words = f"…{words[1 - room :]}"
                parts += [(f"{cut(words, room):<{room}}", style), "  "]
            yield Line(Content.assemble(*parts))

    def _course(self, width: int) -> Iterator[Line]:
        """The rounds in their order."""
        comparison = self.comparison
        if not comparison.same_problem:
            yield Line(
                Content.assemble(("! The problems are not the same.", "bold $text-warning")), classes="gap"
            )
        if comparison.first is None:
            yield Line(Content.assemble(("+ Their course is the same.", "bold $text-success")), classes="gap")
        first = comparison.first[1] if comparison.first else None
        for pair in comparison.pairs:
            yield self._round(pair)
            shown = pair.different if all(pair.there) else ()
            for fact in shown:
                yield from self._fact(fact, width, is_first=fact is first)
            if not all(pair.there) and first in pair.different:
                yield Line(Content.assemble((f"  >> {FIRST}", "bold $text-warning")), "difference")

    def _round(self, pair: Pair) -> Line:
        style = "dim" if not pair.different else "bold $text-warning"
        parts: list[Part] = [
            (f"R{pair.number}", "bold $text-primary"),
            "  ",
            (state_of(pair, self.pair), style),
        ]
        took = [f"{name} {words}" for name, words in zip(self.pair, pair.took, strict=True) if words]
        if took:
            parts.append((f"   {'; '.join(took)}", "dim"))
        return Line(Content.assemble(*parts), "round", "gap")

    def _fact(self, fact: Fact, width: int, *, is_first: bool) -> Iterator[Line]:
        """What differs of one fact: both lines where they are short, else the lines that changed."""
        mark = f">> {FIRST}: " if is_first else ""
        short = "\n" not in fact.a + fact.b and max(len(fact.a), len(fact.b)) + len("    A  ") < width
        at = f", line {fact.line}" if is_first and not short else ""
        head = Content.assemble("  ", (mark, "bold $text-warning"), (f"{fact.name}{at}", "bold"))
        yield Line(head, "difference")
        if short:
            for name, text in zip(self.pair, (fact.a, fact.b), strict=True):
                yield Line(Content.assemble((f"    {name}  ", "bold"), text or (NOTHING, "dim")))
            return
        yield Line(self._texts(fact), classes="texts")

    def _texts(self, fact: Fact) -> Visual:
        with importing:
            from codesteer_tui.tui.widgets.diffview import DiffView  # pygments is slow to import

        rows = with_gaps(list(difference(fact.a, fact.b).rows))
        shown = DiffView(fact.a, fact.b, rows, side_by_side=self.side_by_side)
        if not fact.is_code:  # prose has no keywords
            shown.before, shown.after = (
                Content(text).split("\n", allow_blank=True) for text in (fact.a, fact.b)
            )
        return shown

    def _anchors(self, *kinds: str) -> list[int]:
        return [line.virtual_region.y for line in self.query(Line) if line.begins in kinds]

    def _go(self, by: int, *kinds: str) -> None:
        """Scroll to the next anchor of these kinds, or to the one before."""
        scroll = self.query_one(VerticalScroll)
        here = round(scroll.scroll_y)
        rows = self._anchors(*kinds)
        beyond = [row for row in rows if row > here] if by > 0 else [row for row in rows if row < here]
        if beyond:
            scroll.scroll_to(y=beyond[0] if by > 0 else beyond[-1], animate=False)

    def action_difference(self, by: int) -> None:
        self._go(by, "difference")

    def action_round(self, by: int) -> None:
        self._go(by, "round")

    async def action_other(self, by: int) -> None:
        """Compare the first with another of the sessions."""
        if len(self.comparisons) < 2:
            how = f"{pressed(self.app, 'mark')} in the list of sessions marks more."
            self.notify(how, title="There are only two", markup=False)
            return
        self.other = (self.other - 1 + by) % len(self.comparisons) + 1
        await self.redraw()
        self.action_edge(-1)

    async def action_side_by_side(self) -> None:
        self._wanted = not self.side_by_side
        await self.redraw()

    def action_open(self, which: int) -> None:
        """Show one of the two in a replay."""
        self.post_message(self.Wanted(self.recordings[self.other if which else 0]))

    async def on_resize(self) -> None:  # type: ignore[override]
        await self.redraw()


def _look(words: str) -> str:
    """The style of a verdict; the sign says the same."""
    styles = {"+": "bold $text-success", "x": "bold $text-error", "?": "bold $text-warning"}
    return styles.get(words[:2].strip(), "")

"""Answering a task by hand: the verifier judges what is typed as it is typed, and the drawing shows it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Static, TextArea

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.text import plain
from codesteer_tui.tui import background, puzzles
from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.browsing import task_of
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.layout import TABS_BELOW, TALL_FROM
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.sheet import Sheet
from codesteer_tui.tui.widgets.status import KeyLine
from codesteer_tui.tui.words import OUTCOMES, cut

REST_S = 0.15
"""Seconds without a key before what is typed is judged."""

EMPTY = "The verifier judges your answer as you type it."
READ = "read as: "


class AnswerField(TextArea):
    """Where the answer is typed. Tab goes on instead of being typed."""

    def __init__(self, *, blink: bool) -> None:
        super().__init__(
            id="trying-answer",
            tab_behavior="focus",
            soft_wrap=True,
            highlight_cursor_line=False,
            placeholder="as the question asks; the <<< >>> can be left out",
        )
        self.cursor_blink = blink


class TryingScreen(Screen[None]):
    """A problem, an answer field, and the verdict."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("trying")
    HORIZONTAL_BREAKPOINTS = [(0, "-one"), (TABS_BELOW, "-both")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL_FROM, "-tall")]  # noqa: RUF012

    def __init__(self, problem: Problem, drafts: dict[str, str] | None = None) -> None:
        """Begin with what was typed last for this problem: `drafts` has it by question, and is kept up to date."""
        super().__init__(id="trying")
        self.problem = problem
        self._drafts = {} if drafts is None else drafts
        self.seen: Look | None = None
        """What the verifier saw in what is typed, once it has looked at it."""
        self._has_drawing = puzzles.is_drawn(problem.task)

    def compose(self) -> ComposeResult:
        with Horizontal(id="trying-problem"):
            with VerticalScroll(id="trying-question") as question:
                question.border_title = Content(f"question  {plain(self.problem.title)}")
                yield Sheet()
            with VerticalScroll(id="trying-drawing") as drawing:
                drawing.border_title = "drawing"
                yield Sheet()
        answer = AnswerField(blink=self.app.animation_level != "none")
        answer.text = self._drafts.get(self.problem.question, "")
        answer.border_title = "your answer"
        yield answer
        with VerticalScroll(id="trying-verdict"):
            yield Static(EMPTY, markup=False)
        yield KeyLine(markup=False)

    async def on_mount(self) -> None:
        await self.query_one("#trying-question Sheet", Sheet).put([block("prose", self.problem.question)])
        self.set_class(not self._has_drawing, "-undrawn")
        self._arrange()
        answer = self.query_one(AnswerField)
        answer.move_cursor(answer.document.end)
        self.set_focus(answer)
        self._judge()

    def _arrange(self) -> None:
        self.query_one(KeyLine).draw(["trying", "anywhere"])

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._arrange)
        self.call_after_refresh(self._judge)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._drafts[self.problem.question] = self.query_one(AnswerField).text
        self._judge()

    def _judge(self) -> None:
        background.begin(
            self, partial(self._judged, self.query_one(AnswerField).text), group="judge", exclusive=True
        )

    async def _judged(self, text: str) -> None:
        """Judge an answer in a thread, for hostile ones take a moment; the next one calls this off."""
        await asyncio.sleep(REST_S)
        pane = self.query_one("#trying-drawing", VerticalScroll)
        width = pane.scrollable_content_region.width or 40
        seen, drawn = await asyncio.to_thread(judged, self.problem, text, width)
        if not is_there(self):
            return
        self.seen = seen
        self._say(seen)
        await pane.query_one(Sheet).put(drawn)

    def _say(self, seen: Look | None) -> None:
        place = self.query_one("#trying-verdict", VerticalScroll)
        place.scroll_home(animate=False)
        said = place.query_one(Static)
        for outcome in OUTCOMES:
            place.set_class(seen is not None and seen.verdict.outcome == outcome, f"-{outcome}")
        if seen is None:
            said.update(Content(EMPTY))
            return
        lines = [Content.assemble(*shown.parts) for shown in puzzles.said(seen, more=len(seen.broken))]
        if len(lines) == 1 and seen.verdict.extracted:
            read = cut(plain(seen.verdict.extracted), max(20, said.content_size.width - len(READ)))
            lines.append(Content.assemble((f"{READ}{read}", "$foreground 70%")))
        said.update(Content("\n").join(lines))

    async def action_show_answer(self) -> None:
        """Write an answer that the task's own solver finds."""
        problem = self.problem
        found = await asyncio.to_thread(lambda: task_of(problem.task).solve(problem))
        field = self.query_one(AnswerField)
        if found is None:
            self.notify("The solver finds no answer.", severity="warning", markup=False)
            return
        typed = field.text
        field.replace(found, field.document.start, field.document.end, maintain_selection_offset=False)
        field.move_cursor(field.document.end)
        self.set_focus(field)
        if typed.strip() and typed != found:
            self.notify(
                "This is the solver's answer. Ctrl+Z brings yours back.", title="Answer", markup=False
            )

    def action_view(self) -> None:
        """Where only one fits, the question in the place of the drawing; else the drawing alone; and back."""
        if not self._has_drawing:
            self.notify("There is no drawing of this task.", markup=False)
            return
        self.toggle_class("-turned")
        self.call_after_refresh(self._judge)

    def action_back(self) -> None:
        self.app.pop_screen()


def judged(problem: Problem, text: str, width: int) -> tuple[Look | None, list[Block]]:
    """What the verifier sees in an answer, None where nothing is typed, and the drawing where there is one."""
    seen = puzzles.judged(problem, text)
    return seen, puzzles.draw(problem, seen, width) if puzzles.is_drawn(problem.task) else []

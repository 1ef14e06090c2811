"""The drawing of a session's problem with the shown round's answer in it; it goes with the round and with the run."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from codesteer_tui.problem import Problem
from codesteer_tui.steering.outcome import answer_of
from codesteer_tui.symbench import Look
from codesteer_tui.text import plain
from codesteer_tui.tui import background, puzzles
from codesteer_tui.tui.blocks import Block, block, text_of
from codesteer_tui.tui.course import goes_on
from codesteer_tui.tui.keys import bindings, sentence
from codesteer_tui.tui.layout import TALL_FROM
from codesteer_tui.tui.widgets.desk import Desk
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.sheet import Sheet

LOOK_S = 0.2
"""Seconds between two looks at whether the desk shows something else."""

HINT = (
    "{puzzle_back} {puzzle_on} round   {puzzle_down} {puzzle_up} scroll"
    "   {puzzle_copy} copies   {puzzle_close} closes"
)

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp


class PuzzleScreen(ModalScreen[None]):
    """Shows what the desk behind it shows, as a drawing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("puzzle")
    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL_FROM, "-tall")]  # noqa: RUF012

    def __init__(self, desk: Desk, problem: Problem) -> None:
        super().__init__(id="puzzle")
        self.desk, self.problem = desk, problem
        self.seen: Look | None = None
        """What the verifier sees in the answer that is drawn."""
        self._drawn: tuple[int | None, str, bool] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(markup=False, id="puzzle-verdict")
            with VerticalScroll(classes="drawing"):
                yield Sheet()
            yield Static(sentence(self.app, HINT), classes="dialog-hint", markup=False)

    def on_mount(self) -> None:
        self.set_focus(self.query_one(VerticalScroll))
        self.set_interval(LOOK_S, self._look)
        self.call_after_refresh(self._look)

    def _look(self) -> None:
        """Draw anew where the desk shows another round, or another answer to it."""
        state = self._state
        if state != self._drawn:
            self._drawn = state
            background.begin(self, partial(self._draw, *state), group="draw", exclusive=True)

    @property
    def _state(self) -> tuple[int | None, str, bool]:
        """The round, the answer as the verifier gets it, and whether an answer may still come."""
        this = self.desk.pane.this
        if this is None:
            return None, "", self.desk.transcript.ending is None
        answer = answer_of(this)
        return (
            this.number,
            f"<<<{answer.text}>>>" if answer.found else "",
            goes_on(self.desk.transcript, this),
        )

    async def _draw(self, number: int | None, answer: str, more: bool) -> None:
        pane = self.query_one(VerticalScroll)
        width = pane.scrollable_content_region.width or 60
        seen, drawn = await asyncio.to_thread(drawing, self.problem, answer, width)
        if not is_there(self):
            return
        self.seen = seen
        at = f"R{number}  " if number is not None else ""
        self.query_one(".dialog").border_title = Content(f"{at}{plain(self.problem.title)}")
        more_reasons = 1 if self.app.size.height < TALL_FROM else puzzles.MORE
        said = puzzles.said(seen, more_reasons) if seen else [block("dim", _nothing(more))]
        lines = [Content.assemble(*shown.parts) for shown in said]
        self.query_one("#puzzle-verdict", Static).update(Content("\n").join(lines))
        await pane.query_one(Sheet).put(drawn)

    def on_resize(self) -> None:
        self._drawn = None
        self.call_after_refresh(self._look)

    async def action_round(self, by: int) -> None:
        await self.desk.step(by)
        self._look()

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_copy(self) -> None:
        text = text_of(self.query_one(Sheet).blocks)
        app: CodesteerApp = self.app  # type: ignore[assignment]
        app.copy(text, "drawing")

    def action_close(self) -> None:
        self.dismiss(None)


def _nothing(more: bool) -> str:
    return (
        "No answer yet; this is the problem." if more else "No answer that can be read; this is the problem."
    )


def drawing(problem: Problem, answer: str, width: int) -> tuple[Look | None, list[Block]]:
    """What the verifier sees in an answer, None where there is none, and the drawing."""
    seen = puzzles.judged(problem, answer)
    return seen, puzzles.draw(problem, seen, width)

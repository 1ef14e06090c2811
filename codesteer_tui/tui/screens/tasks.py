"""The SymBench browser: the tasks by category, knobs and seed, and the problem that they make as they move."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.fields import Field
from codesteer_tui.text import plain
from codesteer_tui.tui import background, puzzles
from codesteer_tui.tui.blocks import block
from codesteer_tui.tui.browsing import (
    SEED,
    CalledOff,
    Choice,
    Listed,
    any_seed,
    listed,
    make,
    matching,
    surprise,
)
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.in_order import act_in_order, hand_on
from codesteer_tui.tui.keys import bindings, pressed
from codesteer_tui.tui.layout import TABS_BELOW
from codesteer_tui.tui.widgets.knobs import Knobs
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.sheet import Sheet
from codesteer_tui.tui.widgets.status import KeyLine

REST_S = 0.12
"""Seconds without another change before a problem is made: a key that is held down makes one, not twenty."""

LOW_BELOW = 20
"""With fewer rows some knobs have to be scrolled to."""


class Filter(Input):
    """What the tasks are filtered by. Enter leads back to the list at once: what is typed next is for that."""

    def __init__(self) -> None:
        super().__init__(placeholder="/ filters", compact=True, id="tasks-filter")

    async def _on_key(self, event: events.Key) -> None:
        if hand_on(self, event):
            return
        if event.key in ("enter", "down"):
            event.stop()
            event.prevent_default()
            self.screen.set_focus(self.screen.query_one("#tasks-list"))
        elif not event.is_printable:
            await act_in_order(self, event)


class TasksScreen(Screen[None]):
    """Browse tasks, set knobs, look at problems."""

    class Posed(Message):
        """The problem shall be solved."""

        def __init__(self, problem: Problem) -> None:
            super().__init__()
            self.problem = problem

    class Left(Message):
        """What was chosen last, for the next time."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    BINDINGS: ClassVar[list[BindingType]] = bindings("tasks")
    HORIZONTAL_BREAKPOINTS = [(0, "-one"), (TABS_BELOW, "-both")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW_BELOW, "-high")]  # noqa: RUF012

    def __init__(self, choice: Choice | None = None, drafts: dict[str, str] | None = None) -> None:
        """Begin with a choice. `drafts`: what was typed as answers by hand, by question, where it is to be kept."""
        super().__init__(id="tasks")
        self.choice = choice or Choice("game24")
        self.known: list[Listed] = []
        self.problem: Problem | None = None
        """The problem of the choice, once it is made."""
        self._shown: list[Listed | None] = []
        self._set: dict[str, Choice] = {self.choice.task: self.choice}
        self._error: ProblemError | None = None
        """Why the choice makes no problem."""
        self._then: Callable[[Problem], None] | None = None
        self._wants_drawing = False
        self._drawn = ""
        """The task of the problem that is drawn."""
        self._drafts = {} if drafts is None else drafts
        self._rng = random.Random()

    def compose(self) -> ComposeResult:
        with Horizontal(id="tasks-columns"):
            with Vertical(id="tasks-left"):
                yield Filter()
                yield OptionList(id="tasks-list")
            with Vertical(id="tasks-right"):
                with Vertical(id="tasks-knobs"):
                    with VerticalScroll(id="tasks-rows", can_focus=False):
                        yield Knobs()
                    yield Static(markup=False, id="tasks-about")
                with Horizontal(id="tasks-problem"):
                    with VerticalScroll(id="tasks-question") as question:
                        question.border_title = "question"
                        yield Sheet()
                    with VerticalScroll(id="tasks-drawing") as drawing:
                        drawing.border_title = "drawing"
                        yield Sheet()
        yield KeyLine(markup=False)

    def on_mount(self) -> None:
        tasks = self.query_one("#tasks-list", OptionList)
        tasks.border_title = "SymBench"
        tasks.add_option(Option("reading the tasks ...", disabled=True))
        self.set_focus(tasks)
        background.begin(self, self._load, name="load", group="load")

    async def _load(self) -> None:
        known = await asyncio.to_thread(listed)
        if is_there(self):
            self.known = known
            self._list()
            self._show_choice()

    # The list

    def _list(self) -> None:
        """Show the tasks that match what is typed, under their categories, the chosen one highlighted."""
        tasks, typed = self.query_one("#tasks-list", OptionList), self.query_one("#tasks-filter", Input).value
        found = matching(self.known, typed)
        self._shown, options, category = [], [], ""
        for one in found:
            if one.category != category:
                category = one.category
                self._shown.append(None)
                options.append(Option(Content.styled(category.upper(), "bold $text-primary"), disabled=True))
            self._shown.append(one)
            options.append(Option(Content(f" {one.title}"), id=one.id))
        if not options:
            options = [Option(Content("no task matches"), disabled=True)]
        with self.prevent(OptionList.OptionHighlighted):
            tasks.clear_options()
            tasks.add_options(options)
        tasks.border_subtitle = f"{len(found)} of {len(self.known)}" if typed else f"{len(found)} tasks"
        ids = [one.id if one else "" for one in self._shown]
        at = ids.index(self.choice.task) if self.choice.task in ids else None
        first = next((k for k, one in enumerate(self._shown) if one), None)
        tasks.highlighted = first if at is None else at

    @on(Input.Changed, "#tasks-filter")
    def _filtered(self) -> None:
        self._list()

    @on(OptionList.OptionHighlighted, "#tasks-list")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option.id and event.option.id != self.choice.task:
            self._choose(self._set.get(event.option.id, Choice(event.option.id, self.choice.seed)))

    @on(OptionList.OptionSelected, "#tasks-list")
    def _selected(self) -> None:
        self.action_knobs()

    # The choice and its problem

    @property
    def listed(self) -> Listed | None:
        """The task that is chosen, once the tasks are read."""
        return next((one for one in self.known if one.id == self.choice.task), None)

    @property
    def fields(self) -> list[Field]:
        """The knobs of the chosen task, and the seed."""
        one = self.listed
        return [*(one.fields if one else ()), SEED]

    def _choose(self, choice: Choice) -> None:
        self.choice = self._set[choice.task] = choice
        self.post_message(self.Left(choice))
        self._show_choice()

    def _show_choice(self) -> None:
        one = self.listed
        if one is None:
            return
        self.query_one("#tasks-knobs").border_title = Content(f"{one.title}  {one.id}")
        self.query_one("#tasks-knobs").border_subtitle = one.category
        self.query_one(Knobs).put(self.fields, self.choice.value)
        self._error = None
        self._say()
        self.problem = None
        background.begin(self, partial(self._make, self.choice), name="make", group="make", exclusive=True)

    async def _make(self, choice: Choice) -> None:
        """Make the problem in a thread, and show it; the next choice calls this off."""
        wanted = [True]
        try:
            await asyncio.sleep(REST_S)
            problem = await asyncio.to_thread(make, choice, lambda: wanted[0])
        except CalledOff:
            return
        except ProblemError as error:
            self._then, self._error = None, error
            self._say()
            self.query_one("#tasks-problem").add_class("-stale")
            return
        finally:
            wanted[0] = False
        if not is_there(self) or choice != self.choice:
            return
        self.problem = problem
        self.query_one("#tasks-problem").remove_class("-stale")
        await self._show_problem()
        then, self._then = self._then, None
        if then:
            then(problem)

    async def _show_problem(self) -> None:
        """The question, and the drawing where there is one and room for it."""
        problem = self.problem
        if problem is None or not is_there(self):
            return
        has_drawing = puzzles.is_drawn(problem.task)
        self.set_class(not has_drawing, "-undrawn")
        self.set_class(self._wants_drawing and has_drawing, "-drawing")
        question = self.query_one("#tasks-question", VerticalScroll)
        await question.query_one(Sheet).put([block("prose", problem.question)])
        question.scroll_home(animate=False)
        if self._drawn != problem.task:  # never the drawing of another task beside the question
            await self.query_one("#tasks-drawing", VerticalScroll).query_one(Sheet).put([])
        if has_drawing:
            self.call_after_refresh(self._draw_problem)

    async def _draw_problem(self) -> None:
        """Draw the problem as wide as its pane has become."""
        problem = self.problem
        if problem is None or not is_there(self) or not puzzles.is_drawn(problem.task):
            return
        pane = self.query_one("#tasks-drawing", VerticalScroll)
        self._drawn = problem.task
        await pane.query_one(Sheet).put(
            puzzles.draw(problem, None, pane.scrollable_content_region.width or 40)
        )
        pane.scroll_home(animate=False)

    def _say(self) -> None:
        """What the knob is about, or what is wrong with the knobs."""
        about, knobs = self.query_one("#tasks-about", Static), self.query_one(Knobs)
        field, error = knobs.field, self._error
        back = f"{pressed(self.app, 'reset_knobs')} sets them back."
        wrong = knobs.refused or (f"{plain(error.message)} {plain(error.remedy)} {back}" if error else "")
        about.set_class(bool(wrong), "-bad")
        if wrong:
            about.update(Content(f"x {wrong}"))
        elif field:
            about.update(Content(f"{field.name}: {field.about}"))

    @on(Knobs.Turned)
    def _turned(self, event: Knobs.Turned) -> None:
        self._choose(self.choice.having(event.field, event.text))

    @on(Knobs.Reached)
    def _reached(self) -> None:
        rows, at = self.query_one("#tasks-rows"), self.query_one(Knobs).at
        if not rows.scroll_y <= at < rows.scroll_y + rows.size.height:
            rows.scroll_to(y=max(0, at - rows.size.height // 2), animate=False)
        self._say()

    # Keys

    def _with_problem(self, then: Callable[[Problem], None]) -> None:
        """Do something with the problem; while it is being made, once it is there."""
        if self.problem:
            then(self.problem)
        elif not self._error:  # where there is one, the panel says it
            self._then = then

    def action_solve(self) -> None:
        def pose(problem: Problem) -> None:
            self.post_message(self.Posed(problem))

        self._with_problem(pose)

    def action_try_by_hand(self) -> None:
        with importing:
            from codesteer_tui.tui.screens.trying import TryingScreen

        def give(problem: Problem) -> None:
            self.app.push_screen(TryingScreen(problem, self._drafts))

        self._with_problem(give)

    def action_reseed(self) -> None:
        self._choose(self.choice.having(SEED, str(any_seed(self._rng))))

    def action_surprise(self) -> None:
        if not self.known:
            return
        self.query_one("#tasks-filter", Input).value = ""
        self._choose(surprise(self.known, self._rng))
        self._list()

    def action_defaults(self) -> None:
        self._choose(Choice(self.choice.task, self.choice.seed))

    def action_filter(self) -> None:
        self.set_focus(self.query_one("#tasks-filter"))

    def action_knobs(self) -> None:
        knobs = self.query_one(Knobs)
        if knobs.has_focus:
            knobs.action_go(1)
        else:
            self.set_focus(knobs)

    async def action_view(self) -> None:
        if self.has_class("-undrawn"):
            self.notify("There is no drawing of this task.", markup=False)
            return
        self._wants_drawing = not self._wants_drawing
        await self._show_problem()

    def action_back(self) -> None:
        """Out of the filter and the knobs to the list; from the list to where one came from."""
        tasks, filter_ = self.query_one("#tasks-list"), self.query_one("#tasks-filter", Input)
        if not tasks.has_focus:
            self.set_focus(tasks)
        elif filter_.value:
            filter_.value = ""
        else:
            self.app.pop_screen()

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _moved(self) -> None:
        self._draw_keys()

    def _draw_keys(self) -> None:
        if is_there(self):
            places = ["knobs"] if self.query_one(Knobs).has_focus else []
            self.query_one(KeyLine).draw([*places, "tasks", "anywhere"])

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._draw_keys)
        self.call_after_refresh(self._show_again)

    def _show_again(self) -> None:
        background.begin(self, self._show_problem, group="show", exclusive=True)

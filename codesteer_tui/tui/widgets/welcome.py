"""What a person sees before the first problem: examples to choose from, what is ready and what is missing."""

from __future__ import annotations

import asyncio
import textwrap
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.text import plain
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import pressed

if TYPE_CHECKING:
    from codesteer_tui.settings import Settings
    from codesteer_tui.survey import Item

EXAMPLES = (
    ("Use 4 7 8 8 to make 24", "lazy code is caught and replaced"),
    ("Which is bigger, 9.11 or 9.9?", "printed wrongly, then computed exactly"),
    ("How many times does the letter r occur in strawberry?", "letters"),
    ("Place 8 queens on a chessboard so that no two attack each other", ""),
)
"""Problems that the built-in demo can work on, and what there is to see, where 70 columns have room for it."""

TASKS = "tasks"
BROWSE = "Browse the 37 tasks of SymBench"
BROWSING = "set how hard, look, answer one"
"""Offered below the examples, behind the key that does it."""

BUILD = "sandbox build"
OFFER = ("Build the sandbox image", "a Docker container for every program; asks before it downloads")
"""Offered where an engine is there and the image is not."""

INDENT = 17
"""Columns before what is said of an item."""

LEFT_TO_DOCTOR = ("terminal", "versions")
"""What the survey finds that says nothing about posing a problem."""


class Welcome(VerticalScroll, can_focus=False):
    """The empty state. It blocks nothing: typing a problem works at once."""

    class Chosen(Message):
        """An example was chosen."""

        def __init__(self, question: str) -> None:
            super().__init__()
            self.question = question

    def __init__(self) -> None:
        super().__init__()
        self._items: list[Item] = []

    def compose(self) -> ComposeResult:
        yield Static(Content(_LEAD), markup=False, id="lead")
        browse = _example(BROWSE, f"{pressed(self.app, 'tasks')}: {BROWSING}")
        rows = [*(Option(_example(*row)) for row in EXAMPLES), Option(browse, id=TASKS)]
        examples = OptionList(*rows, id="examples")
        examples.border_title = f"Try one ({pressed(self.app, 'next_pane')}, then Enter)"
        yield examples
        ready = Static("looking around ...", markup=False, id="survey")
        ready.border_title = "What is ready"
        yield ready

    @on(OptionList.OptionSelected)
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id == BUILD:
            await self.run_action("app.build_image")
        elif event.option_id == TASKS:
            await self.run_action("app.tasks")
        else:
            self.post_message(self.Chosen(EXAMPLES[event.option_index][0]))

    def look_around(self, settings: Settings) -> None:
        """Find out, in the background, what is there and what is missing."""
        self._survey(settings)

    @work(name="survey", group="survey", exclusive=True)
    async def _survey(self, settings: Settings) -> None:
        survey = await asyncio.to_thread(_import_survey)
        items = await survey(settings)
        self.put(items)

    def put(self, items: list[Item]) -> None:
        """Show the findings, and offer to build the image where that is what is missing."""
        self._offer_image(any(item.remedy == f"codesteer {BUILD}" for item in items))
        self._items = items
        self._draw_items()

    def on_resize(self) -> None:
        self._draw_items()

    def _draw_items(self) -> None:
        for survey in self.query("#survey").results(Static):  # gone if a problem was posed meanwhile
            room = survey.content_size.width - INDENT
            parts: list[Part] = []
            for item in filter(_is_shown, self._items):
                sign, style = ("+", "bold $text-success") if item.ok else ("-", "bold $text-warning")
                parts += ["\n"] if parts else []
                parts += [
                    (f"{sign} ", style),
                    (f"{plain(item.title):<14} ", "bold"),
                    _hanging(item.detail, room),
                ]
                if item.remedy:
                    parts.append((f"\n{'':<{INDENT}}{_hanging(f'-> {item.remedy}', room)}", "dim"))
            if parts:
                survey.update(Content.assemble(*parts))

    def _offer_image(self, missing: bool) -> None:
        for examples in self.query("#examples").results(OptionList):
            offered = any(option.id == BUILD for option in examples.options)
            if missing and not offered:
                examples.add_option(Option(_example(*OFFER), id=BUILD))
            elif offered and not missing:
                examples.remove_option(BUILD)


_LEAD = (
    "Type a problem below. A steerer guides a language model between code and text;"
    " its code runs in a sandbox, and two checkers judge code and answer."
)


def _is_shown(item: Item) -> bool:
    """Whether the first screen has room for it; of the prompt pack only where there is something to say."""
    return item.id not in LEFT_TO_DOCTOR and (item.id != "prompts" or bool(item.remedy))


def _hanging(text: str, width: int) -> str:
    """The text wrapped to `width` columns, its further lines indented under the first."""
    lines = textwrap.wrap(plain(text), max(20, width), break_on_hyphens=False)
    return f"\n{'':<{INDENT}}".join(lines)


def _example(question: str, about: str) -> Content:
    return Content.assemble(question, (f"   {about}" if about else "", "dim"))


def _import_survey():  # type: ignore[no-untyped-def]
    with importing:
        from codesteer_tui.survey import survey

    return survey

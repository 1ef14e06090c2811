"""Making the image that programs run in, in the app: choice and consent, then progress, then the result."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from types import ModuleType
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from codesteer_tui.errors import CodesteerError, SandboxError, SandboxUnavailable
from codesteer_tui.text import plain
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import openers
from codesteer_tui.tui.words import clock

KEPT_LINES = 400
KINDS = {
    "core": "Python's standard library",
    "sci": "numpy, scipy, sympy, networkx, z3, pandas and ortools as well",
}
NOT_NOW = "None now, go on without"


class BuildScreen(ModalScreen[None]):
    """Builds the image. Esc stops it; an unfinished image is not used."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", show=False),
        *openers("help"),
    ]

    class Built(Message):
        """The image is there."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._began: float | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Sandbox image"
            with VerticalScroll():
                yield Static(markup=False, id="build-lines")
            yield Static("Esc stops", classes="dialog-hint", markup=False, id="build-hint")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self.set_interval(1, self._tick)
        self._build()

    def _tick(self) -> None:
        """Say how long it has been building, also where the engine says nothing for a while."""
        if self._began is not None:
            passed = clock(time.monotonic() - self._began)
            self.query_one(".dialog").border_subtitle = f"building: {passed}"

    @work(name="build", exclusive=True, exit_on_error=False)
    async def _build(self) -> None:
        building = await asyncio.to_thread(_import_building)
        try:
            self._say("asking the engine ...")
            kind, base = await self._choice(building)
            if not kind:
                self.app.notify("Nothing was downloaded. Programs run as before.", markup=False)
                self.dismiss(None)
                return
            self._began = time.monotonic()
            async with aclosing(building.build(base, kind)) as lines:
                async for line in lines:
                    self._say(line)
        except CodesteerError as error:
            self._end(f"{error.message}\n-> {error.remedy}" if error.remedy else error.message)
            return
        self._end("The image is ready. The next problem runs in a container.")
        self.app.post_message(self.Built())

    async def _choice(self, building: ModuleType) -> tuple[str, str]:
        """Ask which image, saying which are there and what each would download; kind and base, empty for none now."""
        with importing:
            from codesteer_tui.tui.screens.choice import ChoiceScreen

        offers, notes = [], []
        for kind in KINDS:
            try:
                plan = await building.plan(kind)
                needed = await building.downloads(kind, plan.base)
            except SandboxUnavailable:
                raise
            except SandboxError as error:
                notes.append(f"{kind}: not here. {error.message}")
                continue
            offers.append((kind, plan.base))
            there = (
                f"is there already, made from {plan.base}." if plan.there else f"is made from {plan.base}."
            )
            notes.append(f"{kind}: {there} {needed or 'Nothing is downloaded.'}")
        screen = ChoiceScreen(
            "Which image should programs run in?",
            (NOT_NOW, *(f"{kind}: {KINDS[kind]}" for kind, _ in offers)),
            "\n".join(notes),
        )
        index = await self.app.push_screen_wait(screen)
        return offers[index - 1] if index else ("", "")

    def _say(self, line: str) -> None:
        self._lines = [*self._lines, *plain(line).splitlines()][-KEPT_LINES:]
        self.query_one("#build-lines", Static).update(Content("\n".join(self._lines)))
        self.query_one(VerticalScroll).scroll_end(animate=False)

    def _end(self, line: str) -> None:
        if self._began is not None:
            self.query_one(".dialog").border_subtitle = f"{clock(time.monotonic() - self._began)} in all"
            self._began = None
        self._say("")
        self._say(line)
        self.query_one("#build-hint", Static).update(Content("Esc closes"))

    def action_close(self) -> None:
        self.dismiss(None)


def _import_building() -> ModuleType:
    with importing:
        from codesteer_tui.sandbox.docker import building

    return building

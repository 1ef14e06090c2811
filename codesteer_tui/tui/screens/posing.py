"""A screen with a prompt: what is sent from it becomes a problem, or is a command that is obeyed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import on

from codesteer_tui.errors import CodesteerError
from codesteer_tui.problem import Problem, pose
from codesteer_tui.tui import background
from codesteer_tui.tui.commands import ELSE_A_PROBLEM, Typed, read_command
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.journal import APP
from codesteer_tui.tui.screens.desk_screen import DeskScreen
from codesteer_tui.tui.widgets.ending import EndingPanel
from codesteer_tui.tui.widgets.offers import OfferList
from codesteer_tui.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from codesteer_tui.settings import Settings
    from codesteer_tui.tui.completing import Offers
    from codesteer_tui.tui.going_on import Start


class PosingScreen(DeskScreen):
    """A desk and a prompt below it."""

    @property
    def prompt(self) -> Prompt:
        """Where problems are typed."""
        return self.query_one(Prompt)

    @property
    def settings(self) -> Settings:
        """The app's, with whoever was chosen in it."""
        settings: Settings = self.app.settings  # type: ignore[attr-defined]
        return settings

    @on(Prompt.Sent)
    def _sent(self, event: Prompt.Sent) -> None:
        prompt = self.query_one(Prompt)
        if not event.text.strip():
            if self.home is not prompt:
                self.set_focus(self.home)
            else:
                prompt.say("type a problem first")
            return
        if typed := read_command(event.text):
            background.begin(self, partial(self._obey, typed, event), group="obey", exit_on_error=False)
        elif "@" in event.text:
            background.begin(self, partial(self._pose, event), group="pose", exit_on_error=False)
        else:
            self._begin_typed(event, partial(pose, event.text))

    def import_commands(self) -> None:
        """What commands need is slow to import, and the first slash shall not wait for it."""
        background.begin(
            self, partial(asyncio.to_thread, _import_obeying), group="imports", exit_on_error=False
        )

    async def _pose(self, sent: Prompt.Sent) -> None:
        """Make the problem of what was sent, where it may name a task or files."""
        obeying = await asyncio.to_thread(_import_obeying)
        try:
            problem = await obeying.posed(sent.text, sent.quoted)
        except CodesteerError as error:
            self._refuse(error, sent)
        else:
            self._begin_typed(sent, lambda: problem)

    def _begin_typed(self, sent: Prompt.Sent, make: Callable[[], Problem]) -> None:
        """Begin with the problem that was sent, or give it back."""
        try:
            problem = make()
        except CodesteerError as error:
            self._refuse(error, sent)
            return
        if not self.begin(problem, typed=sent):
            self.query_one(Prompt).give_back(sent.text, sent.quoted)

    def _refuse(self, error: CodesteerError, sent: Prompt.Sent) -> None:
        remedy = f"{error.remedy} Ctrl+N empties the prompt."
        self.query_one(EndingPanel).explain(error.message, remedy)
        self.query_one(Prompt).give_back(sent.text, sent.quoted)

    async def _obey(self, typed: Typed, sent: Prompt.Sent) -> None:
        """Do what a command says, or say which ones there are."""
        prompt = self.query_one(Prompt)
        self.query_one(EndingPanel).clear()
        obeying = await asyncio.to_thread(_import_obeying)
        if wrong := await obeying.obey(self, typed):
            self.query_one(EndingPanel).explain(wrong, ELSE_A_PROBLEM)
            prompt.give_back(sent.text, sent.quoted)
        else:
            prompt.remember(sent.text)

    def _offers_at(self, text: str, cursor: int) -> Offers | None:
        """What the prompt offers at the cursor."""
        with importing:
            from codesteer_tui.tui import obeying

        return obeying.offers(self.settings, text, cursor)

    @on(Prompt.EditorWanted)
    def edit_prompt(self) -> None:
        """Have what is typed written in the person's own editor."""
        background.begin(self, self._edit_prompt, group="editor", exclusive=True, exit_on_error=False)

    async def _edit_prompt(self) -> None:
        with importing:
            from codesteer_tui.tui import editor

        prompt = self.query_one(Prompt)
        edited = await editor.edit(self.app, prompt.text)
        if edited.wrong:
            self.query_one(EndingPanel).explain(edited.wrong, "The text is in the prompt as it was.")
        elif edited.text.rstrip() != prompt.text.rstrip():
            prompt.put(edited.text.rstrip(), prompt.quoted)
        self.set_focus(prompt)

    @on(Prompt.Offered)
    def _offered(self, event: Prompt.Offered) -> None:
        self.query_one(OfferList).draw(event.offers, event.at)

    @on(OfferList.Taken)
    def _taken(self, event: OfferList.Taken) -> None:
        self.query_one(Prompt).take(event.at)

    def say_choice(self, words: str, *, on_the_way: bool = False) -> None:
        """What comes of a choice that was typed: what is being tried at the prompt, the result as a notice."""
        self.query_one(Prompt).say(words if on_the_way else "")
        if not on_the_way:
            self.notify(words, markup=False)
        self.draw_lines()

    def explain(self, message: str, remedy: str) -> None:
        """What went wrong, above the prompt."""
        APP.error("%s %s", message, remedy)
        self.query_one(Prompt).say("")
        self.query_one(EndingPanel).explain(message, remedy)

    def begin(
        self, problem: Problem, start: Start | None = None, *, typed: Prompt.Sent | None = None
    ) -> bool:
        """Start solving; false where that cannot be. `typed` is what the problem was made of, if anything."""
        raise NotImplementedError


def _import_obeying():  # type: ignore[no-untyped-def]
    with importing:
        from codesteer_tui.tui import obeying

    return obeying

"""Changing one setting: its meaning, a field or its choices, and what is wrong with what is typed."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.settings import Settings
from codesteer_tui.settings.layers import path_of
from codesteer_tui.settings.saving import Saved, save_setting
from codesteer_tui.settings.schema import allowed_for
from codesteer_tui.text import plain
from codesteer_tui.tui import background
from codesteer_tui.tui.in_order import act_in_order
from codesteer_tui.tui.keys import bindings, openers, pressed
from codesteer_tui.tui.setting_rows import (
    NOTHING,
    choices_of,
    complaint,
    default_in_words,
    doc_of,
    read_typed,
    typed_text,
    value_of,
)
from codesteer_tui.tui.words import cut

THEME = "screen.theme"
"""The setting whose choices are seen on the screen while the highlight moves."""

HIDDEN_WORDS = "Its value is not shown. What you type replaces it."


class Field(Input):
    """Where the value is typed. What it says of it holds no text: messages are logged, and it may be a secret."""

    class Typed(Message):
        """Something was typed."""

    class Entered(Message):
        """Enter was pressed."""

    def __init__(self, text: str) -> None:
        super().__init__(text, id="setting-field", placeholder=NOTHING)

    def post_message(self, message: Message) -> bool:
        """Messages of the field carry its text, and are replaced."""
        if isinstance(message, Input.Changed):
            return super().post_message(self.Typed())
        if isinstance(message, Input.Submitted | Input.Blurred):
            return False
        return super().post_message(message)

    async def _on_key(self, event: events.Key) -> None:
        if not event.is_printable:
            await act_in_order(self, event)

    async def action_submit(self) -> None:
        self.post_message(self.Entered())


class SettingScreen(ModalScreen[Saved | None]):
    """Has one setting changed and writes it into the user's file; gives what was saved, or nothing if it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("setting"), *openers("help")]

    def __init__(self, settings: Settings, key: str) -> None:
        super().__init__()
        self.settings, self.key = settings, key
        self._choices: list[str] = []
        self._saving = False
        self._theme_before = ""

    def compose(self) -> ComposeResult:
        path = path_of(self.key)
        text = typed_text(self.settings, self.key)
        self._choices = self._known_choices()
        with Vertical(classes="dialog -small") as dialog:
            dialog.border_title = Content(self.key)
            yield Static(Content(doc_of(self.key)), markup=False)
            default = default_in_words(self.settings, self.key)
            allowed = f"It may be {allowed_for(path[0], path[-1])}. Default: {default}"
            yield Static(Content(allowed), markup=False, classes="detail", id="setting-allowed")
            if self._choices:
                yield OptionList(
                    *(Option(Content(word or NOTHING)) for word in self._choices), id="setting-choices"
                )
            else:
                yield Field(text)
            yield Static(markup=False, id="setting-said")
            file = cut(plain(str(self.settings.asked.user_file)), 60)
            hint = f"Enter saves it in {file}   {pressed(self.app, 'leave_setting')} leaves it"
            yield Static(Content(hint), classes="dialog-hint", markup=False)

    def _known_choices(self) -> list[str]:
        if self.key == THEME:
            return sorted(self.app.available_themes)
        return choices_of(self.key)

    def on_mount(self) -> None:
        self._theme_before = self.app.theme
        if self._choices:
            listed = self.query_one(OptionList)
            now = self.app.theme if self.key == THEME else typed_text(self.settings, self.key)
            listed.highlighted = self._choices.index(now) if now in self._choices else 0
            self.set_focus(listed)
        else:
            field = self.query_one(Field)
            field.cursor_position = len(field.value)
            self.set_focus(field)
            if typed_text(self.settings, self.key) == "" and value_of(self.settings.config, self.key):
                self._say(HIDDEN_WORDS)

    def _say(self, words: str, *, bad: bool = False) -> None:
        said = self.query_one("#setting-said", Static)
        said.update(
            Content.styled(f"x {words}" if bad else words, "$text-error" if bad else "$foreground 70%")
        )

    def judge(self, text: str) -> None:
        """Say what is wrong with what is typed."""
        wrong = complaint(self.settings, self.key, text)
        self._say(wrong, bad=bool(wrong))

    @on(OptionList.OptionHighlighted)
    def _show_theme(self, event: OptionList.OptionHighlighted) -> None:
        """Have the screen look as it would; under NO_COLOR there is nothing to see."""
        if self.key == THEME and not self.app.no_color and self.is_current:
            self.app.theme = self._choices[event.option_index]

    @on(Field.Typed)
    def _typed(self) -> None:
        self.judge(self.query_one(Field).value)

    @on(Field.Entered)
    def _entered(self) -> None:
        self._save(self.query_one(Field).value)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._save(self._choices[event.option_index])

    def _save(self, text: str) -> None:
        if self._saving:
            return
        try:
            value = read_typed(self.settings, self.key, text)
        except CodesteerError:
            self.judge(text)
            return
        self._saving = True
        background.begin(self, partial(self._write, value))

    async def _write(self, value: Any) -> None:
        try:
            saved = await in_thread(partial(save_setting, self.key, value, settings=self.settings))
        except CodesteerError as error:
            self._say(f"{error.message} -> {error.remedy}", bad=True)
            return
        finally:
            self._saving = False
        self.dismiss(saved)

    def action_leave(self) -> None:
        if self.key == THEME:
            self.app.theme = self._theme_before
        self.dismiss(None)

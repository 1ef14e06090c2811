"""The settings: every key with its meaning, its value and the layer that it comes from; and changing one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.settings import Settings
from codesteer_tui.settings.saving import Saved, unset_setting
from codesteer_tui.text import plain
from codesteer_tui.tui import background
from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.in_order import act_in_order, hand_on
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.layout import TABS_BELOW
from codesteer_tui.tui.setting_rows import (
    KEYS_TABLE,
    LAYER_WIDTH,
    Folded,
    Heading,
    Line,
    Row,
    about,
    lines,
    toml_line,
)
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.sheet import Sheet
from codesteer_tui.tui.widgets.status import KeyLine
from codesteer_tui.tui.words import cut

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp

NAME_WIDTH = 24
"""Columns for the name of a setting."""


class SettingsFilter(Input):
    """What the settings are searched for. Enter and Down lead to the list, where keys act on what is found."""

    def __init__(self) -> None:
        super().__init__(
            placeholder="/ searches in names, values and meanings", compact=True, id="settings-filter"
        )

    async def _on_key(self, event: events.Key) -> None:
        if hand_on(self, event):
            return
        if event.key in ("enter", "down"):
            event.stop()
            event.prevent_default()
            self.screen.set_focus(self.screen.query_one("#settings-list"))
        elif not event.is_printable:
            await act_in_order(self, event)


class SettingList(OptionList):
    """The settings; letters act on the highlighted one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("settings")


class SettingsScreen(Screen[None]):
    """Shows the settings in use, and has one changed."""

    class Changed(Message):
        """A setting was written into the user's file, or taken out of it."""

        def __init__(self, key: str, saved: Saved, *, unset: bool = False) -> None:
            super().__init__()
            self.key, self.saved, self.unset = key, saved, unset

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "back", "Back")]
    HORIZONTAL_BREAKPOINTS = [(0, "-one"), (TABS_BELOW, "-both")]  # noqa: RUF012

    def __init__(self, settings: Settings) -> None:
        super().__init__(id="settings")
        self._settings = settings
        self._unfolded: set[str] = set()
        self._only_set = False
        self._lines: list[Line] = []

    def compose(self) -> ComposeResult:
        yield SettingsFilter()
        with Horizontal(id="settings-columns"):
            with Vertical(id="settings-left"):
                yield SettingList(id="settings-list")
            with VerticalScroll(id="settings-about", can_focus=False):
                yield Sheet()
        yield KeyLine(markup=False)

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#settings-list"))
        self._list()

    @property
    def highlighted(self) -> Line | None:
        """The line that keys act on."""
        at = self.query_one(SettingList).highlighted
        return self._lines[at] if at is not None and at < len(self._lines) else None

    @property
    def row(self) -> Row | None:
        """The setting that keys act on."""
        line = self.highlighted
        return line if isinstance(line, Row) else None

    def on_screen_resume(self) -> None:
        if self._lines:  # a player or a theme may have been chosen meanwhile
            app: CodesteerApp = self.app  # type: ignore[assignment]
            self.renew(app.settings)

    def renew(self, settings: Settings) -> None:
        """Show these settings from now on."""
        self._settings = settings
        self._list()

    # The list

    def _list(self, to: str = "") -> None:
        """Show what there is, or what matches; the highlight stays where it was, or goes to the table `to`."""
        listed, typed = self.query_one(SettingList), self.query_one(SettingsFilter).value
        before = self.highlighted
        self._lines = lines(self._settings, typed, self._unfolded, only_set=self._only_set)
        found = sum(isinstance(line, Row) for line in self._lines)
        listed.border_title = "Settings that are set" if self._only_set else "Settings"
        listed.border_subtitle = f"{found} found" if typed or self._only_set else f"{found} settings"
        options = [self._option(line) for line in self._lines]
        if not options:
            words = "nothing is set" if self._only_set and not typed else "no setting matches"
            options = [Option(Content(words), disabled=True)]
        with self.prevent(OptionList.OptionHighlighted):
            listed.clear_options()
            listed.add_options(options)
            listed.highlighted = self._place_of(before, to)
        self._show_about()

    def _place_of(self, before: Line | None, to: str = "") -> int | None:
        """Where the line now stands that was highlighted, or the table begins; else the first that can be."""
        table = [k for k, line in enumerate(self._lines) if isinstance(line, Row) and line.table == to]
        same = [k for k, line in enumerate(self._lines) if before and _is_same(line, before)]
        usable = [k for k, line in enumerate(self._lines) if not isinstance(line, Heading)]
        return next(iter([*table, *same, *usable]), None)

    def _option(self, line: Line) -> Option:
        width = max(40, self._list_width)
        match line:
            case Heading(table):
                return Option(Content.styled(f"[{plain(table)}]", "bold $text-primary"), disabled=True)
            case Folded(table, size, words):
                what = "keys" if table == KEYS_TABLE else "settings"
                said = f"{size} {what}, {words}; Enter shows them"
                return Option(
                    Content.assemble((f"[{plain(table)}]  ", "bold $foreground 70%"), (said, "dim"))
                )
            case Row(_, name, value, layer):
                room = max(8, width - NAME_WIDTH - LAYER_WIDTH - 5)
                look = "" if layer == "default" else "bold"
                layer_look = "dim" if layer == "default" else "$text-accent"
                return Option(
                    Content.assemble(
                        f"  {cut(name, NAME_WIDTH - 1):<{NAME_WIDTH}}",
                        (f"{cut(value, room):<{room}} ", look),
                        (layer, layer_look),
                    )
                )

    @property
    def _list_width(self) -> int:
        return self.query_one(SettingList).scrollable_content_region.width - 2

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        if is_there(self):
            self._list()
            self._draw_keys()

    @on(Input.Changed, "#settings-filter")
    def _filtered(self) -> None:
        self._list()

    @on(OptionList.OptionHighlighted, "#settings-list")
    def _highlighted(self) -> None:
        self._show_about()

    def _show_about(self) -> None:
        background.begin(self, self._put_about, name="about", group="about", exclusive=True)

    async def _put_about(self) -> None:
        if is_there(self):
            panel = self.query_one("#settings-about", VerticalScroll)
            await panel.query_one(Sheet).put(self._about())
            panel.scroll_home(animate=False)

    def _about(self) -> list[Block]:
        match self.highlighted:
            case Row() as row:
                return about(self._settings, row.key)
            case Folded(table):
                said = (
                    "Every key of the app that can be another, with what it does and where."
                    if table == KEYS_TABLE
                    else "Nothing of it is set. It is there all the same, as its preset says."
                )
                return [block("heading", (f"[{table}]", "bold $text-primary")), block("prose", said)]
        return []

    # Keys

    @on(OptionList.OptionSelected, "#settings-list")
    def _selected(self) -> None:
        line = self.highlighted
        if isinstance(line, Folded):
            self._unfolded.add(line.table)
            self._list(line.table)
        elif isinstance(line, Row):
            self._edit(line)

    def _edit(self, row: Row) -> None:
        with importing:
            from codesteer_tui.tui.screens.setting import SettingScreen

        def take(saved: Saved | None) -> None:
            if saved:
                self.post_message(self.Changed(row.key, saved))

        self.app.push_screen(SettingScreen(self._settings, row.key), take)

    def action_unset(self) -> None:
        if row := self.row:
            background.begin(self, partial(self._unset, row.key), group="saving", exclusive=True)

    async def _unset(self, key: str) -> None:
        try:
            saved = await in_thread(partial(unset_setting, key, settings=self._settings))
        except CodesteerError as error:
            self.notify(f"{error.message}\n{error.remedy}", severity="error", timeout=12, markup=False)
            return
        if saved.replaced is None:
            self.notify(f"{saved.path}", title=f"Your file does not set {key}", markup=False)
        else:
            self.post_message(self.Changed(key, saved, unset=True))

    def action_only_set(self) -> None:
        self._only_set = not self._only_set
        self._list()

    def action_copy_setting(self) -> None:
        if row := self.row:
            app: CodesteerApp = self.app  # type: ignore[assignment]
            app.copy(toml_line(self._settings, row.key), row.key)

    def action_search(self) -> None:
        self.set_focus(self.query_one(SettingsFilter))

    def action_scroll_about(self, by: int) -> None:
        self.query_one("#settings-about", VerticalScroll).scroll_relative(y=by * 4, animate=False)

    def action_back(self) -> None:
        """Out of the search to the list, with the search emptied; from the list to where one came from."""
        listed, search = self.query_one(SettingList), self.query_one(SettingsFilter)
        if search.value:
            search.value = ""
            self.set_focus(listed)
        elif not listed.has_focus:
            self.set_focus(listed)
        else:
            self.app.pop_screen()

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _moved(self) -> None:
        self._draw_keys()

    def _draw_keys(self) -> None:
        if is_there(self):
            self.query_one(KeyLine).draw(["settings", "anywhere"])


def _is_same(line: Line, other: Line) -> bool:
    if isinstance(line, Row) and isinstance(other, Row):
        return line.key == other.key
    return type(line) is type(other) and line.table == other.table

"""A dialog of blocks that scrolls, can be searched and copied, and closes with Esc."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from codesteer_tui.tui import boundary
from codesteer_tui.tui.blocks import Block, text_of
from codesteer_tui.tui.finding import Place, Sought, marked, next_of, places_in
from codesteer_tui.tui.keys import KEYS, bindings, hint, openers, sentence, table
from codesteer_tui.tui.keys.row import Key
from codesteer_tui.tui.layout import TABS_BELOW, TALL_FROM
from codesteer_tui.tui.widgets.findbar import FindBar
from codesteer_tui.tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp


LAST = ("dialog_copy",)
"""Keys that are named behind the others of a dialog, where there is room."""


def hint_line(places: Sequence[str], width: int, keys: Sequence[Key] = KEYS) -> str:
    """The hinted keys of these places of the key table, as many as fit; the first is always there."""
    hinted = [key for place in places for key in keys if key.where == place and key.hint]
    rows = [hint(key) for key in sorted(hinted, key=lambda key: key.id in LAST)]
    shown = ""
    for pressed, word in rows:
        longer = f"{shown}   {pressed} {word}" if shown else f"{pressed} {word}"
        if shown and len(longer) > width:
            break
        shown = longer
    return shown


class Dialog(ModalScreen[None]):
    """Something to read: it scrolls, is copied as a whole, and closes with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog"), *openers("help")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (TABS_BELOW, "-wide")]  # noqa: RUF012 - as in DeskScreen
    VERTICAL_BREAKPOINTS = [(0, "-low"), (TALL_FROM, "-high")]  # noqa: RUF012 - as in DeskScreen
    places: ClassVar[tuple[str, ...]] = ("dialog",)
    """The places of the key table whose keys the last line names."""

    title_text = ""

    def contents(self) -> ComposeResult:
        """What stands in the middle and scrolls."""
        raise NotImplementedError

    def copy_whole(self) -> str:
        """What `Y` copies."""
        raise NotImplementedError

    async def redraw(self) -> None:
        """Bring the dialog up to date."""
        self.query_one(".dialog").border_title = Content(self.title_text)
        self.draw_hint()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            with VerticalScroll():
                yield from self.contents()
            yield Static(classes="dialog-hint", markup=False)

    async def on_mount(self) -> None:
        await self.redraw()
        self.query_one(VerticalScroll).focus()

    def draw_hint(self) -> None:
        """Name the keys in the last line, as many as fit."""
        line = self.query_one(".dialog-hint", Static)
        line.update(self.keys_line(line.size.width))

    def keys_line(self, width: int) -> str:
        """The keys of the dialog, as many as fit, and that of the help, which has them all."""
        keys = table(self.app)
        pressed, word = hint(next(key for key in keys if key.id == "help"))
        end = f"   {pressed} {word}"
        return hint_line(self.places, width - len(end), keys) + end

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw_hint)

    async def action_close(self) -> None:
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_relative(y=by * max(1, scroll.size.height - 1), animate=False)

    def action_edge(self, by: int) -> None:
        scroll = self.query_one(VerticalScroll)
        (scroll.scroll_home if by < 0 else scroll.scroll_end)(animate=False)

    def action_copy_all(self) -> None:
        self.copy(self.copy_whole(), "text")

    def copy(self, text: str, what: str) -> None:
        """Put a text on the clipboard, and say so."""
        if not text:
            self.app.notify("Nothing to copy here.", markup=False)
            return
        app: CodesteerApp = self.app  # type: ignore[assignment]
        app.copy(text, what)

    def bring_to(self, row: int) -> None:
        """Scroll so that a row of the contents is on the screen."""
        scroll = self.query_one(VerticalScroll)
        if not scroll.scroll_y <= row < scroll.scroll_y + scroll.size.height:
            scroll.scroll_to(y=max(0, row - scroll.size.height // 3), animate=False)


class BlocksDialog(Dialog):
    """Shows blocks under a title, in which words can be found."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("search")
    places: ClassVar[tuple[str, ...]] = ("dialog", "search")

    def __init__(self) -> None:
        super().__init__()
        self.sought: Sought | None = None
        self._found: list[Place] = []
        self._at: int | None = None

    def blocks(self) -> Sequence[Block]:
        """What is shown."""
        raise NotImplementedError

    def contents(self) -> ComposeResult:
        yield Sheet()

    def copy_whole(self) -> str:
        return text_of(self.blocks())

    async def redraw(self) -> None:
        """Bring the dialog up to date."""
        try:
            blocks = self.blocks()
        except Exception as error:
            if boundary.strict:
                raise
            blocks = boundary.bug_blocks(error, "This dialog")
        if self.sought:
            self._found = places_in(blocks, self.sought)
            current = self._found[self._at] if self._at is not None and self._at < len(self._found) else None
            blocks = marked(blocks, self.sought, current)
        await self.query_one(Sheet).put(blocks)
        await super().redraw()

    def draw_hint(self) -> None:
        typing = bool(self.query(FindBar))
        line = self.query_one(".dialog-hint", Static)
        if typing:
            line.update(hint_line(("find",), line.size.width, table(self.app)))
            return
        on = sentence(self.app, "{dialog_next} {dialog_previous} next")
        words = f"{self.count_words}   {on}   " if self.sought else ""
        line.update(words + self.keys_line(line.size.width - len(words)))

    @property
    def count_words(self) -> str:
        """How often the sought words are there, and at which of them one is."""
        if not self._found:
            return "not found" if self.sought and self.sought.text.strip() else ""
        return f"{(self._at or 0) + 1} of {len(self._found)}"

    async def action_find(self) -> None:
        if bars := self.query(FindBar):
            bars.first().query_one("Input").focus()
            return
        await self.query_one(".dialog").mount(
            FindBar(self.sought.text if self.sought else ""), before=self.query_one(".dialog-hint")
        )
        self.draw_hint()

    @on(FindBar.Changed)
    async def _seek(self, event: FindBar.Changed) -> None:
        self.sought, self._at = Sought(event.text), 0
        await self._show_match()

    @on(FindBar.Moved)
    async def _seek_on(self, event: FindBar.Moved) -> None:
        await self.action_next_match(event.by)

    @on(FindBar.Left)
    async def _found_it(self, event: FindBar.Left) -> None:
        await self.query(FindBar).remove()
        self.query_one(VerticalScroll).focus()
        if not event.keep or not self._found:
            await self._forget()
        else:
            self.draw_hint()

    async def _forget(self) -> None:
        self.sought, self._found, self._at = None, [], None
        await self.redraw()

    async def action_next_match(self, by: int) -> None:
        self._at = next_of(self._found, self._at, by)
        await self._show_match()

    async def _show_match(self) -> None:
        await self.redraw()
        for bar in self.query(FindBar):
            bar.say(self.count_words)
        if self._found:
            self.call_after_refresh(self._bring_match, self._found[self._at or 0])

    def _bring_match(self, place: Place) -> None:
        views = self.query_one(Sheet).views
        if place.block < len(views):
            view = views[place.block]
            self.bring_to(view.virtual_region.y + view.row_of(place.start))

    async def action_close(self) -> None:
        if self.sought:
            await self._forget()
        else:
            await super().action_close()

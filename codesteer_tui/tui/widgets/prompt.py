"""The problem prompt: Enter sends, Ctrl+J starts a new line, Up and Down go through what was sent.

While something can be put in at the cursor (a command, a task, a file) it is offered above: Up and Down choose, Tab
puts it in, Esc takes the offers away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from textual import events, on
from textual.message import Message
from textual.widgets import TextArea

from codesteer_tui.problem import MAX_QUESTION_CHARS
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.in_order import act_in_order
from codesteer_tui.tui.past import Past, Sent
from codesteer_tui.tui.pasting import pasted

if TYPE_CHECKING:
    from codesteer_tui.tui.completing import Offer, Offers

OPENS = ("/", "@")
"""Without one of these in it nothing is offered."""


def _index(text: str, location: tuple[int, int]) -> int:
    """The number of characters before a row and column."""
    row, column = location
    return sum(len(line) + 1 for line in text.split("\n")[:row]) + column


def _location(text: str, index: int) -> tuple[int, int]:
    """The row and column behind so many characters."""
    before = text[:index]
    return before.count("\n"), index - (before.rfind("\n") + 1)


NO_MATCH = "no match"
"""Said of a word that begins nothing that can be put in."""

LEADING = ("next_pane", "previous_pane", "new")
"""Rows of the key table whose keys lead out of the prompt, or to an empty one."""


class Prompt(TextArea):
    """Where a problem is typed."""

    class Sent(Message):
        """The person sent a problem. The prompt is empty from then on; what is not taken is given back.

        `quoted` are the names behind `@` that came in with something pasted, and mean no files.
        """

        def __init__(self, text: str, quoted: frozenset[str] = frozenset()) -> None:
            super().__init__()
            self.text, self.quoted = text, quoted

    class Offered(Message):
        """Something can be put in at the cursor, or nothing any more; `at` is the one that Tab puts in."""

        def __init__(self, offers: tuple[Offer, ...], at: int) -> None:
            super().__init__()
            self.offers, self.at = offers, at

    class EditorWanted(Message):
        """The text shall be written in the person's own editor."""

    def __init__(self, *, blink: bool, offers_at: Callable[[str, int], Offers | None] | None = None) -> None:
        super().__init__(
            id="prompt",
            compact=False,
            highlight_cursor_line=False,
            soft_wrap=True,
            placeholder="Type a problem, for example: Use 4 7 8 8 to make 24",
        )
        self.cursor_blink = blink
        self.border_title = "problem   / command   @ task or file"
        self.past = Past()
        self.quoted: set[str] = set()
        self._offers_at = offers_at
        self._chosen = 0
        self._unwanted = ""
        """The text that nothing is to be offered for."""
        self._shown: tuple[tuple[Offer, ...], int] = ((), 0)

    @property
    def offers(self) -> Offers | None:
        """What can be put in at the cursor now."""
        text = self.text
        if self._offers_at is None or text == self._unwanted or not self.selection.is_empty:
            return None
        if not any(sign in text for sign in OPENS):
            return None
        found = self._offers_at(text, _index(text, self.cursor_location))
        return found if found and found.offers else None

    @property
    def is_unmatched(self) -> bool:
        """Whether a word is being typed that begins nothing that can be put in."""
        text = self.text
        if self._offers_at is None or text == self._unwanted or not any(sign in text for sign in OPENS):
            return False
        found = self._offers_at(text, _index(text, self.cursor_location))
        return found is not None and not found.offers

    async def _on_key(self, event: events.Key) -> None:
        if self.screen.focused is not self:  # it was typed behind a key that led elsewhere: for what is there
            self._stop(event)
            self.app.post_message(events.Key(event.key, event.character))
            return
        if await self._on_offer_key(event):
            self._stop(event)
            return
        if await self._goes_elsewhere(event):
            return
        match event.key:
            case "enter":
                self._stop(event)
                self._send()
            case "ctrl+j" | "shift+enter":
                self._stop(event)
                self.insert("\n")
            case "f9":
                self._stop(event)
                self.post_message(self.EditorWanted())
            case "up" if self.cursor_at_first_line:
                self._stop(event)
                self._recall(-1)
            case "down" if self.past.is_back and self.cursor_at_last_line:
                self._stop(event)
                self._recall(1)
            case _:
                await act_in_order(self, event)

    async def _goes_elsewhere(self, event: events.Key) -> bool:
        """Go to another pane at once, so that what is typed behind the key is not for the prompt."""
        bound = self.screen.active_bindings.get(event.key)
        if bound is None or bound.binding.id not in LEADING:
            return False
        self._stop(event)
        await self.app.run_action(bound.binding.action, bound.node)
        return True

    async def _on_offer_key(self, event: events.Key) -> bool:
        """Choose among the offers, or put one in; false where the key does something else."""
        if event.key not in ("tab", "up", "down", "escape", "enter"):
            return False
        found = self.offers
        if found is None:
            return event.key == "tab" and self.is_unmatched  # what is being typed would be left behind
        chosen = found.offers[min(self._chosen, len(found.offers) - 1)]
        match event.key:
            case "up" | "down":
                self._chosen = (self._chosen + (1 if event.key == "down" else -1)) % len(found.offers)
            case "escape":
                self._unwanted = self.text
            case "tab":
                self._put_in(found, chosen)
            case _ if found.start == 0 and self.text.startswith("/") and not self._is_meant(found):
                self._put_in(found, chosen)
                if chosen.whole:
                    self._send()
            case _:
                return False
        self._show_offers()
        return True

    def take(self, at: int) -> None:
        """Put in one of the offers that are shown."""
        if (found := self.offers) and at < len(found.offers):
            self._put_in(found, found.offers[at])
            self._show_offers()

    def _is_meant(self, found: Offers) -> bool:
        """Whether what is typed is one of the offers as it stands, so that Enter sends it."""
        typed = self.text[found.start : found.end].strip()
        return any(offer.text.strip() == typed for offer in found.offers)

    def _put_in(self, found: Offers, offer: Offer) -> None:
        begin = _location(self.text, found.start)
        end = _location(self.text, found.end)
        text = offer.text
        if text.endswith(" ") and self.text[found.end : found.end + 1].isspace():
            text = text[:-1]
        result = self.replace(text, begin, end)
        self.move_cursor(result.end_location)
        self._chosen = 0

    def _send(self) -> None:
        text, quoted = self.text, frozenset(self.quoted)
        self.put("")  # now, so that what is typed behind it is the next one
        self.post_message(self.Sent(text, quoted))

    def _stop(self, event: events.Key | events.Paste) -> None:
        event.stop()
        event.prevent_default()

    async def _on_paste(self, event: events.Paste) -> None:
        """What is pasted is quoted: a name behind `@` in it is text, and no file of the person's is sent with it."""
        event.text = pasted(event.text)
        there = len(self.text) - len(self.selected_text)
        if there + len(event.text) > MAX_QUESTION_CHARS:
            self._stop(event)
            self.app.notify(
                f"It has {len(event.text):,} characters; a problem can have {MAX_QUESTION_CHARS:,}. "
                "What was typed is as it was.",
                title="Not pasted",
                severity="warning",
                markup=False,
            )
            return
        if "@" in event.text:
            with importing:
                from codesteer_tui.tui.references import files_in
            self.quoted.update(files_in(event.text))

    def _recall(self, by: int) -> None:
        if (sent := self.past.step(by, Sent(self.text, tuple(sorted(self.quoted))))) is not None:
            self.put(sent.text, sent.quoted)
            self._unwanted = sent.text

    def put(self, text: str, quoted: Collection[str] = ()) -> None:
        """Replace what is typed."""
        self.text = text.replace("\r\n", "\n")
        self.quoted = set(quoted)
        self.move_cursor(self.document.end)

    def put_away(self) -> bool:
        """Empty it, keeping the text for Up; False if there was none."""
        text = self.text
        if not text.strip():
            self.put("")
            return False
        self.past.add(Sent(text, tuple(sorted(self.quoted))), keep=False)
        self.put("")
        self.say("emptied; Up brings it back")
        return True

    def say(self, words: str) -> None:
        """A few words on the lower border, until something is typed."""
        self.border_subtitle = words

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._chosen = 0
        if self.text:
            self.border_subtitle = ""
        if self.text != self._unwanted:
            self._unwanted = ""
        self._show_offers()

    @on(TextArea.SelectionChanged)
    def _cursor_moved(self) -> None:
        self._show_offers()

    def on_focus(self) -> None:
        self._show_offers()

    def on_blur(self) -> None:
        self._show_offers()

    def _show_offers(self) -> None:
        found = self.offers if self.has_focus else None
        if found is None and self.has_focus and self.is_unmatched:
            self.say(NO_MATCH)
        elif self.border_subtitle == NO_MATCH:
            self.say("")
        shown = (found.offers if found else (), self._chosen)
        if shown != self._shown:
            self._shown = shown
            self.post_message(self.Offered(*shown))

    def remember(self, text: str, quoted: Collection[str] = ()) -> None:
        """Keep what was sent, for Up, also the next time the app is started."""
        if complaint := self.past.add(Sent(text, tuple(sorted(quoted)))):
            self.say(complaint)

    def give_back(self, text: str, quoted: Collection[str] = ()) -> None:
        """Have a text again that was sent and not taken, before what was typed since."""
        self.put(text + self.text, {*quoted, *self.quoted})

"""The problem prompt: Enter sends, Ctrl+J starts a new line, Up and Down go through what was sent."""

from __future__ import annotations

from textual import events, on
from textual.message import Message
from textual.widgets import TextArea

from codesteer_tui.tui.commands import WORDS
from codesteer_tui.tui.in_order import act_in_order

HISTORY = 200
"""Problems kept for Up and Down."""


class Prompt(TextArea):
    """Where a problem is typed."""

    class Sent(Message):
        """The person sent a problem. The prompt is empty from then on; what is not taken is given back."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, blink: bool) -> None:
        super().__init__(
            id="prompt",
            compact=False,
            highlight_cursor_line=False,
            soft_wrap=True,
            placeholder="Type a problem, for example: Use 4 7 8 8 to make 24",
        )
        self.cursor_blink = blink
        self.border_title = "problem"
        self.past: list[str] = []
        self._at = 0

    async def _on_key(self, event: events.Key) -> None:
        match event.key:
            case "enter":
                self._stop(event)
                text = self.text
                self.put("")  # now, so that what is typed behind it is the next one
                self.post_message(self.Sent(text))
            case "ctrl+j" | "shift+enter":
                self._stop(event)
                self.insert("\n")
            case "up" if self.past and self.cursor_at_first_line:
                self._stop(event)
                self._recall(-1)
            case "down" if self._at < len(self.past) and self.cursor_at_last_line:
                self._stop(event)
                self._recall(1)
            case _:
                await act_in_order(self, event)

    def _stop(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()

    def _recall(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self.past)))
        self.put(self.past[self._at] if self._at < len(self.past) else "")

    def put(self, text: str) -> None:
        """Replace what is typed."""
        self.text = text
        self.move_cursor(self.document.end)

    def put_away(self) -> bool:
        """Empty it, keeping the text for Up; False if there was none."""
        text = self.text
        if not text.strip():
            self.put("")
            return False
        self.remember(text)
        self.put("")
        self.say("emptied; Up brings it back")
        return True

    def say(self, words: str) -> None:
        """A few words on the lower border, until something is typed."""
        self.border_subtitle = words

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self.text.startswith("/") and "\n" not in self.text:
            self.border_subtitle = WORDS
        elif self.text or self.border_subtitle == WORDS:
            self.border_subtitle = ""

    def remember(self, text: str) -> None:
        """Keep what was sent, for Up."""
        self.past = [*[p for p in self.past if p != text], text][-HISTORY:]
        self._at = len(self.past)

    def give_back(self, text: str) -> None:
        """Have a text again that was sent and not taken, before what was typed since."""
        self.put(text + self.text)

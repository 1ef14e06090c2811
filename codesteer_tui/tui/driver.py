"""The terminal's input, read so that what is pasted stays text."""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from collections.abc import Iterable
from selectors import EVENT_READ, SelectSelector

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from codesteer_tui.tui.pasting import PastingParser

AT_ONCE = 1 << 16
"""Bytes that are read in one go."""

TICK_S = 0.1
"""Without input it is looked this often whether a key or a pasted text is over."""


class PastingDriver(LinuxDriver):
    """Textual's driver, with a parser of our own behind the same input."""

    def run_input_thread(self) -> None:
        """Read until the app ends; bytes that are no UTF-8 come as U+FFFD."""
        parser = PastingParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with SelectSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            over = False
            while not over:
                over = self.exit_event.is_set()  # what came by then is read as well
                if selector.select(TICK_S):
                    data = os.read(self.fileno, AT_ONCE)
                    over = over or not data
                    if text := decode(data):
                        self._hand_on(parser.feed(text))
                self._hand_on(parser.tick())

    def _hand_on(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

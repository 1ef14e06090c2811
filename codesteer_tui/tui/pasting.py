"""What is pasted is text as a whole: what it holds is never pressed as keys.

Textual ends a pasted text at each ESC in it: what follows comes as keys, and before the text. So it is taken out here
before Textual reads it, cleaned as everything that is shown, and handed on as one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from time import monotonic

from textual._xterm_parser import XTermParser
from textual.events import Paste
from textual.message import Message

from codesteer_tui.text import plain

BEGIN, END = "\x1b[200~", "\x1b[201~"
"""What a terminal sends around a pasted text."""

SILENCE_S = 3.0
"""A pasted text without an end ends so long after its last piece, so that the keyboard does not stay dead."""


def pasted(text: str) -> str:
    """A pasted text as it may stand in a field: line ends as they are typed, nothing that controls a terminal."""
    return plain(text.replace("\r\n", "\n").replace("\r", "\n"))


class PastingParser(XTermParser):
    """Reads the input; what is pasted comes out as one `Paste`, wherever the reads cut it."""

    def __init__(self, debug: bool = False, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(debug)
        self._clock = clock
        self._begun = ""
        """The part of `BEGIN` that the last read ended with."""
        self._was_a_key = False
        """Whether that part was taken for the key that it may be as well, because nothing followed it in time."""
        self._pieces: list[str] | None = None
        """What was pasted so far; None outside of it."""
        self._held = ""
        """The part of `END` that the last read ended with."""
        self._heard = 0.0

    def feed(self, data: str) -> Iterator[Message]:
        """The events of what was read; of an empty text those of the end of the input."""
        if not data:
            if self._pieces is not None:
                yield self._whole()
            yield from super().feed("")
            return
        while data:
            if self._pieces is None:
                data = yield from self._outside(data)
            else:
                data = yield from self._inside(data)

    def tick(self) -> Iterator[Message]:
        """The events that come because nothing was read for a while."""
        for message in super().tick():
            self._was_a_key = bool(self._begun)
            yield message
        if self._pieces is not None and self._clock() - self._heard >= SILENCE_S:
            yield self._whole()

    def _outside(self, data: str) -> Generator[Message, None, str]:
        """Read up to where something pasted begins; gives what is behind that."""
        if self._was_a_key and not data.startswith(BEGIN[len(self._begun) :]):
            self._begun, self._was_a_key = "", False  # pressed by hand, key by key
        whole, fed = self._begun + data, len(self._begun)
        at = whole.find(BEGIN)
        if at < 0:
            self._begun = _end_of(whole, BEGIN)
            yield from super().feed(data)
            return ""
        if at > fed:
            yield from super().feed(whole[fed:at])
        if not (at < fed and self._was_a_key):
            # Textual is amid an escape sequence, perhaps; so it comes to its end
            for message in super().feed(whole[max(at, fed) : at + len(BEGIN)] + END):
                if not isinstance(message, Paste):
                    yield message
        self._begun, self._was_a_key = "", False
        self._pieces, self._held, self._heard = [], "", self._clock()
        return whole[at + len(BEGIN) :]

    def _inside(self, data: str) -> Generator[Message, None, str]:
        """Keep what is pasted, up to its end; gives what is behind that."""
        assert self._pieces is not None
        self._heard = self._clock()
        whole = self._held + data
        at = whole.find(END)
        if at < 0:
            self._held = _end_of(whole, END)
            self._pieces.append(whole[: len(whole) - len(self._held)])
            return ""
        self._pieces.append(whole[:at])
        self._held = ""
        yield self._whole()
        return whole[at + len(END) :]

    def _whole(self) -> Paste:
        text = "".join(self._pieces or ())  # without the part of an end, where the rest of it never came
        self._pieces, self._held = None, ""
        return Paste(pasted(text))


def _end_of(text: str, sign: str) -> str:
    """The part of a sign that a text ends with, without the whole of it."""
    return next((sign[:n] for n in range(len(sign) - 1, 0, -1) if text.endswith(sign[:n])), "")

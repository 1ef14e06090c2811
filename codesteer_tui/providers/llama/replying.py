"""One reply as it grows: whole characters, stop texts, and the fork at which it decides."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence

from codesteer_tui.providers.llama.prompt import StopGate


class Reply:
    """One reply as it grows: tokens, whole characters, and the gate for stop texts."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self.ids: list[int] = []
        self.stopped = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._gate = StopGate(stops)
        self._shown: list[str] = []

    @property
    def text(self) -> str:
        """Everything that was shown."""
        return "".join(self._shown)

    def add(self, token: int, piece: bytes) -> tuple[str, bool]:
        """What a token adds to the text, and whether it completes a stop text."""
        self.ids.append(token)
        text, self.stopped = self._gate.feed(self._decoder.decode(piece))
        self._shown.append(text)
        return text, self.stopped

    def end(self) -> str:
        """The last of the text: what was held back, and U+FFFD for a character that was never finished."""
        if self.stopped:
            return ""
        text, self.stopped = self._gate.feed(self._decoder.decode(b"", final=True))
        text += "" if self.stopped else self._gate.rest()
        self._shown.append(text)
        return text


class Fork:
    """Where a reply decides between texts that begin alike, such as "<<<Code>>>" and "<<<Text>>>".

    The fork is where the reply has just come to the end of what they have in common; then the first token of what
    is left of each tells them apart. Which tokens these are is looked up in the vocabulary at hand. Where two
    options go on with the same token, or nothing is in common, there is no fork to be seen.
    """

    def __init__(self, options: Sequence[str], tokenize: Callable[[str], Sequence[int]]) -> None:
        self._common = _common_start(options).encode()
        self._tail = b""
        rests = [option.removeprefix(self._common.decode()) for option in options]
        firsts = [next(iter(tokenize(rest)), -1) for rest in rests] if self._common else []
        distinct = len(set(firsts)) == len(firsts) and -1 not in firsts
        self.tokens: dict[str, int] = dict(zip(options, firsts, strict=True)) if firsts and distinct else {}

    def add(self, piece: bytes) -> None:
        """Take in the bytes of one more token."""
        if self.tokens:
            self._tail = (self._tail + piece)[-len(self._common) :]

    @property
    def reached(self) -> bool:
        """Whether the next token decides."""
        return bool(self.tokens) and self._tail == self._common


def _common_start(texts: Sequence[str]) -> str:
    """What two texts or more begin with alike."""
    if len(texts) < 2:
        return ""
    first, last = min(texts), max(texts)
    return first[: next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def grammar_of(options: Sequence[str]) -> str:
    """A grammar (GBNF) that admits exactly these texts."""
    quoted = ("".join(f"\\{c}" if c in '"\\' else c for c in option) for option in options)
    return "root ::= " + " | ".join(f'"{option}"' for option in quoted)

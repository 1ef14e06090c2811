"""One reply as it grows: whole characters, thoughts, stop texts, and the fork at which it decides."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence

from codesteer_tui.providers import TextDelta
from codesteer_tui.providers.llama.prompt import StopGate
from codesteer_tui.providers.thinking import ThoughtSplitter


class Reply:
    """One reply as it grows: tokens, whole characters, thoughts in a channel of their own, the gate for stop texts.

    `opened` is the tag with which the prompt has opened thoughts already. Stop texts count in the answer only: what
    a model thinks does not end its reply.
    """

    def __init__(self, stops: tuple[str, ...], opened: str = "") -> None:
        self.ids: list[int] = []
        self.stopped = False
        self.thought_tokens = 0
        """Tokens of the thoughts, with their tags."""
        self._splitter = ThoughtSplitter(opened)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._gate = StopGate(stops)
        self._shown: list[str] = []

    @property
    def text(self) -> str:
        """All of the answer, without thoughts."""
        return "".join(self._shown)

    @property
    def thinking(self) -> bool:
        """Whether what comes next are thoughts, as far as is clear."""
        return self._splitter.thinking

    def add(self, token: int, piece: bytes) -> list[TextDelta]:
        """What a token adds to the text; `stopped` says whether it completes a stop text."""
        self.ids.append(token)
        thought = self.thinking
        said = self._said(self._splitter.feed(self._decoder.decode(piece)))
        if thought or self.thinking:
            self.thought_tokens = len(self.ids)
        return said

    def end(self) -> list[TextDelta]:
        """The last of the text: what was held back, and U+FFFD for a character that was never finished."""
        if self.stopped:
            return []
        last = self._splitter.feed(self._decoder.decode(b"", final=True))
        said = self._said(last + self._splitter.rest())
        if not self.stopped and (held := self._gate.rest()):
            self._shown.append(held)
            said.append(TextDelta(held))
        return said

    def _said(self, deltas: list[TextDelta]) -> list[TextDelta]:
        """What may be shown of these: answers go through the gate."""
        said: list[TextDelta] = []
        for delta in deltas:
            if delta.channel == "reasoning":
                said.append(delta)
                continue
            text, self.stopped = self._gate.feed(delta.text)
            self._shown.append(text)
            if text:
                said.append(TextDelta(text))
            if self.stopped:
                break
        return said


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

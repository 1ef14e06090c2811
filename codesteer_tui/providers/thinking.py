"""Thoughts that a model writes inside the answer, as `<think>…</think>` at its start."""

from __future__ import annotations

from typing import Literal

from codesteer_tui.providers import TextDelta

TAGS = {"<think>": "</think>", "<thinking>": "</thinking>", "[THINK]": "[/THINK]"}
"""What thoughts open with, and what closes them. Only at the very start of an answer, blanks aside."""

_MOST_BLANKS = 1000


class ThoughtSplitter:
    """Sends what stands between the tags at the start of an answer to the reasoning channel.

    Pieces may be cut anywhere. What could still become a tag is held back until that is clear; `rest` gives it
    up at the end. Blanks around thoughts are dropped; an answer without thoughts passes unchanged. `opened` is the
    tag that the prompt ended with, where it has opened the thoughts already; a model that repeats it is forgiven.
    """

    def __init__(self, opened: str = "") -> None:
        self._part: Literal["start", "opened", "thoughts", "closed", "answer"] = (
            "opened" if opened else "start"
        )
        self._held = ""
        self._closing = TAGS.get(opened, "")
        self._opened = opened

    @property
    def thinking(self) -> bool:
        """Whether what comes next are thoughts, as far as is clear."""
        return self._part in ("opened", "thoughts")

    def feed(self, text: str) -> list[TextDelta]:
        """What is clear after one more piece of the answer, in order."""
        if self._part == "answer":
            return [TextDelta(text)] if text else []
        self._held += text
        if self._part == "start":
            self._look_for_opening()
        out = self._thoughts() if self._part in ("opened", "thoughts") else []
        if self._part == "closed":
            self._held = self._held.lstrip()
            if self._held:
                self._part = "answer"
        return out + self.rest() if self._part == "answer" else out

    def rest(self) -> list[TextDelta]:
        """What is held back, for when the answer ended. May be called more than once."""
        held, self._held = self._held, ""
        if not held:
            return []
        return [TextDelta(held, "answer" if self._part in ("start", "answer") else "reasoning")]

    def _look_for_opening(self) -> None:
        said = self._held.lstrip()
        for opening, closing in TAGS.items():
            if said.startswith(opening):
                self._part, self._closing, self._held = "opened", closing, said[len(opening) :]
                return
        if len(self._held) > _MOST_BLANKS or not any(opening.startswith(said) for opening in TAGS):
            self._part = "answer"

    def _thoughts(self) -> list[TextDelta]:
        if self._part == "opened":
            self._held = self._held.lstrip()
            if self._held != self._opened and self._held and self._opened.startswith(self._held):
                return []
            self._held = self._held.removeprefix(self._opened).lstrip()
        thought, closed, after = self._held.partition(self._closing)
        if closed:
            self._part, self._held = "closed", after
        else:
            kept = _beginning(thought, self._closing)
            thought, self._held = thought[: len(thought) - kept], thought[len(thought) - kept :]
            if thought:
                self._part = "thoughts"
        return [TextDelta(thought, "reasoning")] if thought else []


def _beginning(text: str, tag: str) -> int:
    """How many characters at the end of `text` could be the beginning of `tag`."""
    return next((n for n in range(min(len(text), len(tag) - 1), 0, -1) if tag.startswith(text[-n:])), 0)

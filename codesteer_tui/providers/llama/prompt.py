"""Conversations as token ids: the weights' own chat template, with two guarantees on top of it.

What a person or a program wrote stays text: a literal `<|eot_id|>` in it never becomes the control token. And
a reply that these weights gave before goes back as the very tokens it was made of, so that the cache of the
conversation so far stays valid (the same text may be tokenized differently a second time).
"""

from __future__ import annotations

import re
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from codesteer_tui.providers.thinking import TAGS
from codesteer_tui.values import Message

Render = Callable[[list[dict[str, str]]], str]
"""The chat template: messages in, the whole prompt as text out. Raises ValueError for roles it refuses."""

Tokenize = Callable[[str, bool], list[int]]
"""Text to ids; the flag says whether control tokens spelled out in the text count as such."""

_MOST_REPLIES = 512


class Prompt(NamedTuple):
    """The token ids of a conversation, up to where the assistant begins to speak, and the tag of thoughts that the
    template has opened there for it: "<think>", or none."""

    ids: list[int]
    opened: str


class Prompter:
    """Builds prompts for one set of weights and remembers the tokens of its replies."""

    def __init__(self, render: Render, tokenize: Tokenize) -> None:
        self._render = render
        self._tokenize = tokenize
        self._replies: OrderedDict[str, tuple[int, ...]] = OrderedDict()

    def remember(self, text: str, ids: Sequence[int]) -> None:
        """Keep the tokens that `text` was made of."""
        if text:
            self._replies[text] = tuple(ids)
            self._replies.move_to_end(text)
            while len(self._replies) > _MOST_REPLIES:
                self._replies.popitem(last=False)

    def replies(self) -> list[tuple[str, list[int]]]:
        """The replies that are remembered, oldest first, with their tokens."""
        return [(text, list(ids)) for text, ids in self._replies.items()]

    def prompt(self, messages: Sequence[Message], *, thinking: bool = True) -> Prompt:
        """The conversation as tokens. Without `thinking`, thoughts that the template opens are closed at once.

        Raises:
            ValueError: the template refuses this conversation in any form.
        """
        mark = uuid.uuid4().hex
        held: dict[int, Sequence[int]] = {}
        turns: list[dict[str, str]] = []
        for number, message in enumerate(messages):
            ids = self._own_ids(message)
            if ids is not None:
                held[number] = ids
            content = message.content if ids is None else f"{mark}{number}{mark}"
            turns.append({"role": message.role, "content": content})
        text = self._rendered(turns)
        opened = self._opened(text, turns)
        if opened and not thinking:
            text, opened = f"{text.rstrip()}\n\n{TAGS[opened]}\n\n", ""
        parts = re.split(f"{mark}([0-9]+){mark}", text)
        result: list[int] = []
        for position, part in enumerate(parts):
            if position % 2:
                result += held[int(part)]
            elif part:
                result += self._tokenize(part, True)
        return Prompt(result, opened)

    def _opened(self, text: str, turns: list[dict[str, str]]) -> str:
        """The tag of thoughts that the template, and not the last message, has put at the end of the prompt."""
        tag = next((tag for tag in TAGS if text.rstrip().endswith(tag)), "")
        if not tag:
            return ""
        mark = uuid.uuid4().hex
        again = self._rendered([*turns[:-1], {**turns[-1], "content": mark}])
        return tag if again.rpartition(mark)[2].rstrip().endswith(tag) else ""

    def _own_ids(self, message: Message) -> Sequence[int] | None:
        """Ids to use instead of what the template would make of the content, or None for the usual case."""
        if message.role == "assistant" and message.content in self._replies:
            self._replies.move_to_end(message.content)
            return self._replies[message.content]
        plain = self._tokenize(message.content, False)
        return None if plain == self._tokenize(message.content, True) else plain

    def _rendered(self, turns: list[dict[str, str]]) -> str:
        """The prompt's text. Templates that refuse system messages or two turns in a row get them joined."""
        try:
            return self._render(turns)
        except ValueError:
            folded = fold(turns)
            if folded == turns:
                raise
            return self._render(folded)


def fold(turns: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The same conversation with system text inside the first user turn and equal neighbours joined."""
    folded: list[dict[str, str]] = []
    for turn in turns:
        role = "user" if turn["role"] == "system" else turn["role"]
        if folded and folded[-1]["role"] == role:
            folded[-1]["content"] += "\n\n" + turn["content"]
        else:
            folded.append({"role": role, "content": turn["content"]})
    return folded


class StopGate:
    """Lets text through up to the first stop text, holding back what may be the beginning of one."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""

    def feed(self, text: str) -> tuple[str, bool]:
        """What may be shown now, and whether a stop text was reached."""
        self._held += text
        at = min((i for s in self._stops if (i := self._held.find(s)) >= 0), default=-1)
        if at >= 0:
            return self._held[:at], True
        keep = max((self._overlap(stop) for stop in self._stops), default=0)
        cut = len(self._held) - keep
        shown, self._held = self._held[:cut], self._held[cut:]
        return shown, False

    def rest(self) -> str:
        """What was held back, once nothing more can come."""
        shown, self._held = self._held, ""
        return shown

    def _overlap(self, stop: str) -> int:
        most = min(len(stop) - 1, len(self._held))
        return next((n for n in range(most, 0, -1) if self._held.endswith(stop[:n])), 0)

"""Reading replies leniently: what the events of every protocol have in common.

Events are plain JSON values, not the SDKs' objects: building those costs ten times the time of everything else
(26 s instead of 2.7 s of CPU for a megabyte in pieces of ten characters), and compatible servers send values
that they have no place for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from codesteer_tui.providers import TextDelta
from codesteer_tui.providers.thinking import ThoughtSplitter
from codesteer_tui.values import Channel, Finish, Usage

_FAILED = re.compile(r"error|fail|abort|cancel|interrupt|time_?out|insufficient|overload|unavailable")
_LENGTH = re.compile(r"length|max|limit|context|incomplete|pause")
_REFUSED = re.compile(r"refus|filter|safety|policy|block|sensitive|prohibit|recitation|spii")


class SaidError(Exception):
    """An error that came inside a stream as an event. `body` is what the server said."""

    def __init__(self, body: object) -> None:
        super().__init__("an error inside the stream")
        self.body = body


class Reading:
    """What has been read of one reply.

    `events` counts those that belong to the protocol, `chars` the characters of both channels; `usage` is what
    the server counted, or None; `finish` is None until the server said why it stopped.
    """

    def __init__(self) -> None:
        self.events = 0
        self.chars = 0
        self.finish: Finish | None = None
        self.usage: Usage | None = None
        self._splitter = ThoughtSplitter()

    def read(self, event: Any) -> Iterable[TextDelta]:
        """The texts of one event. Events of unknown types are passed over.

        Raises:
            SaidError: the event says that the server failed.
        """
        raise NotImplementedError

    def rest(self) -> list[TextDelta]:
        """Text that was held back, for when nothing more will come."""
        return self._splitter.rest()

    def text(self, text: object, channel: Channel = "answer") -> list[TextDelta]:
        """One piece of text, thoughts inside an answer in their own channel. Anything but text is nothing."""
        if not isinstance(text, str) or not text:
            return []
        self.chars += len(text)
        return self._splitter.feed(text) if channel == "answer" else [TextDelta(text, channel)]


def finish_of(reason: object) -> Finish:
    """Why a reply ended, out of the many words in use. What is neither cut, refused nor failed has ended.

    Raises:
        SaidError: the word says that the server failed, such as "error" or "insufficient_system_resource".
    """
    word = str(reason).lower()
    if _REFUSED.search(word):
        return "refused"
    if _FAILED.search(word):
        raise SaidError({"message": f"the reply ended with {word!r}"})
    return "length" if _LENGTH.search(word) else "stop"


def field_of(value: object, *path: str) -> Any:
    """What lies at `path` in nested objects, or None where anything on the way is missing or no object."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def items(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects in a list; nothing where it is no list."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping):
            yield item


def count(value: object, *paths: str) -> int | None:
    """The first of these dotted fields that holds a number that can be a count, or None."""
    for path in paths:
        found = field_of(value, *path.split("."))
        if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found < 1e15:
            return int(found)
    return None


def openai_usage(usage: object, *, priced: bool) -> Usage | None:
    """Usage as Chat Completions and Responses count it, in the variants of compatible servers, or None.

    `priced` takes `cost` as US dollars. xAI and Gemini leave reasoning out of the output, and only the total
    has it.
    """
    asked = count(usage, "prompt_tokens", "input_tokens")
    said = count(usage, "completion_tokens", "output_tokens")
    if asked is None or said is None:
        return None
    thought = _detail(usage, "output", "reasoning_tokens")
    apart = max(0, (count(usage, "total_tokens") or 0) - asked - said)
    return Usage(
        asked,
        said + apart,
        cached_tokens=min(
            asked, _detail(usage, "input", "cached_tokens") or count(usage, "prompt_cache_hit_tokens") or 0
        ),
        cache_written_tokens=_detail(usage, "input", "cache_write_tokens"),
        reasoning_tokens=min(said + apart, thought or apart),
        usd=_price(usage) if priced else None,
    )


def _detail(usage: object, side: Literal["input", "output"], name: str) -> int:
    chat = "prompt" if side == "input" else "completion"
    return count(usage, f"{chat}_tokens_details.{name}", f"{side}_tokens_details.{name}") or 0


def _price(usage: object) -> float | None:
    """What a router took, and what the provider behind it takes where the key for that is the user's own."""
    cost = field_of(usage, "cost")
    if not isinstance(cost, int | float) or isinstance(cost, bool) or cost < 0:
        return None
    upstream = field_of(usage, "cost_details", "upstream_inference_cost")
    own_key = field_of(usage, "is_byok") is True and isinstance(upstream, int | float)
    return float(cost) + (float(upstream) if own_key else 0.0)

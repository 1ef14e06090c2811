"""What every model behind a network shares: visible retries, whole characters, estimated usage."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from codesteer_tui.errors import ModelError
from codesteer_tui.providers import Completed, Delta, Retrying, TextDelta
from codesteer_tui.providers.failures import Failure
from codesteer_tui.values import Message, Usage

MAX_RETRIES = 2
"""How often a call is tried again before its first text; after it, never."""

LONGEST_WAIT_S = 60.0
"""A server that asks for a longer wait gets none: the person is told instead."""

CHARS_PER_TOKEN = 4
"""Rule of thumb for English and code, used only where the provider gives no count."""


def pause_s(attempt: int, retry_after_s: float | None) -> float | None:
    """Seconds before the next try (0.5, 1, 2 … with jitter), or None if it is not worth waiting."""
    if retry_after_s is not None:
        return retry_after_s if retry_after_s <= LONGEST_WAIT_S else None
    return min(8.0, 0.5 * 2.0 ** (attempt - 1)) * random.uniform(0.75, 1.0)


async def persistent(
    once: Callable[[], AsyncGenerator[Delta, None]],
    explain: Callable[[Exception, bool], Failure | None],
) -> AsyncGenerator[Delta, None]:
    """Stream `once()`, again where it failed in a way that may pass and no text had arrived.

    Raises:
        ModelError: what `explain` makes of the last failure.
    """
    for attempt in range(1, MAX_RETRIES + 2):
        began = False
        try:
            async with aclosing(whole_characters(once())) as deltas:
                async for delta in deltas:
                    began = began or isinstance(delta, TextDelta)
                    yield delta
            return
        except Exception as error:
            failure = explain(error, began)
            if failure is None:
                raise
            after = pause_s(attempt, failure.retry_after_s)
            if began or not failure.may_pass or attempt > MAX_RETRIES or after is None:
                raise failure.error from error
        yield Retrying(attempt, round(after, 2), failure.error.message)
        await asyncio.sleep(after)


async def whole_characters(deltas: AsyncGenerator[Delta, None]) -> AsyncGenerator[Delta, None]:
    """Join surrogate halves that JSON escapes split over two pieces; a half left alone becomes U+FFFD.

    Without it a half would travel on as a string that cannot be written as UTF-8.
    """
    held: TextDelta | None = None
    async with aclosing(deltas):
        async for delta in deltas:
            if not isinstance(delta, TextDelta):
                if held is not None and isinstance(delta, Completed):
                    yield TextDelta("\ufffd", held.channel)
                    held = None
                yield delta
                continue
            text = delta.text
            if held is not None:
                if held.channel == delta.channel:
                    text = held.text + text
                else:
                    yield TextDelta("\ufffd", held.channel)
                held = None
            if text and "\ud800" <= text[-1] <= "\udbff":
                held = TextDelta(text[-1], delta.channel)
                text = text[:-1]
            if text:
                yield TextDelta(mend(text), delta.channel)


def mend(text: str) -> str:
    """Pairs of surrogates as the characters they mean, lone ones as U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def estimated(messages: Sequence[Message], reply_chars: int) -> Usage:
    """Usage by rule of thumb: `CHARS_PER_TOKEN` characters a token, and marked as estimated."""
    asked = sum(len(message.content) for message in messages)
    return Usage(-(-asked // CHARS_PER_TOKEN), -(-reply_chars // CHARS_PER_TOKEN), estimated=True)


def sendable(messages: Sequence[Message], provider: str) -> tuple[Message, ...]:
    """The conversation with every character such that it can be sent as UTF-8.

    Raises:
        ModelError: `bad_request` where there is nothing to answer, only system messages or blanks.
    """
    if not any(message.role != "system" and message.content.strip() for message in messages):
        raise ModelError(
            "bad_request",
            f"{provider} was asked with an empty conversation.",
            "Send at least one message with text in it.",
            provider=provider,
        )
    return tuple(Message(message.role, mend(message.content)) for message in messages)

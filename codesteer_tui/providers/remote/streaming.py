"""What every model behind a network shares: visible retries, whole characters, hidden keys.

The one policy for faults: a call is tried again only before its first text, `retries` times at most, after
half a second, one, two … with jitter, or after as long as the server asks; if that is longer than
`LONGEST_WAIT_S`, the person is told instead. Silence ends at the read timeout of the connection. A server that
keeps the connection awake with pings, comments or empty events is given up after `PATIENCE` times that without
any text.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from typing import TypeVar

from codesteer_tui.errors import ModelError
from codesteer_tui.providers import Completed, Delta, Retrying, TextDelta
from codesteer_tui.providers.failures.kinds import Failure, too_long_a_wait
from codesteer_tui.providers.keys.hiding import HIDDEN, SHORTEST, forms_of
from codesteer_tui.values import Channel, Message

MAX_RETRIES = 2
"""How often a call is tried again before its first text, where nothing else is set; after it, never."""

LONGEST_WAIT_S = 60.0
"""A server that asks for a longer wait gets none: the person is told instead."""

PATIENCE = 5.0
"""Timeouts that a server may spend without a text while it keeps the connection awake."""

_Event = TypeVar("_Event")


def pause_s(attempt: int, retry_after_s: float | None) -> float | None:
    """Seconds before the next try (0.5, 1, 2 … with jitter), or None if it is not worth waiting."""
    if retry_after_s is not None:
        return retry_after_s if retry_after_s <= LONGEST_WAIT_S else None
    return min(8.0, 0.5 * 2.0 ** (attempt - 1)) * random.uniform(0.75, 1.0)


async def persistent(
    once: Callable[[], AsyncGenerator[Delta, None]],
    explain: Callable[[Exception, bool], Failure | None],
    retries: int = MAX_RETRIES,
) -> AsyncGenerator[Delta, None]:
    """Stream `once()`, again where it failed in a way that may pass and no text had arrived.

    Raises:
        ModelError: what `explain` makes of the last failure.
    """
    for attempt in range(1, retries + 2):
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
            if began or not failure.may_pass or attempt > retries:
                raise failure.error from error
            if after is None:
                asked = failure.retry_after_s or 0.0
                raise too_long_a_wait(failure.error, asked, LONGEST_WAIT_S) from error
        yield Retrying(attempt, round(after, 2), failure.error.message)
        await asyncio.sleep(after)


async def lively(
    events: AsyncIterator[_Event], progress: Callable[[], int], timeout_s: float
) -> AsyncGenerator[_Event, None]:
    """The events, as long as `progress()` (a count that grows with the text) goes on growing.

    Raises:
        TimeoutError: it stood still for `PATIENCE` times `timeout_s` seconds.
    """
    clock = asyncio.get_running_loop().time
    limit = PATIENCE * timeout_s
    seen, deadline = progress(), clock() + limit
    iterator = aiter(events)
    while True:
        try:
            async with asyncio.timeout_at(deadline) as scope:
                event = await anext(iterator)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            if not scope.expired():
                raise
            raise TimeoutError(f"no text for {limit:.0f} s, though the connection is awake") from error
        yield event
        if (now := progress()) != seen:
            seen, deadline = now, clock() + limit


def secrets_in(values: Iterable[str]) -> tuple[str, ...]:
    """What must not be shown of keys and header values, longest first: each as a whole, and each long word of it.

    Every one in the forms in which it may turn up in a text.
    """
    parts = {part for value in values for part in (value, *value.split()) if len(part) >= SHORTEST}
    return tuple(sorted({form for part in parts for form in forms_of(part)}, key=len, reverse=True))


async def concealed(
    deltas: AsyncGenerator[Delta, None], secrets: Sequence[str]
) -> AsyncGenerator[Delta, None]:
    """The deltas without the secrets, however they are cut: "[key]" stands in their place.

    Of each channel only a tail that could be the beginning of a secret is held back, and comes with the next
    text or the end. `secrets` are as `secrets_in` gives them. What had arrived comes before an error does.
    """
    if not secrets:
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta
        return
    held: dict[Channel, str] = {}
    failed: Exception | None = None
    async with aclosing(deltas):
        try:
            async for delta in deltas:
                if isinstance(delta, TextDelta):
                    shown, tail = _conceal(held.pop(delta.channel, "") + delta.text, secrets)
                    if tail:
                        held[delta.channel] = tail
                    if shown:
                        yield TextDelta(shown, delta.channel)
                    continue
                for channel in list(held):
                    yield TextDelta(_rest(held.pop(channel)), channel)
                yield delta
        except Exception as error:  # noqa: BLE001  (raised again below)
            failed = error
    for channel in list(held):
        yield TextDelta(_rest(held.pop(channel)), channel)
    if failed is not None:
        raise failed


def _conceal(text: str, secrets: Sequence[str]) -> tuple[str, str]:
    """The text that can be shown without the secrets, and the tail that may be the beginning of one."""
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, HIDDEN)
    cut = len(text)
    for secret in secrets:
        at = text.find(secret[0], max(0, len(text) - len(secret) + 1))
        while -1 < at < cut:
            if secret.startswith(text[at:]):
                cut = at
                break
            at = text.find(secret[0], at + 1)
    return text[:cut], text[cut:]


def _rest(tail: str) -> str:
    """A tail that was held back and never became a secret; so much of one that it tells something is hidden."""
    return HIDDEN if len(tail) >= SHORTEST else tail


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

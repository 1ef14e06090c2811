"""The policy for faults, and what is done to every stream: waits, limits, and keys that are not shown."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.errors import ModelError
from codesteer_tui.providers import Completed, Delta, Retrying, TextDelta
from codesteer_tui.providers.failures.kinds import Failure
from codesteer_tui.providers.remote.streaming import (
    LONGEST_WAIT_S,
    concealed,
    lively,
    pause_s,
    persistent,
    secrets_in,
)
from codesteer_tui.values import Channel, Usage

KEY = "sk-secret-0123456789abcdef"
DONE = Completed("stop", Usage(1, 1))


class Flaky(Exception):
    """A failure that the test made up."""


def failing(*, times: int, text: str = "ok", first: str = ""):  # type: ignore[no-untyped-def]
    """A stream that says `first` and fails, that many times, and then says `text`."""
    calls = 0

    async def once() -> AsyncGenerator[Delta, None]:
        nonlocal calls
        calls += 1
        if calls <= times:
            if first:
                yield TextDelta(first)
            raise Flaky
        yield TextDelta(text)
        yield DONE

    return once


def passing(after_s: float | None = 0.0, *, may_pass: bool = True):  # type: ignore[no-untyped-def]
    error = ModelError("overloaded", "It failed.", "Wait.", provider="mine")
    return lambda error_, began: Failure(error, may_pass, after_s) if isinstance(error_, Flaky) else None


async def take(deltas: AsyncGenerator[Delta, None]) -> tuple[list[Delta], ModelError | None]:
    taken: list[Delta] = []
    try:
        async with aclosing(deltas):
            async for delta in deltas:
                taken.append(delta)
    except ModelError as error:
        return taken, error
    return taken, None


async def events_of(events: AsyncGenerator[int, None]) -> tuple[list[int], TimeoutError | None]:
    seen: list[int] = []
    try:
        async with aclosing(events):
            async for event in events:
                seen.append(event)
    except TimeoutError as error:
        return seen, error
    return seen, None


@pytest.mark.parametrize("retries", [0, 1, 2, 5])
async def test_a_call_is_tried_again_as_often_as_is_set(retries: int) -> None:
    taken, error = await take(persistent(failing(times=retries), passing(), retries))
    assert error is None
    assert [d.attempt for d in taken if isinstance(d, Retrying)] == list(range(1, retries + 1))
    taken, error = await take(persistent(failing(times=retries + 1), passing(), retries))
    assert error is not None
    assert len(taken) == retries


async def test_after_the_first_text_nothing_is_tried_again() -> None:
    taken, error = await take(persistent(failing(times=1, first="half"), passing()))
    assert taken == [TextDelta("half")]
    assert error is not None
    assert error.kind == "overloaded"


async def test_a_bug_is_no_failure_of_a_provider() -> None:
    async def once() -> AsyncGenerator[Delta, None]:
        yield TextDelta("a")
        raise KeyError("bug")

    with pytest.raises(KeyError):
        await take(persistent(once, passing()))


def test_waits_grow_with_jitter_and_end_at_eight_seconds() -> None:
    random.seed(1)
    for attempt, full in ((1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (9, 8.0)):
        waits = [pause_s(attempt, None) for _ in range(100)]
        assert all(wait is not None and 0.75 * full <= wait <= full for wait in waits)
        assert len(set(waits)) > 50


def test_what_the_server_asks_is_obeyed_up_to_a_minute() -> None:
    assert pause_s(1, 7.5) == 7.5
    assert pause_s(1, LONGEST_WAIT_S) == LONGEST_WAIT_S
    assert pause_s(1, LONGEST_WAIT_S + 1) is None


async def test_a_longer_wait_is_told_with_its_length() -> None:
    taken, error = await take(persistent(failing(times=1), passing(7200.0)))
    assert taken == []
    assert error is not None
    assert "It asks to wait 2 h" in error.message
    assert "Try again in 2 h" in error.remedy
    assert (error.kind, error.provider) == ("overloaded", "mine")


async def test_the_last_try_does_not_complain_of_the_wait() -> None:
    _, error = await take(persistent(failing(times=1), passing(7200.0), 0))
    assert error is not None
    assert "asks to wait" not in error.message


async def test_a_wait_ends_at_once_when_it_is_cancelled() -> None:
    stream = persistent(failing(times=1), passing(50.0))
    assert isinstance(await anext(stream), Retrying)
    waiting = asyncio.create_task(anext(stream))
    await asyncio.sleep(0.01)
    waiting.cancel()
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert time.monotonic() - began < 5


async def test_leaving_during_a_wait_is_at_once() -> None:
    stream = persistent(failing(times=1), passing(50.0))
    await anext(stream)
    async with asyncio.timeout(5):
        await stream.aclose()


async def test_a_stream_without_progress_is_given_up() -> None:
    async def pings() -> AsyncIterator[int]:
        while True:
            await asyncio.sleep(0.01)
            yield 0

    async with asyncio.timeout(10):
        seen, error = await events_of(lively(pings(), lambda: 0, 0.04))
    assert len(seen) > 2
    assert "no text for" in str(error)


async def test_a_slow_stream_with_progress_is_not_given_up() -> None:
    count = 0

    async def words() -> AsyncIterator[int]:
        nonlocal count
        for _ in range(30):
            await asyncio.sleep(0.02)
            count += 1
            yield count

    async with aclosing(lively(words(), lambda: count, 0.06)) as events:
        assert [event async for event in events] == list(range(1, 31))


async def test_a_timeout_of_the_stream_itself_stays_as_it_is() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise TimeoutError("mine")

    seen, error = await events_of(lively(broken(), lambda: 0, 10))
    assert seen == [1]
    assert str(error) == "mine"


async def _stream(pieces: Sequence[tuple[str, Channel]], error: Exception | None = None):  # type: ignore[no-untyped-def]
    for text, channel in pieces:
        yield TextDelta(text, channel)
    if error:
        raise error
    yield DONE


async def shown(pieces: Sequence[tuple[str, Channel]], secrets: Sequence[str]) -> list[Delta]:
    return [delta async for delta in concealed(_stream(pieces), secrets_in(secrets))]


def text_of(deltas: Sequence[Delta], channel: Channel = "answer") -> str:
    return "".join(d.text for d in deltas if isinstance(d, TextDelta) and d.channel == channel)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 1000])
async def test_a_key_is_hidden_however_it_is_cut(size: int) -> None:
    text = f"Your key is {KEY}, not sk-secret-0, and again {KEY}{KEY}."
    pieces: list[tuple[str, Channel]] = [(text[i : i + size], "answer") for i in range(0, len(text), size)]
    deltas = await shown(pieces, [KEY])
    assert text_of(deltas) == "Your key is [key], not sk-secret-0, and again [key][key]."
    assert deltas[-1] == DONE


async def test_channels_do_not_mix() -> None:
    pieces: list[tuple[str, Channel]] = [
        (KEY[:10], "reasoning"),
        ("sk-sec", "answer"),
        (KEY[10:], "reasoning"),
        ("t", "answer"),
    ]
    deltas = await shown(pieces, [KEY])
    assert text_of(deltas, "reasoning") == "[key]"
    assert text_of(deltas, "answer") == "sk-sect"


async def test_header_values_are_hidden_whole_and_word_by_word_and_in_their_other_forms() -> None:
    import base64

    encoded = base64.b64encode(KEY.encode()).decode()
    deltas = await shown([(f"Bearer {KEY} {encoded} team-blue", "answer")], [f"Bearer {KEY}"])
    assert KEY not in text_of(deltas)
    assert encoded not in text_of(deltas)
    assert text_of(deltas).endswith("team-blue")


async def test_a_short_or_empty_key_hides_nothing() -> None:
    assert secrets_in(["", "none", "EMPTY"]) == ()
    assert text_of(await shown([("none of it is EMPTY", "answer")], ["none", ""])) == "none of it is EMPTY"


async def test_what_was_held_back_comes_before_an_error_unless_it_tells_the_key() -> None:
    for tail, seen in (("sk-", "sk-"), (KEY[:-1], "[key]")):
        lost = ModelError("broken_stream", "lost")
        taken, error = await take(concealed(_stream([("half ", "answer"), (tail, "answer")], lost), [KEY]))
        assert error is lost
        assert text_of(taken) == f"half {seen}"


@given(st.lists(st.tuples(st.text("sk-ecrt0ab ", max_size=9), st.sampled_from(["answer", "reasoning"]))))
def test_text_without_a_key_passes_unchanged(pieces: list[tuple[str, Channel]]) -> None:
    deltas = asyncio.run(_collect(pieces))
    for channel in ("answer", "reasoning"):
        whole = "".join(text for text, c in pieces if c == channel)
        assert text_of(deltas, channel) == _tail_hidden(whole)


async def _collect(pieces: Sequence[tuple[str, Channel]]) -> list[Delta]:
    return [delta async for delta in concealed(_stream(pieces), [KEY])]


def _tail_hidden(text: str) -> str:
    """`text` with a long beginning of the key at its very end hidden."""
    tail = next((n for n in range(len(KEY) - 1, 7, -1) if text.endswith(KEY[:n])), 0)
    return text[: len(text) - tail] + "[key]" if tail else text


async def test_hiding_costs_normal_text_next_to_nothing() -> None:
    """Five microseconds a piece on a slow machine; a network delivers a piece every few milliseconds."""
    pieces: list[tuple[str, Channel]] = [(f"word{i} and some skill ", "answer") for i in range(20_000)]
    began = time.process_time()
    deltas = await shown(pieces, [KEY])
    assert time.process_time() - began < 5
    assert len(deltas) == 20_001

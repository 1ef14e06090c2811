"""The warm pool with boxes that are none: nobody waits in vain, and no container is lost or given out twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox import pool as pools
from codesteer_tui.sandbox.container import Shape
from codesteer_tui.sandbox.pool import STARTS_AT_ONCE, Pool

SHAPE, OTHER = Shape(1, 1, 1), Shape(2, 2, 2)
TURNS = 12
"""Loop iterations that are more than enough for everything to settle that does not wait for time."""


class FakeBox:
    def __init__(self, number: int, shape: Shape) -> None:
        self.number, self.shape, self.waits = number, shape, True

    def __repr__(self) -> str:
        return f"box {self.number}"


class Yard:
    """Stands for the engine. Starts last until they are let through; boxes that exist are counted."""

    def __init__(self, *, slow: bool = False) -> None:
        self.slow = slow
        self.begun: list[asyncio.Future[None]] = []
        self.made: list[FakeBox] = []
        self.dropped: list[FakeBox] = []
        self.most_at_once = self._at_once = 0
        self.failure: Exception | None = None

    async def start(self, shape: Shape) -> FakeBox:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.begun.append(gate)
            if self.slow:
                await gate
            else:
                gate.set_result(None)
                await asyncio.sleep(0)
            if self.failure is not None:
                raise self.failure
            box = FakeBox(len(self.made), shape)
            self.made.append(box)
            return box
        finally:
            self._at_once -= 1

    def drop(self, box: FakeBox) -> None:
        assert box not in self.dropped, f"{box} is dropped twice"
        self.dropped.append(box)

    @property
    def under_way(self) -> list[asyncio.Future[None]]:
        return [gate for gate in self.begun if not gate.done()]

    def finish(self, failure: Exception | None = None) -> None:
        """Let the oldest start through that is under way."""
        gate = self.under_way[0]
        if failure is None:
            gate.set_result(None)
        else:
            gate.set_exception(failure)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


def pool_of(yard: Yard, size: int) -> Any:
    """A pool; of no type, since its boxes are not boxes."""
    start: Any = yard.start
    drop: Any = yard.drop
    return Pool(size, SHAPE, start, drop)


@asynccontextmanager
async def opened(yard: Yard, size: int) -> AsyncIterator[Any]:
    pool = pool_of(yard, size)
    pool.open()
    yield pool
    await asyncio.wait_for(pool.close(), 2)


async def settle() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not condition():  # noqa: ASYNC110  (what is waited for has no event)
            await asyncio.sleep(0.005)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "QUIET_S", 0.0)


async def test_it_fills_up_and_never_starts_more_than_two_at_once() -> None:
    yard = Yard()
    async with opened(yard, 5) as pool:
        await pool.full()
        assert (pool.idle, len(yard.made)) == (5, 5)
    assert yard.most_at_once == STARTS_AT_ONCE == 2
    assert sorted(box.number for box in yard.dropped) == [0, 1, 2, 3, 4]


async def test_one_that_waits_is_handed_over_without_a_start() -> None:
    yard = Yard()
    async with opened(yard, 2) as pool:
        await pool.full()
        box = await pool.take(SHAPE)
        assert (box, pool.idle, len(yard.begun)) == (yard.made[0], 1, 2)
    assert box not in yard.dropped


async def test_an_empty_pool_starts_one_for_whoever_asks() -> None:
    yard = Yard()
    async with opened(yard, 0) as pool:
        assert await pool.take(SHAPE) is yard.made[0]
        assert pool.idle == 0
    assert yard.dropped == []


async def test_one_that_is_being_started_is_waited_for_and_none_is_started_beside_it() -> None:
    yard = Yard(slow=True)
    async with opened(yard, 2) as pool:
        await settle()
        takers = [asyncio.create_task(pool.take(SHAPE)) for _ in range(2)]
        await settle()
        assert len(yard.begun) == 2
        yard.finish()
        yard.finish()
        assert await asyncio.gather(*takers) == yard.made
        assert len(yard.begun) == 2


async def test_more_takers_than_are_being_started_get_their_own() -> None:
    yard = Yard(slow=True)
    async with opened(yard, 1) as pool:
        await settle()
        takers = [asyncio.create_task(pool.take(SHAPE)) for _ in range(2)]
        await settle()
        assert len(yard.begun) == 2
        yard.finish()
        yard.finish()
        assert {repr(box) for box in await asyncio.gather(*takers)} == {"box 0", "box 1"}


async def test_another_shape_is_started_apart_and_the_pool_stays_full() -> None:
    yard = Yard()
    async with opened(yard, 1) as pool:
        await pool.full()
        box = await pool.take(OTHER)
        assert (box.shape, pool.idle, len(yard.made)) == (OTHER, 1, 2)


async def test_a_replacement_is_started_only_after_a_quiet_while() -> None:
    yard = Yard()
    async with opened(yard, 1) as pool:
        await pool.full()
        await asyncio.sleep(2 * pools.QUIET_S)  # the quiet that follows filling up
        await settle()
        taken_at = asyncio.get_running_loop().time()
        await pool.take(SHAPE)
        await settle()
        assert len(yard.begun) == 1
        await until(lambda: len(yard.begun) == 2)
        assert asyncio.get_running_loop().time() - taken_at >= pools.QUIET_S
        await pool.full()


async def test_one_that_ended_while_it_waited_is_dropped_and_replaced(quick: None) -> None:
    yard = Yard()
    async with opened(yard, 2) as pool:
        await pool.full()
        yard.made[0].waits = False
        assert await pool.take(SHAPE) is yard.made[1]
        assert yard.dropped == [yard.made[0]]
        await pool.full()
        assert len(yard.made) == 4
        yard.made[2].waits = yard.made[3].waits = False
        pool.weed()
        assert pool.idle == 0
        await pool.full()
    assert len(yard.made) == 6


@pytest.mark.parametrize("turns", range(10))
@pytest.mark.parametrize("finished", [True, False])
async def test_whenever_a_taker_is_cancelled_its_box_waits_for_the_next(turns: int, finished: bool) -> None:
    yard = Yard(slow=True)
    async with opened(yard, 1) as pool:
        await settle()
        taker = asyncio.create_task(pool.take(SHAPE))
        for turn in range(turns):
            if turn == 3 and finished:
                yard.finish()
            await asyncio.sleep(0)
        if finished and turns <= 3:
            yard.finish()
        taker.cancel()
        await asyncio.wait({taker})
        if not finished:
            yard.finish()
        await settle()
        taken = [] if taker.cancelled() else [taker.result()]
        assert len(yard.made) == 1
        assert pool.idle + len(taken) == 1
        assert yard.dropped == []
    assert len(yard.dropped) + len(taken) == 1


@pytest.mark.parametrize("turns", range(6))
async def test_a_taker_that_is_cancelled_while_its_own_is_started_leaves_none(turns: int) -> None:
    yard = Yard()
    async with opened(yard, 0) as pool:
        taker = asyncio.create_task(pool.take(SHAPE))
        for _ in range(turns):
            await asyncio.sleep(0)
        taker.cancel()
        await asyncio.wait({taker})
        assert len(yard.made) == (0 if taker.cancelled() else 1)
        assert await pool.take(SHAPE) is yard.made[-1]


async def test_a_box_that_a_cancelled_taker_leaves_goes_to_the_taker_behind_it() -> None:
    yard = Yard(slow=True)
    async with opened(yard, 1) as pool:
        await settle()
        first = asyncio.create_task(pool.take(SHAPE))
        await settle()
        yard.finish()
        await asyncio.sleep(0)  # handed over, but the taker has not run yet
        second = asyncio.create_task(pool.take(SHAPE))
        first.cancel()
        await asyncio.wait({first})
        if not second.done() and yard.under_way:
            await settle()
            for _ in yard.under_way:
                yard.finish()
        got = await asyncio.wait_for(second, 2)
    assert got not in yard.dropped
    assert len(yard.dropped) + 1 + (not first.cancelled()) == len(yard.made)


async def test_a_failure_reaches_whoever_waits_with_the_engines_own_words() -> None:
    yard = Yard(slow=True)
    async with opened(yard, 1) as pool:
        await settle()
        taker = asyncio.create_task(pool.take(SHAPE))
        await settle()
        yard.finish(SandboxUnavailable("The engine refused: no space.", "docker system df"))
        with pytest.raises(SandboxUnavailable, match="no space"):
            await asyncio.wait_for(taker, 1)


async def test_when_two_starts_fail_in_the_same_moment_both_takers_are_told() -> None:
    yard = Yard(slow=True)
    async with opened(yard, 2) as pool:
        await settle()
        takers = [asyncio.create_task(pool.take(SHAPE)) for _ in range(2)]
        await settle()
        yard.finish(SandboxError("one"))
        yard.finish(SandboxError("two"))
        ended = await asyncio.wait_for(asyncio.gather(*takers, return_exceptions=True), 0.09)
        assert [str(error) for error in ended] == ["one", "two"]


async def test_a_failed_start_leaves_those_in_peace_who_get_another() -> None:
    yard = Yard(slow=True)
    async with opened(yard, 2) as pool:
        await settle()
        taker = asyncio.create_task(pool.take(SHAPE))
        await settle()
        yard.finish(SandboxError("one"))
        await settle()
        assert not taker.done()
        yard.finish()
        assert await taker is yard.made[0]


async def test_a_fault_of_ours_reaches_the_taker_and_the_loops_handler() -> None:
    yard = Yard(slow=True)
    noted: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: noted.append(context["exception"]))
    async with opened(yard, 1) as pool:
        await settle()
        taker = asyncio.create_task(pool.take(SHAPE))
        await settle()
        fault = ZeroDivisionError("ours")
        yard.finish(fault)
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(taker, 1)
        await settle()
    assert noted == [fault]


async def test_an_engine_that_keeps_failing_is_asked_no_more_until_the_pause_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr("codesteer_tui.sandbox.breaker.time", clock)
    yard = Yard()
    yard.failure = SandboxUnavailable("The engine is on fire.", "Fetch water.")
    async with opened(yard, 0) as pool:
        for _ in range(3):
            with pytest.raises(SandboxUnavailable, match=r"^The engine is on fire\.\n"):
                await pool.take(SHAPE)
        with pytest.raises(
            SandboxUnavailable, match=r"on fire\. \(3 attempts failed; .* in 1 s\.\)"
        ) as caught:
            await pool.take(OTHER)
        assert caught.value.remedy == "Fetch water."
        assert len(yard.begun) == 3
        clock.now += 1.01
        yard.failure = None
        assert await pool.take(SHAPE) is yard.made[0]
        assert await pool.take(SHAPE) is yard.made[1]


async def test_after_a_pause_one_start_is_tried_and_those_beside_it_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr("codesteer_tui.sandbox.breaker.time", clock)
    yard = Yard()
    yard.failure = SandboxError("no")
    async with opened(yard, 0) as pool:
        for _ in range(3):
            with pytest.raises(SandboxError):
                await pool.take(SHAPE)
        clock.now += 1.01
        yard.slow, yard.failure = True, None
        takers = [asyncio.create_task(pool.take(SHAPE)) for _ in range(3)]
        await settle()
        assert len(yard.begun) == 4
        yard.finish()
        ended = await asyncio.gather(*takers, return_exceptions=True)
    assert ended[0] is yard.made[0]
    assert [type(each) for each in ended[1:]] == [SandboxUnavailable, SandboxUnavailable]


async def test_a_pool_that_cannot_fill_says_so_and_fills_once_the_engine_is_back(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard = Yard()
    yard.failure = SandboxError("no engine")
    async with opened(yard, 2) as pool:
        with pytest.raises(SandboxUnavailable, match="no engine"):
            await asyncio.wait_for(pool.full(), 2)
        begun = len(yard.begun)
        await asyncio.sleep(0.1)
        assert len(yard.begun) == begun
        yard.failure = None
        await until(lambda: pool.idle == 2)


@pytest.mark.parametrize("turns", range(8))
async def test_closing_while_it_fills_and_others_wait_leaves_nothing_and_hangs_nobody(turns: int) -> None:
    yard = Yard(slow=True)
    pool = pool_of(yard, 2)
    pool.open()
    await settle()
    takers = [asyncio.create_task(pool.take(shape)) for shape in (SHAPE, SHAPE, SHAPE, OTHER)]
    yard.finish()
    for _ in range(turns):
        await asyncio.sleep(0)
    await asyncio.wait_for(pool.close(), 1)
    await settle()
    for gate in yard.under_way:
        gate.set_result(None)
    ended = await asyncio.wait_for(asyncio.gather(*takers, return_exceptions=True), 1)
    given = [each for each in ended if isinstance(each, FakeBox)]
    refused = [each for each in ended if isinstance(each, SandboxError)]
    assert len(given) + len(refused) == 4
    assert sorted(map(repr, [*given, *yard.dropped])) == sorted(map(repr, yard.made))
    assert pool.idle == 0
    with pytest.raises(SandboxError, match="closed"):
        await pool.take(SHAPE)
    await pool.close()


async def test_a_box_that_is_ready_only_after_the_pool_was_closed_is_dropped() -> None:
    yard = Yard(slow=True)
    pool = pool_of(yard, 0)
    taker = asyncio.create_task(pool.take(SHAPE))
    await settle()
    await pool.close()
    yard.finish()
    with pytest.raises(SandboxError, match="closed"):
        await taker
    assert yard.dropped == yard.made


_STEPS = st.lists(
    st.one_of(
        st.sampled_from(["take", "take", "take other", "finish", "finish", "turn", "turn", "weed", "quiet"]),
        st.tuples(st.sampled_from(["cancel", "die", "fail"]), st.integers(0, 5)),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 3), _STEPS, st.integers(0, 4))
def test_whatever_happens_each_box_is_given_out_or_waits_or_is_dropped_exactly_once(
    size: int, steps: list[str | tuple[str, int]], turns_before_close: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pools, "QUIET_S", 0.0)
        patch.setattr("codesteer_tui.sandbox.breaker.LONGEST_S", 0.001)
        asyncio.run(_play(size, steps, turns_before_close))


async def _play(size: int, steps: list[str | tuple[str, int]], turns_before_close: int) -> None:
    yard = Yard(slow=True)
    pool = pool_of(yard, size)
    pool.open()
    takers: list[asyncio.Task[object]] = []
    for step in steps:
        await _one_step(step, yard, pool, takers)
        _check(yard, pool, takers)
        assert pool.idle <= size
    for _ in range(turns_before_close):
        await asyncio.sleep(0)
    await asyncio.wait_for(pool.close(), 1)
    for _ in range(50):
        for gate in yard.under_way:
            gate.set_result(None)
        await asyncio.sleep(0)
    assert all(taker.done() for taker in takers)
    assert pool.idle == 0
    given = _given(takers)
    assert sorted(map(repr, [*given, *yard.dropped])) == sorted(map(repr, yard.made))


async def _one_step(
    step: str | tuple[str, int], yard: Yard, pool: Any, takers: list[asyncio.Task[object]]
) -> None:
    match step:
        case "take":
            takers.append(asyncio.create_task(pool.take(SHAPE)))
        case "take other":
            takers.append(asyncio.create_task(pool.take(OTHER)))
        case "finish" if yard.under_way:
            yard.finish()
        case "turn":
            await asyncio.sleep(0)
        case "quiet":
            await asyncio.sleep(0.002)
        case "weed":
            pool.weed()
        case ("cancel", index) if index < len(takers):
            takers[index].cancel()
        case ("die", index) if index < len(yard.made):
            yard.made[index].waits = False
        case ("fail", index) if index < len(yard.under_way):
            yard.under_way[index].set_exception(SandboxError("no"))


def _given(takers: list[asyncio.Task[object]]) -> list[object]:
    over = [taker for taker in takers if taker.done() and not taker.cancelled()]
    assert all(isinstance(taker.exception(), SandboxError | None) for taker in over)
    return [taker.result() for taker in over if taker.exception() is None]


def _check(yard: Yard, pool: Any, takers: list[asyncio.Task[object]]) -> None:
    given, idle = _given(takers), list(pool._idle)
    held = [*map(id, given), *map(id, idle), *map(id, yard.dropped)]
    assert len(held) == len(set(held)), "a box is in two places"
    assert yard.most_at_once <= STARTS_AT_ONCE

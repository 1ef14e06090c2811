"""The warm pool with boxes that are none: nobody waits in vain, and no container is lost or given out twice."""

from __future__ import annotations

import asyncio

import pytest

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox.docker import pool as pools
from codesteer_tui.sandbox.docker.pool import STARTS_AT_ONCE
from tests.sandbox.docker.yard import (
    OTHER,
    SHAPE,
    Clock,
    FakeBox,
    Yard,
    opened,
    pool_of,
    settle,
    until,
)


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
    monkeypatch.setattr("codesteer_tui.sandbox.docker.breaker.time", clock)
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
    monkeypatch.setattr("codesteer_tui.sandbox.docker.breaker.time", clock)
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

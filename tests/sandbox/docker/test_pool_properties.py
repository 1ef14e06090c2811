"""The warm pool, whatever happens and in whatever order: no box is lost, and none is given out twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox.docker import pool as pools
from codesteer_tui.sandbox.docker.pool import STARTS_AT_ONCE
from tests.sandbox.docker.yard import OTHER, SHAPE, Yard, pool_of

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
        patch.setattr("codesteer_tui.sandbox.docker.breaker.LONGEST_S", 0.001)
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

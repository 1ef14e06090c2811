"""A wish to stop: in whatever order things happen, a result is returned or undone, never lost."""

from __future__ import annotations

import asyncio

import pytest

from codesteer_tui.sandbox.stopping import CANCEL_S, Stopper


class Work:
    """Something that takes a while and has a result that must not be lost."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.done = 0
        self.undone: list[str] = []

    async def __call__(self) -> str:
        await self.gate.wait()
        self.done += 1
        return "result"

    async def stubborn(self) -> str:
        """Takes a moment to notice that it is cancelled, and is done all the same."""
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0.03)
        self.done += 1
        return "result"


async def test_without_a_stop_the_result_is_returned() -> None:
    work = Work()
    work.gate.set()
    assert await Stopper(None).unless_set(work(), work.undone.append) == "result"
    assert not Stopper(None).is_set()


async def test_a_result_that_comes_first_is_returned() -> None:
    work, stop = Work(), asyncio.Event()
    work.gate.set()
    assert await Stopper(stop).unless_set(work(), work.undone.append) == "result"
    stop.set()
    await asyncio.sleep(0)
    assert work.undone == []


@pytest.mark.parametrize("stubborn", [False, True])
@pytest.mark.parametrize("turns", range(6))
async def test_once_it_is_to_stop_the_work_is_cancelled_or_its_result_undone(
    turns: int, stubborn: bool
) -> None:
    work, stop = Work(), asyncio.Event()
    doing = work.stubborn() if stubborn else work()
    waiting = Stopper(stop).unless_set(doing, work.undone.append)
    task = asyncio.create_task(waiting)
    for _ in range(turns):
        await asyncio.sleep(0)
    stop.set()
    assert await task is None
    assert len(work.undone) == work.done


async def test_when_both_come_in_the_same_moment_it_stops_and_the_result_is_undone() -> None:
    work, stop = Work(), asyncio.Event()
    waiting = Stopper(stop).unless_set(work(), work.undone.append)
    task = asyncio.create_task(waiting)
    await asyncio.sleep(0.01)
    work.gate.set()
    stop.set()
    assert await task is None
    assert (work.done, work.undone) == (1, ["result"])


@pytest.mark.parametrize("stubborn", [False, True])
@pytest.mark.parametrize("first", range(1, 5))
@pytest.mark.parametrize("second", range(5))
async def test_even_two_cancellations_lose_no_result(first: int, second: int, stubborn: bool) -> None:
    work, stop = Work(), asyncio.Event()
    doing = work.stubborn() if stubborn else work()
    waiting = Stopper(stop).unless_set(doing, work.undone.append)
    task = asyncio.create_task(waiting)
    for _ in range(first):
        await asyncio.sleep(0)
    work.gate.set()
    task.cancel()
    for _ in range(second):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    await asyncio.sleep(0.06)
    returned = 0 if task.cancelled() else 1
    assert len(work.undone) + returned == work.done


async def test_a_failure_of_the_work_is_raised() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Stopper(asyncio.Event()).unless_set(fail(), lambda _: None)


class Program:
    def __init__(self, *, answers: bool) -> None:
        self.answers = answers
        self.told: list[tuple[str, float]] = []

    def cancel(self) -> bool:
        self.told.append(("cancel", asyncio.get_running_loop().time()))
        return self.answers

    def cut_off(self) -> None:
        self.told.append(("cut off", asyncio.get_running_loop().time()))


async def test_a_program_has_a_moment_to_report_before_it_is_cut_off() -> None:
    stop, program = asyncio.Event(), Program(answers=True)
    stopper = Stopper(stop)
    stopper.watch(program)
    stop.set()
    await asyncio.sleep(CANCEL_S + 0.1)
    [(first, asked_at), (second, cut_at)] = program.told
    assert (first, second) == ("cancel", "cut off")
    assert cut_at - asked_at >= CANCEL_S * 0.9


async def test_a_program_that_cannot_be_asked_is_cut_off_at_once() -> None:
    stop, program = asyncio.Event(), Program(answers=False)
    Stopper(stop).watch(program)
    stop.set()
    await asyncio.sleep(0.02)
    assert [what for what, _ in program.told] == ["cancel", "cut off"]


async def test_a_program_that_has_ended_is_left_alone() -> None:
    stop, program = asyncio.Event(), Program(answers=True)
    stopper = Stopper(stop)
    stopper.watch(program)
    await asyncio.sleep(0)
    stopper.close()
    stop.set()
    await asyncio.sleep(0.02)
    assert program.told == []

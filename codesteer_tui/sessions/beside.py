"""Programs that the person runs themselves, beside what the run does by itself, in the same stream of events.

They never count as the model's: their purpose is "own", whatever their source is. While the session goes on they are
merged into its stream; `run_afterwards` appends one to the record of a session that is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from codesteer_tui.config import Config
from codesteer_tui.errors import SessionError
from codesteer_tui.events import Ending, Event, is_delta
from codesteer_tui.sandbox.choose import choose_sandbox
from codesteer_tui.sandbox.limits import limits_of
from codesteer_tui.sessions.recorder import SessionFile
from codesteer_tui.sessions.store import runs_left, stopped_run
from codesteer_tui.steering.execution import Ask, Executor, runs_so_far
from codesteer_tui.steering.taking import finish, taken
from codesteer_tui.symbench import tasks
from codesteer_tui.text import storable
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Program

AHEAD = 64
"""Pieces of text that may have come before the first of them was taken in; one by one each would cost two turns of the
event loop."""


class Beside:
    """Runs programs of the person's own while a session goes on."""

    def __init__(self, executor: Executor, transcript: Transcript, clock: Callable[[], float]) -> None:
        self._executor, self._transcript, self._clock = executor, transcript, clock
        self._arrived: asyncio.Queue[Event | Exception | None] = asyncio.Queue(maxsize=AHEAD)
        self._going_on: set[asyncio.Task[None]] = set()
        self._over = False

    def run(self, number: int, program: Program) -> None:
        """Begin to run a program; what comes of it is in the session's events, in round `number`.

        Raises:
            SessionError: the session is over.
        """
        if self._over:
            raise SessionError("The run is over.", "Run the program again: it is added to the record then.")
        program = Program(storable(program.source), program.origin)
        task = asyncio.get_running_loop().create_task(self._run(number, program))
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)

    def take(self, number: int, execution: str) -> None:
        """Take what a run of the person's own printed as the session's answer: recorded now and once.

        Raises:
            SessionError: the session is over, or that run printed no answer.
        """
        fact, before = taken(self._transcript, number, execution), self._transcript.taken
        if fact is None:
            raise SessionError("That run printed no answer.", "Run a program that prints one.")
        if self._over:
            raise SessionError("The run is over.", "Take the answer again: it counts at once then.")
        if before is not None and before.execution == execution:
            return
        fact = msgspec.structs.replace(fact, at=self._clock())
        self._transcript.apply(fact)
        task = asyncio.get_running_loop().create_task(self._put(fact))
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)

    async def merged(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """The session's events and those of the person's programs; the ending stays the last."""
        pumping = asyncio.get_running_loop().create_task(self._pump(events))
        try:
            while (item := await self._arrived.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
                self._arrived.task_done()
        finally:
            self._over = True
            tasks = (pumping, *self._going_on)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _pump(self, events: AsyncGenerator[Event, None]) -> None:
        """Pass the events of the run on. Before its ending every program of the person's comes to its own."""
        try:
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Ending):
                        self._over = True
                        while self._going_on:
                            await asyncio.wait(self._going_on)
                    await self._put(event)
        except Exception as error:  # noqa: BLE001 - raised again where the events are read
            await self._arrived.put(error)
        else:
            await self._arrived.put(None)

    async def _put(self, event: Event) -> None:
        """Pass an event on. Behind a fact nothing goes on before it was taken in; pieces of text may pile up."""
        await self._arrived.put(event)
        if not is_delta(event):
            await self._arrived.join()

    async def _run(self, number: int, program: Program) -> None:
        try:
            async with aclosing(self._executor.run(number, "own", program)) as steps:
                async for step in steps:
                    event = msgspec.structs.replace(step, at=self._clock())
                    self._transcript.apply(event)
                    await self._put(event)
        except Exception as error:  # noqa: BLE001 - raised again where the events are read
            await self._arrived.put(error)


@asynccontextmanager
async def run_afterwards(
    config: Config, path: Path | None, transcript: Transcript, number: int, program: Program, *, ask: Ask
) -> AsyncIterator[AsyncGenerator[Event, None]]:
    """Run a program of the person's own after the session's end; gives its events, which `transcript` has taken in.

    They are appended to the record at `path`, where there is one. Leaving the context stops the program.

    Raises:
        SandboxUnavailable: a sandbox that was asked for by name does not work here.
        SessionError: the record cannot be written, or is being written by a run that goes on.
    """
    async with AsyncExitStack() as stack:
        file = SessionFile(path, append=True) if path else None
        if file:
            stack.callback(file.close)
        sandbox = await choose_sandbox(config.sandbox)
        stack.push_async_callback(sandbox.aclose)
        program = Program(storable(program.source), program.origin)
        executor = Executor(
            sandbox, limits_of(config.sandbox, sandbox.info), ask, first_id=1 + runs_so_far(transcript)
        )
        events = _appended(executor, file, transcript, number, program)
        stack.push_async_callback(events.aclose)
        yield events


def take_afterwards(
    config: Config, path: Path | None, transcript: Transcript, number: int, execution: str
) -> list[Event]:
    """Take what a run of the person's own printed as the answer of a session that is over; gives the new events.

    Raises:
        SessionError: the run printed no answer; or the record cannot be written, or a run is writing it.
    """
    fact = taken(transcript, number, execution)
    if fact is None:
        raise SessionError("That run printed no answer.", "Run a program that prints one.")
    transcript.apply(fact)
    problem, checker = transcript.problem, config.symbolic_checker
    verify = partial(tasks[problem.task].verify, problem) if problem and problem.task in tasks else None
    score: Literal["default", "paper"] = "paper" if transcript.profile == "paper" else checker.score
    ending = finish(transcript, verify=verify, score=score, threshold=checker.threshold)
    events: list[Event] = [msgspec.structs.replace(e, at=transcript.seconds) for e in (fact, ending)]
    transcript.apply(events[-1])
    file = SessionFile(path, append=True) if path else None
    if file:
        try:
            for event in events:
                file.write(event)
        finally:
            file.close()
    return events


async def _appended(
    executor: Executor, file: SessionFile | None, transcript: Transcript, number: int, program: Program
) -> AsyncGenerator[Event, None]:
    offset, began = transcript.seconds, asyncio.get_running_loop().time()

    def now() -> float:
        return round(offset + asyncio.get_running_loop().time() - began, 4)

    def take(event: Event) -> Event:
        transcript.apply(event)
        if file:
            file.write(event)
        return event

    try:
        async with aclosing(executor.run(number, "own", program)) as steps:
            async for step in steps:
                yield take(msgspec.structs.replace(step, at=now()))
    finally:
        for place, run in [*runs_left(transcript)]:
            take(stopped_run(place, run, "cancelled", now()))

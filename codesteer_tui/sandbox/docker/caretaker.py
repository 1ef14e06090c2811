"""Sees to it that nothing of a sandbox stays behind: keep-alives, orphans, and containers that should be gone."""

from __future__ import annotations

import asyncio
import contextlib
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from pathlib import Path

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox.docker import container, guard
from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker.engine import LABEL_OWNER, LABEL_SANDBOX, LABEL_SESSION, Engine
from codesteer_tui.sandbox.launch import interpreter

KEEP_ALIVE_S = 5.0
_GUARD = str(Path(guard.__file__).resolve())
REAP_S = 60.0
_GONE_S, _LOOK_S = 1.0, 0.3
_CLOSE_S, _GUARD_S = 5.0, 2.0


class Caretaker:
    """Looks after the containers of one sandbox; `session` is the label that they all carry.

    `tick` is called every few seconds, so that keep-alives are sent. Containers are always found by label,
    never by name, and those of other living processes are left alone.
    """

    def __init__(self, engine: Engine, session: str, tick: Callable[[], None]) -> None:
        self._engine, self._session, self._tick = engine, session, tick
        self._rounds: asyncio.Task[None] | None = None
        self._guard: Process | None = None
        self._starting = asyncio.Lock()
        self._ended: dict[str, float] = {}
        self._looking: asyncio.Task[None] | None = None

    async def on_duty(self) -> None:
        """Begin, if it has not begun: before the first container is made.

        Raises:
            SandboxError: the guard process could not be started.
        """
        async with self._starting:
            if self._rounds is None:
                self._guard = await self._start_guard()
                self._rounds = asyncio.create_task(self._make_rounds())

    async def _start_guard(self) -> Process:
        socket = self._engine.endpoint.removeprefix("unix://")
        command = [interpreter(), "-I", "-S", _GUARD, socket, self._session]
        try:
            return await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, cwd="/", start_new_session=True
            )
        except OSError as error:
            raise SandboxError(
                f"No process could be started to look after the containers: {error}", "codesteer doctor"
            ) from error

    async def _make_rounds(self) -> None:
        reap_at = time.monotonic() + REAP_S
        while True:
            await asyncio.sleep(KEEP_ALIVE_S)
            self._tick()
            if time.monotonic() >= reap_at:
                reap_at = time.monotonic() + REAP_S
                with contextlib.suppress(SandboxUnavailable):  # whoever runs a program next will be told
                    await self.reap()

    async def reap(self) -> int:
        """Remove boxes, found by label, whose owning process is surely gone; return how many.

        Raises:
            SandboxUnavailable: the engine does not answer.
        """
        found = await self._labelled(f"{LABEL_SANDBOX}=1")
        orphans = [id for id, labels in found.items() if engines.is_orphan(labels.get(LABEL_OWNER, ""))]
        for id in orphans:
            await self._engine.call(container.remove, self._engine.api, id)
        return len(orphans)

    async def _labelled(self, label: str) -> dict[str, dict[str, str]]:
        found = await self._engine.call(self._engine.api.containers, all=True, filters={"label": label})
        return {each["Id"]: each["Labels"] for each in found}

    def see_gone(self, id: str) -> None:
        """A container has ended and the engine should remove it by itself; make sure that it does."""
        self._ended[id] = time.monotonic()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        """One question for all that have ended lately, rather than a removal for each."""
        while self._ended:
            await asyncio.sleep(_LOOK_S)
            try:
                there = await self._labelled(f"{LABEL_SESSION}={self._session}")
                late = time.monotonic() - _GONE_S
                for id, ended in list(self._ended.items()):
                    if id in there and ended < late:
                        await self._engine.call(container.remove, self._engine.api, id)
                    if id not in there or ended < late:
                        del self._ended[id]
            except SandboxUnavailable:
                await asyncio.sleep(_GONE_S)  # when the engine is back, so is the question

    async def close(self) -> None:
        """Remove every container of the session, and end the guard once none is left."""
        tasks = [task for task in (self._rounds, self._looking) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._guard is None:
            return
        try:
            clean = await self._remove_all()
        except SandboxUnavailable:
            clean = False  # the guard goes on asking for a while
        await self._dismiss_guard(self._guard, clean=clean)

    async def _remove_all(self) -> bool:
        deadline = time.monotonic() + _CLOSE_S
        while left := await self._labelled(f"{LABEL_SESSION}={self._session}"):
            if time.monotonic() > deadline:
                return False
            for id in left:
                await self._engine.call(container.remove, self._engine.api, id)
        return True

    async def _dismiss_guard(self, process: Process, *, clean: bool) -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            if clean:
                process.stdin.write(guard.DONE)
            process.stdin.close()
            await process.stdin.wait_closed()
        if not clean:
            return
        try:
            await asyncio.wait_for(process.wait(), _GUARD_S)
        except TimeoutError:
            process.kill()
            await process.wait()

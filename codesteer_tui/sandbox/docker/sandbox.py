"""Programs in Docker: one fresh, hardened container an execution, warm before it is needed, gone when it ends.

The container's PID 1 is our supervisor (`inside/runner.py`). It is attached to before it is started, and its
stdin is the dead-man's switch: when this process dies, however it dies, the end of stdin ends the box. When
this process is stopped, or the engine killed, the box ends as soon as its keep-alives stay away.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
import uuid
from collections.abc import AsyncGenerator

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox import Admission, Output, source
from codesteer_tui.sandbox.docker import container, images
from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker.box import Box
from codesteer_tui.sandbox.docker.caretaker import Caretaker
from codesteer_tui.sandbox.docker.container import Shape
from codesteer_tui.sandbox.docker.engine import Engine
from codesteer_tui.sandbox.docker.pool import Pool
from codesteer_tui.sandbox.frames import job_frame
from codesteer_tui.sandbox.limits import limits_of
from codesteer_tui.sandbox.stopping import Stopper
from codesteer_tui.values import ExecutionResult, Limits, Program, SandboxInfo

START_S = 30.0
GRACE_S = 3.0
_LEAVE_S = 2.0
_TRIES = 3


class DockerSandbox:
    """Runs each program in a container of its own. Made by `DockerSandbox.open()`."""

    def __init__(self, engine: Engine, image: images.Image, settings: SandboxSettings) -> None:
        self._engine = engine
        self._image = image
        self._runtime = settings.runtime
        self._session = uuid.uuid4().hex
        self._closed = False
        self.info = SandboxInfo(
            engine="docker",
            isolation="container",
            label=engines.describe(engine.version, engine.info)
            + (f", {self._runtime}" if self._runtime else ""),
            detail=engine.endpoint,
            image=image.kind,
        )
        self._boxes: set[Box] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(settings.at_once)
        shape = Shape.of(limits_of(settings, self.info))
        self._pool = Pool(settings.warm, shape, self._start, self._dismiss)
        self._caretaker = Caretaker(engine, self._session, self._tick)

    @classmethod
    async def open(cls, settings: SandboxSettings = SandboxSettings()) -> DockerSandbox:  # noqa: B008  (frozen)
        """Connect, find the image, remove boxes whose owners are gone, and begin to warm up.

        Raises:
            SandboxUnavailable: no engine, no image, or an engine that cannot hold a program safely.
        """
        engine = await engines.connect()
        try:
            engines.require_runtime(engine.info, settings.runtime)
            sandbox = cls(engine, await images.find(engine, settings.image), settings)
            await sandbox._caretaker.reap()
        except BaseException:
            await engine.close()
            raise
        sandbox._pool.open()
        return sandbox

    async def warmed(self) -> None:
        """Return when as many containers wait as the settings say.

        Raises:
            SandboxUnavailable: the engine keeps failing.
        """
        await self._pool.full()

    def admits(self, program: Program) -> Admission:
        """Every program may run in a container."""
        return "yes"

    async def run(
        self, program: Program, limits: Limits, *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Output | ExecutionResult]:
        """Run `program` in a fresh container, which ends with the iterator, whether that ends or is closed.

        Raises:
            SandboxError: the engine failed, or the box was removed from outside.
        """
        data = source.to_bytes(program, limits)
        if self._closed:
            raise SandboxError("The sandbox is closed.", "Open it again.")
        stopper = Stopper(stop)
        if await stopper.unless_set(self._turns.acquire(), lambda _: self._turns.release()) is None:
            yield ExecutionResult("cancelled")
            return
        box = None
        try:
            box = await stopper.unless_set(self._begin(data, limits), self._abandon)
            if box is None:
                yield ExecutionResult("cancelled")
                return
            deadline = time.monotonic() + limits.wall_s + GRACE_S
            stopper.watch(box)
            while box.reader.result is None:
                received = await box.receive(deadline)
                if not received:
                    yield await self._ended_early(box, stopper, timed_out=received is None)
                    return
                for piece in box.reader.feed(received):
                    yield piece
            yield box.reader.result
        finally:
            stopper.close()
            self._turns.release()
            if box is not None:
                self._dismiss(box)

    async def _begin(self, data: bytes, limits: Limits) -> Box:
        """Take a box and send it the job. A job that may have arrived whole is never sent again.

        Raises:
            SandboxError: no box could be had.
        """
        token = secrets.token_hex(16)
        frame = job_frame(data, limits, token)
        for _ in range(_TRIES):
            box = await self._pool.take(Shape.of(limits))
            box.reader.begin(token, limits)
            try:
                sent = await box.send(frame, time.monotonic() + START_S)
            except BaseException:
                self._abandon(box)
                raise
            if sent:
                return box
            self._abandon(box)
        raise SandboxError(
            "Containers end before they get their program.",
            "See what the engine says: codesteer sandbox status",
        )

    async def _ended_early(self, box: Box, stopper: Stopper, *, timed_out: bool) -> ExecutionResult:
        """What to make of a box that ended, or went silent, without a result.

        Raises:
            SandboxError: it was no doing of the program, as far as the engine can tell.
        """
        reader = box.reader
        if stopper.is_set():
            return reader.ended_as("cancelled")
        if timed_out:
            await self._engine.call(container.remove, self._engine.api, box.id)
            return reader.ended_as("killed_by_host")
        if await self._was_killed_for_memory(box):
            return reader.ended_as("oom")
        said = f"; it said: {reader.diagnostics}" if reader.diagnostics else ""
        raise SandboxError(
            f"The container was removed or killed from outside while the program ran{said}.",
            "Run it again; if it happens again, see: codesteer sandbox status",
        )

    async def _was_killed_for_memory(self, box: Box) -> bool:
        """Ask the engine's own log: the container's record is already gone by `auto_remove`."""
        now = time.time()
        wanted = {"container": box.id, "event": "oom"}

        def ask() -> bool:
            found = self._engine.api.events(since=int(now) - 3600, until=int(now) + 1, filters=wanted)
            return any(line.strip() for line in found)

        return await self._engine.call(ask)

    async def _start(self, shape: Shape) -> Box:
        """Create, attach and start a container in a thread; one that comes too late is removed there."""
        await self._caretaker.on_duty()
        abandoned = threading.Event()
        started: list[Box] = []
        try:
            await self._engine.call(self._start_blocking, shape, abandoned, started)
        except asyncio.CancelledError:
            # The thread notes the box first and looks at the event afterwards; we do it the other way round,
            # so one of us sees the other, and hanging up twice does no harm.
            abandoned.set()
            for box in started:
                self._abandon(box)
            raise
        box = started[0]
        self._boxes.add(box)
        try:
            await box.greet(START_S)
        except BaseException:
            self._abandon(box)
            raise
        box.keep_alive()
        return box

    def _start_blocking(self, shape: Shape, abandoned: threading.Event, started: list[Box]) -> None:
        api = self._engine.api
        podman = engines.is_podman(self._engine.version)
        id = container.create(
            api, self._image.id, shape, session=self._session, runtime=self._runtime, podman=podman
        )
        box = None
        try:
            wanted = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1, "logs": 0}
            box = Box(id, api.attach_socket(id, params=wanted), shape)
            api.start(id)
        except BaseException:
            if box is not None:
                box.hang_up()
            container.remove(api, id)
            raise
        started.append(box)
        if abandoned.is_set():
            box.hang_up()
            container.remove(api, id)

    def _abandon(self, box: Box) -> None:
        """Be rid of a box whose program nobody waits for: it is killed now."""
        box.hang_up()
        self._dismiss(box)

    def _dismiss(self, box: Box) -> None:
        """See a box off in the background."""
        if box.reader.result is None:
            box.hang_up()  # its program may still be running
        task = asyncio.create_task(self._see_off(box))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _see_off(self, box: Box) -> None:
        try:
            if box.reader.result is not None:
                # Ending a container costs the engine more than most programs: let those next to it finish.
                await asyncio.sleep(0.05)
            if not await box.leave(_LEAVE_S):
                await self._engine.call(container.remove, self._engine.api, box.id)
        except SandboxUnavailable:
            pass  # a dead engine cannot be asked; the hung-up box ends by itself or at the engine's next start
        finally:
            box.hang_up()
            self._boxes.discard(box)
        self._caretaker.see_gone(box.id)

    def _tick(self) -> None:
        """Every few seconds: tell all boxes that we are here, and drop the idle ones that have ended."""
        for box in self._boxes:
            box.keep_alive()
        self._pool.weed()

    async def aclose(self) -> None:
        """Remove what this sandbox started and close the connection. May be called twice."""
        if self._closed:
            return
        self._closed = True
        await self._pool.close()
        for box in self._boxes:
            box.cut_off()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        await self._caretaker.close()
        await self._engine.close()

"""Programs in Docker: one fresh, hardened container an execution, gone when it ends.

The container's PID 1 is our supervisor (`inside/runner.py`). It is attached to before it is started, and its
stdin is the dead-man's switch: when this process dies, however it dies, the end of stdin ends the box.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import threading
import time
import uuid
from collections.abc import AsyncGenerator
from typing import Any

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox import Admission, Output, images, source
from codesteer_tui.sandbox import engine as engines
from codesteer_tui.sandbox.engine import LABEL_OWNER, LABEL_RUNNER, LABEL_SANDBOX, LABEL_SESSION, Engine
from codesteer_tui.sandbox.frames import BoxReader, job_frame
from codesteer_tui.values import ExecutionResult, Limits, Program, SandboxInfo

USER = "10001:10001"
COMMAND = ["python3", "-I", "-B", "-X", "utf8", "/opt/cs/inside", "container"]
START_S = 30.0
GRACE_S = 3.0
_GONE_S = 5.0


def host_config(api: Any, limits: Limits) -> dict[str, Any]:
    """The hardening of one box: no network, no capabilities, nothing writable but two small tmpfs."""
    from docker.types import LogConfig, Ulimit

    file_bytes = 64 << 20
    config: dict[str, Any] = api.create_host_config(
        auto_remove=True,
        network_mode="none",
        read_only=True,
        tmpfs={
            "/work": "rw,nosuid,nodev,noexec,size=64m,mode=1777,nr_inodes=4096",
            "/tmp": "rw,nosuid,nodev,noexec,size=32m,mode=1777,nr_inodes=4096",
        },
        shm_size=16 << 20,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        pids_limit=limits.pids,
        mem_limit=limits.memory_bytes,
        memswap_limit=limits.memory_bytes,  # equal to the memory limit: no swap on top of it
        nano_cpus=1_000_000_000,
        ulimits=[
            Ulimit(name="nofile", soft=256, hard=256),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="fsize", soft=file_bytes, hard=file_bytes),
        ],
        log_config=LogConfig(type="none"),  # else a flood would land on the host's disk
    )
    return config


class _Box:
    """A started container and the socket to its supervisor."""

    def __init__(self, container: str, attached: Any) -> None:
        self.container = container
        self._attached = attached
        self.socket: socket.socket = getattr(attached, "_sock", attached)
        self.socket.setblocking(False)

    def hang_up(self) -> None:
        """Give the supervisor the end of stdin, upon which it kills everything and leaves."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        for part in (self.socket, self._attached, getattr(self._attached, "_response", None)):
            if part is not None:
                with contextlib.suppress(OSError, ValueError):
                    part.close()


class DockerSandbox:
    """Runs each program in a container of its own. Made by `DockerSandbox.open()`."""

    def __init__(self, engine: Engine, image: str) -> None:
        self._engine = engine
        self._image = image
        self._session = uuid.uuid4().hex
        self._closed = False
        self.info = SandboxInfo(
            engine="docker", isolation="container", label="Docker container", detail=engine.endpoint
        )

    @classmethod
    async def open(cls, settings: SandboxSettings = SandboxSettings()) -> DockerSandbox:  # noqa: B008  (frozen)
        """Connect, find the image, and remove boxes whose owners are gone.

        Raises:
            SandboxUnavailable: no engine, no image, or an engine that cannot hold a program safely.
        """
        engine = await engines.connect()
        try:
            sandbox = cls(engine, (await images.find(engine, settings.image)).id)
            await sandbox.reap_orphans()
        except BaseException:
            await engine.close()
            raise
        return sandbox

    def admits(self, program: Program) -> Admission:
        """Every program may run in a container."""
        return "yes"

    async def run(
        self, program: Program, limits: Limits, *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Output | ExecutionResult]:
        """Run `program` in a fresh container; the container is gone when the iterator ends or is closed.

        Raises:
            SandboxError: the engine failed, or the box was removed from outside.
        """
        data = source.to_bytes(program, limits)
        if self._closed:
            raise SandboxError("The sandbox is closed.")
        box = await self._start(limits)
        try:
            reader = BoxReader(token := secrets.token_hex(16), limits, multiplexed=True)
            await self._greet(box, reader)
            deadline = time.monotonic() + limits.wall_s + GRACE_S
            await self._send(box, job_frame(data, limits, token), deadline)
            while reader.result is None:
                received = await self._receive(box, deadline)
                if not received:
                    yield await self._ended_early(box, reader, timed_out=received is None)
                    return
                for piece in reader.feed(received):
                    yield piece
            yield reader.result
        finally:
            await asyncio.shield(self._dispose(box))

    async def _start(self, limits: Limits) -> _Box:
        """Create, attach and start a container in a thread; one that comes too late is removed there."""
        abandoned = threading.Event()
        started: list[_Box] = []
        try:
            await self._engine.call(self._start_blocking, limits, abandoned, started)
        except asyncio.CancelledError:
            # The thread notes the box first and looks at the event afterwards; we do it the other way round,
            # so one of us sees the other, and removing a box twice does no harm.
            abandoned.set()
            for box in started:
                await asyncio.shield(self._dispose(box))
            raise
        return started[0]

    def _start_blocking(self, limits: Limits, abandoned: threading.Event, started: list[_Box]) -> None:
        api = self._engine.api
        container = api.create_container(
            self._image,
            COMMAND,
            name=f"codesteer-{uuid.uuid4().hex[:12]}",
            user=USER,
            stdin_open=True,  # without detach, so that the SDK sets StdinOnce: the dead-man's switch
            tty=False,
            hostname="sandbox",
            working_dir="/work",
            environment={"HOME": "/work", "LANG": "C.UTF-8", "TZ": "UTC"},
            labels={
                LABEL_SANDBOX: "1",
                LABEL_OWNER: engines.own_label(),
                LABEL_SESSION: self._session,
                LABEL_RUNNER: images.runner_hash(),
            },
            host_config=host_config(api, limits),
            use_config_proxy=False,  # else proxies from the person's Docker config, passwords and all, go in
        )["Id"]
        box = None
        try:
            wanted = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1, "logs": 0}
            box = _Box(container, api.attach_socket(container, params=wanted))
            api.start(container)
        except BaseException:
            self._remove_blocking(container, box)
            raise
        started.append(box)
        if abandoned.is_set():
            self._remove_blocking(container, box)

    async def _greet(self, box: _Box, reader: BoxReader) -> None:
        """Wait until the supervisor says that it is there."""
        deadline = time.monotonic() + START_S
        while reader.hello is None and reader.result is None:
            received = await self._receive(box, deadline)
            if not received:
                said = reader.diagnostics or "nothing"
                happened = "did not get ready in time" if received is None else "ended before it was ready"
                raise SandboxError(f"The container {happened}; it said: {said}", "codesteer sandbox status")
            reader.feed(received)

    async def _send(self, box: _Box, frame: bytes, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError, TimeoutError):  # what became of the box is found out by reading
            await asyncio.wait_for(loop.sock_sendall(box.socket, frame), deadline - time.monotonic())

    async def _receive(self, box: _Box, deadline: float) -> bytes | None:
        """The next bytes; empty when the box has ended, None when the deadline has passed."""
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        try:
            receiving = asyncio.get_running_loop().sock_recv(box.socket, 65536)
            return await asyncio.wait_for(receiving, left)
        except TimeoutError:
            return None
        except OSError:
            return b""

    async def _ended_early(self, box: _Box, reader: BoxReader, *, timed_out: bool) -> ExecutionResult:
        """What to make of a box that ended, or went silent, without a result.

        Raises:
            SandboxError: it was no doing of the program, as far as the engine can tell.
        """
        if timed_out:
            return reader.ended_as("killed_by_host")
        if await self._was_killed_for_memory(box):
            return reader.ended_as("oom")
        said = f"; it said: {reader.diagnostics}" if reader.diagnostics else ""
        raise SandboxError(
            f"The container was removed or killed from outside while the program ran{said}.",
            "Run it again; if it happens again, see: codesteer sandbox status",
        )

    async def _was_killed_for_memory(self, box: _Box) -> bool:
        """Ask the engine's own log: the container's record is already gone by `auto_remove`."""
        now = time.time()
        wanted = {"container": box.container, "event": "oom"}

        def ask() -> bool:
            found = self._engine.api.events(since=int(now) - 3600, until=int(now) + 1, filters=wanted)
            return any(line.strip() for line in found)

        return await self._engine.call(ask)

    async def _dispose(self, box: _Box) -> None:
        box.hang_up()
        try:
            await self._engine.call(self._remove_blocking, box.container, None)
        except SandboxUnavailable:
            pass  # a dead engine cannot be asked; the hung-up box ends by itself or at the engine's next start

    def _remove_blocking(self, container: str, box: _Box | None) -> None:
        """Remove a container and wait until it is gone; already gone is as good."""
        from docker.errors import APIError, NotFound

        if box is not None:
            box.hang_up()
        deadline = time.monotonic() + _GONE_S
        while time.monotonic() < deadline:
            try:
                self._engine.api.remove_container(container, force=True, v=True)
            except NotFound:
                return
            except APIError as error:
                if error.status_code != 409:  # 409: a removal is under way, which is what we want
                    raise
            time.sleep(0.01)

    async def reap_orphans(self) -> int:
        """Remove boxes, found by label, whose owning process is surely gone; return how many."""
        filters = {"label": f"{LABEL_SANDBOX}=1"}
        found = await self._engine.call(self._engine.api.containers, all=True, filters=filters)
        orphans = [each["Id"] for each in found if engines.is_orphan(each["Labels"].get(LABEL_OWNER, ""))]
        for container in orphans:
            await self._engine.call(self._remove_blocking, container, None)
        return len(orphans)

    async def aclose(self) -> None:
        """Remove what this sandbox started and close the connection. May be called twice."""
        if self._closed:
            return
        self._closed = True
        filters = {"label": f"{LABEL_SESSION}={self._session}"}
        try:
            found = await self._engine.call(self._engine.api.containers, all=True, filters=filters)
            for each in found:
                await self._engine.call(self._remove_blocking, each["Id"], None)
        except SandboxUnavailable:
            pass  # a dead engine holds nothing that could be removed through it
        await self._engine.close()

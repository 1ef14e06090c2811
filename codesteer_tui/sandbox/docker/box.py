"""One started container, and the conversation with its supervisor over the attached socket."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import time
from typing import Any

from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox.docker.container import Shape
from codesteer_tui.sandbox.frames import CANCEL_FRAME, KEEP_ALIVE_FRAME, BoxReader

_PIECE = 65536


class Box:
    """A container that has one job at most, and is thrown away after it.

    `id` is the container's; `attached` what the SDK gave for its stdin and stdout. The end of stdin, however it
    comes about, ends the container.
    """

    def __init__(self, id: str, attached: Any, shape: Shape) -> None:
        self.id, self.shape = id, shape
        self.reader = BoxReader(multiplexed=True)
        self._attached = attached
        self._socket: socket.socket = getattr(attached, "_sock", attached)
        self._socket.setblocking(False)
        self._sending = False
        self._closed = False

    async def greet(self, within_s: float) -> None:
        """Wait until the supervisor says that it is there, and that the kernel holds it to its limits.

        Raises:
            SandboxError: it ended, said something else, or the engine does not enforce what it was told.
        """
        deadline = time.monotonic() + within_s
        while self.reader.hello is None and self.reader.result is None:
            received = await self.receive(deadline)
            if not received:
                said = self.reader.diagnostics or "nothing"
                happened = "did not get ready in time" if received is None else "ended before it was ready"
                raise SandboxError(f"The container {happened}; it said: {said}", "codesteer sandbox status")
            self.reader.feed(received)
        hello = self.reader.hello
        if hello is None or self.reader.result is not None:
            raise SandboxError(
                f"The container does not speak our protocol: {self.reader.broken}", "codesteer sandbox build"
            )
        for word, asked, held in (
            ("memory", self.shape.memory_bytes, hello.memory_bytes),
            ("process", self.shape.pids, hello.pids),
        ):
            if held is not None and held > asked:
                raise SandboxError(
                    f"The engine took a {word} limit of {asked} and does not enforce it.",
                    "Run the engine with cgroup v2, or as root.",
                )

    @property
    def waits(self) -> bool:
        """Whether it is still there, waiting for a job; costs no round trip."""
        if self._closed:
            return False
        # An idle supervisor says nothing: whatever can be read is the end, or no supervisor of ours.
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | select.POLLHUP)
        return not poll.poll(0)

    async def send(self, frame: bytes, deadline: float) -> bool:
        """Send a frame; false where the box ended before the last byte, so that it cannot have acted on it."""
        self._sending = True
        try:
            # Not `wait_for`, which in Python 3.11 swallows a cancellation that comes with the last byte.
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                await asyncio.get_running_loop().sock_sendall(self._socket, frame)
        except (OSError, TimeoutError):
            return False
        finally:
            self._sending = False
        return True

    async def receive(self, deadline: float) -> bytes | None:
        """The next bytes; empty when the box has ended, None when the deadline (monotonic) has passed."""
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        try:
            async with asyncio.timeout(left):
                await asyncio.sleep(0)  # bytes that are there are read at once: a flood would stall the loop
                return await asyncio.get_running_loop().sock_recv(self._socket, _PIECE)
        except TimeoutError:
            return None
        except OSError:
            return b""

    def keep_alive(self) -> None:
        """Renew the lease; a box that cannot be told is found out by whoever uses it."""
        self._put(KEEP_ALIVE_FRAME)

    def cancel(self) -> bool:
        """Ask the supervisor to end the program and report; false where it cannot be asked."""
        return self._put(CANCEL_FRAME)

    def _put(self, frame: bytes) -> bool:
        if self._closed or self._sending:  # a frame must not land in the middle of another
            return False
        try:
            return self._socket.send(frame) == len(frame)
        except OSError:
            return False

    async def leave(self, within_s: float) -> bool:
        """Give the supervisor the end of its stdin and wait for its end; false where that does not come."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.hang_up()
            return True
        deadline = time.monotonic() + within_s
        received: bytes | None = b"-"
        while received:  # what is still on its way belongs to nobody
            received = await self.receive(deadline)
        self.hang_up()
        return received is not None

    def cut_off(self) -> None:
        """End the conversation for whoever is in the middle of it: it reads the end, and the box gets it too."""
        if not self._closed:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Close the connection, upon which the supervisor kills everything and leaves. May be called twice.

        Nobody may be receiving from it at that moment: see `cut_off`.
        """
        self.cut_off()
        if self._closed:
            return
        self._closed = True
        for part in (self._socket, self._attached, getattr(self._attached, "_response", None)):
            if part is not None:
                with contextlib.suppress(OSError, ValueError):
                    part.close()

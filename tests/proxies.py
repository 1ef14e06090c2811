"""A proxy on loopback: tunnels what asks for a tunnel (CONNECT), forwards the rest, and keeps what it saw."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

_TUNNELLED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_WHO = b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n"


class Proxy:
    """`async with Proxy() as proxy:` listens on `proxy.url` until the block ends.

    `seen` has the first line of every request, `heads` all of what came before the body. With `password` (the
    whole of `proxy-authorization`) it answers 407 to whoever does not send it.
    """

    def __init__(self, password: str = "") -> None:
        self._password = password
        self.heads: list[str] = []

    @property
    def seen(self) -> list[str]:
        """The first line of every request."""
        return [head.split("\r\n")[0] for head in self.heads]

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.address}"

    async def __aenter__(self) -> Proxy:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError), contextlib.closing(writer):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            if self._password and f"proxy-authorization: {self._password}".lower() not in head.lower():
                writer.write(_WHO)
                await writer.drain()
                return
            method, target, version = head.split("\r\n")[0].split()
            tunnel = method == "CONNECT"
            parts = urlsplit(f"//{target}" if tunnel else target)
            far_reader, far_writer = await asyncio.open_connection(parts.hostname, parts.port)
            if tunnel:
                writer.write(_TUNNELLED)
            else:
                first = f"{method} {parts.path} {version}\r\n"
                far_writer.write((first + head.split("\r\n", 1)[1]).encode("latin-1"))
            with contextlib.closing(far_writer):
                ways = [(reader, far_writer), (far_reader, writer)]
                pumps = [asyncio.create_task(_pump(source, sink)) for source, sink in ways]
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await source.read(65536):
            sink.write(chunk)
            await sink.drain()

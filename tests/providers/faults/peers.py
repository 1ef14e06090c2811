"""Servers that misbehave below HTTP, where `FakeServer` is too well brought up."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from tests.fake_servers import EVENT_STREAM, Listening

Play: TypeAlias = Callable[["Line"], Awaitable[None]]


class Line:
    """One connection, from the server's side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def request(self) -> str:
        """Read a request, body and all; its head."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lengths = [line.split(":")[1] for line in head.lower().split("\r\n") if "content-length" in line]
        await self.reader.readexactly(int(lengths[0]) if lengths else 0)
        return head

    async def say(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, *headers: str, status: str = "200 OK", kind: str = EVENT_STREAM) -> None:
        """The status line and headers of a reply whose body ends with the connection."""
        lines = [f"HTTP/1.1 {status}", f"content-type: {kind}", "connection: close", *headers]
        await self.say("\r\n".join([*lines, "", ""]).encode())

    def reset(self) -> None:
        """Break the connection off with a reset, whatever is under way."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()

    async def silence(self) -> None:
        """Say nothing until the client goes."""
        while await self.reader.read(1024):
            pass


class Peer(Listening):
    """`async with Peer(play) as peer:` plays `play` on every connection to `peer.url`."""

    def __init__(self, play: Play, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self._play = play
        self.calls = 0
        self.heads: list[str] = []
        """What was asked, where the play read it with `hear`."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        line = Line(reader, writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._play(line)
        finally:
            line.writer.close()


async def reset_at_accept(line: Line) -> None:
    line.reset()


async def closed_at_once(line: Line) -> None:
    await line.request()


async def reset_in_the_headers(line: Line) -> None:
    await line.request()
    await line.say(b"HTTP/1.1 200 OK\r\ncontent-ty")
    line.reset()


async def closed_after_the_headers(line: Line) -> None:
    await line.request()
    await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n")


async def stall_in_the_headers(line: Line) -> None:
    await line.request()
    await line.say(b"HTTP/1.1 200 OK\r\nx-thi")
    await line.silence()


async def headers_without_end(line: Line) -> None:
    await line.request()
    await line.say(b"HTTP/1.1 200 OK\r\n")
    while True:
        await line.say(b"x-more: and more\r\n" * 1000)


async def no_http(line: Line) -> None:
    await line.say(b"SSH-2.0-OpenSSH_9.6p1 Ubuntu\r\n")
    await line.request()
    await line.say(b"Invalid SSH identification string.\r\n")


async def bare_page(line: Line) -> None:
    """As HTTP/0.9 had it: a page, and no status or headers."""
    await line.request()
    await line.say(b"<html><body>hello</body></html>\n\n")


async def switching(line: Line) -> None:
    await line.request()
    await line.say(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n")
    await line.silence()


async def no_content(line: Line) -> None:
    await line.request()
    await line.say(b"HTTP/1.1 204 No Content\r\n\r\n")


def hints_first(body: bytes) -> Play:
    async def play(line: Line) -> None:
        await line.request()
        await line.say(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")
        await line.head()
        await line.say(body)

    return play


def endless(start: bytes, again: bytes, pause_s: float = 0.01, **head: str) -> Play:
    """`start`, then `again` for ever, or until the client goes."""

    async def play(line: Line) -> None:
        await line.request()
        await line.head(**head)
        await line.say(start)
        while True:
            await line.say(again)
            await asyncio.sleep(pause_s)

    return play


def flood(piece: bytes, megabytes: int) -> Play:
    """That much of the same, as fast as it is taken."""

    async def play(line: Line) -> None:
        await line.request()
        await line.head()
        block = piece * ((1 << 20) // len(piece))
        for _ in range(megabytes):
            await line.say(block)

    return play


def short_of_its_length(body: bytes) -> Play:
    """A reply that promises more bytes than come."""

    async def play(line: Line) -> None:
        await line.request()
        length = f"content-length: {len(body) + 100}\r\n".encode()
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n" + length + b"\r\n" + body)

    return play

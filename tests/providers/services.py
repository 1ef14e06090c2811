"""A server on loopback that answers by address, as services and local servers do beside their calls."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any

from tests.fake_servers import FakeServer, Scripted, _read_request


class Service(FakeServer):
    """`async with Service({"/v1/models": reply}) as server:`; a query counts only where a key has one.

    What is at no address is a 404. A reply may be a JSON value instead of a `Scripted`.
    """

    def __init__(self, replies: Mapping[str, object]) -> None:
        super().__init__()
        self._by_path = {path: _scripted(reply) for path, reply in replies.items()}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    asked = await _read_request(reader)
                    self.asked.append(asked)
                    reply = self.reply_to(asked.path, asked.body) or self._at(asked.path)
                    await self._answer(reply, reader, writer)
                    if reply.ending != "whole":
                        break
        finally:
            writer.close()

    def reply_to(self, path: str, body: dict[str, Any]) -> Scripted | None:
        """What to answer to this request; None for what lies at its address."""
        return None

    def _at(self, path: str) -> Scripted:
        known = self._by_path.get(path) or self._by_path.get(path.partition("?")[0])
        return known or _scripted({"detail": "Not Found"}, 404)

    @property
    def paths(self) -> list[str]:
        """What was asked for, without queries."""
        return [asked.path.partition("?")[0] for asked in self.asked]


def _scripted(reply: object, status: int = 200) -> Scripted:
    if isinstance(reply, Scripted):
        return reply
    return Scripted([json.dumps(reply).encode()], status, "application/json")

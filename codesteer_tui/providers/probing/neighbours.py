"""Model servers on this machine: who listens, and which models it lists. Loads no SDK and sends no key.

Ports such as 8000 and 8080 are everybody's, so what listens there is asked whether it lists models.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from functools import partial

from msgspec import Struct

from codesteer_tui.presets import PRESETS
from codesteer_tui.providers.probing.listings import read_listing
from codesteer_tui.providers.waiting import in_thread

CONNECT_S = 0.3
ANSWER_S = 1.0
MOST_BYTES = 1 << 20

PORTS = {
    name: int(preset.base_url.rpartition(":")[2].removesuffix("/v1"))
    for name, preset in PRESETS.items()
    if preset.local
}
"""The port that each kind of server listens on unless told otherwise, by its preset."""


class Neighbour(Struct, frozen=True):
    """What listens on a port. `models` is None where it lists none, and so may be something else."""

    port: int
    models: tuple[str, ...] | None = None


async def listens(host: str, port: int) -> bool:
    """Whether somebody takes connections there, within `CONNECT_S` seconds."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), CONNECT_S)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def look_at(port: int) -> Neighbour | None:
    """Who listens on a port of this machine, or None where nobody does. Takes `ANSWER_S` seconds and a little."""
    if not await listens("127.0.0.1", port):
        return None
    try:
        async with asyncio.timeout(ANSWER_S):
            return Neighbour(port, await in_thread(partial(_models_at, port)))
    except TimeoutError:
        return Neighbour(port)


def _models_at(port: int) -> tuple[str, ...] | None:
    """What is listed there, or None where that is no list of models. Blocks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    try:
        connection.request("GET", "/v1/models", headers={"Accept": "application/json"})
        reply = connection.getresponse()
        listed = read_listing(json.loads(reply.read(MOST_BYTES))) if reply.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return None
    finally:
        connection.close()
    return None if listed is None else tuple(model.id for model in listed)

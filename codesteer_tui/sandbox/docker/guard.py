"""Removes what is left of a sandbox when the process that owns it dies without a word.

Run as a program of its own (`python3 guard.py SOCKET SESSION`), in a session of its own, with a pipe from the
owner as stdin. Boxes end by themselves when their owner dies; what this adds are containers that were created
but not started yet in that moment. It speaks to the engine in plain HTTP, so that it starts in milliseconds.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from urllib.parse import quote

LABEL = "codesteer.session"
DONE = b"."
"""What the owner sends when it has cleaned up by itself."""

_SETTLE_S, _LONGEST_S, _PAUSE_S, _ANSWER_S = 0.8, 20.0, 0.05, 5.0


def main() -> None:
    """Wait for the owner's end, then remove containers of its session until none has been seen for a while."""
    engine, session = sys.argv[1:]
    if os.read(0, 1) == DONE:
        return
    give_up = time.monotonic() + _LONGEST_S
    quiet_since = time.monotonic()
    while time.monotonic() < give_up and time.monotonic() - quiet_since < _SETTLE_S:
        try:
            found = containers(engine, session)
            for container in found:
                ask(engine, "DELETE", f"/containers/{container}?force=1&v=1")
        except (OSError, ValueError, TypeError, KeyError):
            # The engine is gone or restarting, or answers with an error: it is asked again until time is up.
            found = ["?"]
        if found:
            quiet_since = time.monotonic()
        time.sleep(_PAUSE_S)


def containers(engine: str, session: str) -> list[str]:
    """The ids of all containers of a session, whatever their state."""
    filters = quote(json.dumps({"label": [f"{LABEL}={session}"]}))
    found = json.loads(ask(engine, "GET", f"/containers/json?all=1&filters={filters}"))
    return [str(each["Id"]) for each in found]


def ask(engine: str, method: str, path: str) -> bytes:
    """Send one request to the engine's Unix socket and return the body of its answer.

    Raises:
        OSError: the engine cannot be reached.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_ANSWER_S)
        connection.connect(engine)
        # HTTP/1.0: the answer ends with the connection, and comes in one piece.
        connection.sendall(f"{method} {path} HTTP/1.0\r\nHost: engine\r\n\r\n".encode())
        answer = bytearray()
        while piece := connection.recv(65536):
            answer += piece
    return bytes(answer).partition(b"\r\n\r\n")[2]


if __name__ == "__main__":
    main()

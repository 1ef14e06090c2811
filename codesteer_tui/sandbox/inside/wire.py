"""Frames between a box and its host: type (1 byte), length (4 bytes, big endian), payload.

Host to box: `J` the job (a JSON line, then the source), `C` cancel, `K` keep-alive. Box to host: `H` hello,
`O` and `E` live output, `o` and `e` the tail of a stream that was cut, `R` the result, once and last.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator

_MOST = 64 << 20


class Outbox:
    """Frames waiting to be written to a non-blocking descriptor, so that a slow host never stalls a deadline.

    What it holds is bounded by the caps on output, which are enforced before anything is put in.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._waiting = bytearray()
        os.set_blocking(fd, False)

    def put(self, kind: bytes, payload: bytes) -> None:
        """Queue one frame and write what fits."""
        self._waiting += kind + struct.pack(">I", len(payload)) + payload
        self.write()

    def write(self) -> None:
        """Write as much as the descriptor takes now."""
        while self._waiting:
            try:
                written = os.write(self.fd, self._waiting[:65536])
            except BlockingIOError:
                return
            except OSError:
                self._waiting.clear()  # nobody is left to read it; the end of stdin will say so
                return
            del self._waiting[:written]

    def __bool__(self) -> bool:
        return bool(self._waiting)


class Inbox:
    """Frames arriving on a descriptor that polls readable."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.closed = False
        self._pending = bytearray()

    def read(self) -> None:
        """Read once; sets `closed` when the host is gone."""
        piece = os.read(self.fd, 1 << 20)
        self._pending += piece
        if not piece:
            self.closed = True

    def frames(self) -> Iterator[tuple[bytes, bytes]]:
        """The frames that are complete. One that is not taken waits, so a reader may stop at any of them."""
        while len(self._pending) >= 5:
            length = struct.unpack(">I", self._pending[1:5])[0]
            if length > _MOST:
                self.closed = True  # not a host that speaks this protocol: as good as none
                return
            if len(self._pending) < 5 + length:
                return
            frame = bytes(self._pending[:1]), bytes(self._pending[5 : 5 + length])
            del self._pending[: 5 + length]
            yield frame

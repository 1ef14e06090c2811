"""Keep the head and the tail of a stream, and count what was in between."""

from __future__ import annotations


class Cut:
    """Passes the first `head_bytes` of a stream on and keeps the last `tail_bytes` of what comes after."""

    def __init__(self, head_bytes: int, tail_bytes: int) -> None:
        self._room = head_bytes
        self._tail_bytes = tail_bytes
        self._rest = bytearray()
        self.total = 0

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the stream; return the part that still belongs to the head."""
        self.total += len(data)
        head = data[: self._room]
        self._room -= len(head)
        self._rest += data[len(head) :]
        # Trimming only now and then keeps a flood linear: each byte is moved at most a few times.
        if len(self._rest) > 4 * self._tail_bytes + 65536:
            del self._rest[: len(self._rest) - self._tail_bytes]
        return head

    @property
    def truncated(self) -> bool:
        """Whether anything came after the head."""
        return bool(self._rest)

    @property
    def tail(self) -> bytes:
        """The last bytes after the head; empty where the head holds everything."""
        return bytes(self._rest[-self._tail_bytes :]) if self._tail_bytes else b""

"""The keep-alive lease: a box whose owner falls silent ends by itself.

The end of stdin tells that the owner is gone, but it does not come when the owner is stopped, or when the
engine between the two is killed. So an owner that has sent one keep-alive has to go on sending them.
"""

from __future__ import annotations

import time

FIRST_S = 30.0
"""How long a box waits for its first word from its owner."""

LEASE_S = 30.0
"""How long a box whose owner sends keep-alives lives after the last one; owners send one every 5 s."""


class Lease:
    """When to give up on the owner. Time is the monotonic clock's, which stands still while a laptop sleeps."""

    def __init__(self) -> None:
        self._until = time.monotonic() + FIRST_S
        self._kept = False

    def renew(self) -> None:
        """A keep-alive came."""
        self._kept = True
        self._until = time.monotonic() + LEASE_S

    def left(self, *, idle: bool) -> float:
        """Seconds until the box must end: while a job runs, only an owner that keeps a lease can lose it."""
        if not idle and not self._kept:
            return LEASE_S
        return self._until - time.monotonic()

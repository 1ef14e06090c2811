"""A circuit breaker: an engine that keeps failing is left in peace, and nobody waits for it in vain."""

from __future__ import annotations

import math
import time

from codesteer_tui.errors import SandboxError, SandboxUnavailable

FAILURES_TO_OPEN = 3
LONGEST_S = 30.0


class Breaker:
    """Opens after three failures in a row; lets one attempt through after 1, 2, 4, … at most 30 seconds."""

    def __init__(self) -> None:
        self._failures = 0
        self._last: SandboxError | None = None
        self._retry_at = 0.0

    @property
    def wait_s(self) -> float:
        """Seconds until the next attempt is worth while; 0 where it is now."""
        return max(0.0, self._retry_at - time.monotonic())

    def check(self) -> None:
        """See whether an attempt would be let through.

        Raises:
            SandboxUnavailable: too many attempts failed, and it is too early for another; quotes the last one.
        """
        if self._last is not None and self.wait_s > 0:
            raise SandboxUnavailable(
                f"{self._last.message} ({self._failures} attempts failed; the next one is made in"
                f" {math.ceil(self.wait_s)} s.)",
                self._last.remedy,
            ) from self._last

    def attempt(self) -> None:
        """Begin an attempt; after failures it is the only one until it ends or its pause has passed again.

        Raises:
            SandboxUnavailable: as for `check`.
        """
        self.check()
        if self._failures >= FAILURES_TO_OPEN:
            self._pause()

    def _pause(self) -> None:
        over = self._failures - FAILURES_TO_OPEN
        self._retry_at = time.monotonic() + min(LONGEST_S, 2.0 ** min(over, 10))

    def failed(self, error: SandboxError) -> None:
        """An attempt failed."""
        self._failures += 1
        self._last = error
        if self._failures >= FAILURES_TO_OPEN:
            self._pause()

    def worked(self) -> None:
        """An attempt succeeded: everything is forgotten."""
        self._failures, self._last, self._retry_at = 0, None, 0.0

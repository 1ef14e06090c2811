"""Running something asynchronous to its end, however the process is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """A signal asked the process to end, and everything that was open has been closed."""

    def __init__(self, signum: int) -> None:
        super().__init__(f"signal {signum}")
        self.exit_code = 128 + signum


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run `work`. Ctrl+C, SIGTERM and a closed terminal cancel it, so that everything is closed in order.

    Raises:
        Stopped: a signal ended it.
    """
    received: list[int] = []

    async def guarded() -> T:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()

        def stop(signum: int) -> None:
            received.append(signum)
            task.cancel()

        for name in ("SIGTERM", "SIGHUP"):
            if signum := getattr(signal, name, None):
                with contextlib.suppress(NotImplementedError):  # Windows
                    loop.add_signal_handler(signum, stop, signum)
        return await work

    try:
        with asyncio.Runner() as runner:
            return runner.run(guarded())
    except KeyboardInterrupt:
        raise Stopped(signal.SIGINT) from None
    except asyncio.CancelledError:
        if not received:
            raise
        raise Stopped(received[0]) from None

"""The real command in a real pseudo-terminal, and the screen as a person would see it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path

import pexpect
import pyte

CTRL_Q = "\x11"


class Terminal:
    """A terminal of `columns` x `rows` in which a command runs."""

    def __init__(
        self, command: list[str], folder: Path, env: Mapping[str, str], *, columns: int = 160, rows: int = 45
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        surroundings = {**env, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self._child = pexpect.spawn(
            command[0], command[1:], cwd=str(folder), env=surroundings, dimensions=(rows, columns), timeout=5
        )

    @property
    def text(self) -> str:
        """What is on the screen now."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def type(self, keys: str) -> None:
        """Press these keys."""
        self._child.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        """Drag the window to another size."""
        self._screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    def wait_for(self, pattern: str, timeout: float = 60) -> re.Match[str]:
        """Watch until the screen shows `pattern`; fails with the screen where it does not."""
        limit = time.monotonic() + timeout
        while not (found := re.search(pattern, self.text)):
            alive = self._watch(0.2)
            if not alive and not (found := re.search(pattern, self.text)):
                raise AssertionError(f"the command ended before {pattern!r}:\n{self.text}")
            if time.monotonic() > limit:
                raise AssertionError(f"no {pattern!r} within {timeout:g} s:\n{self.text}")
        return found

    def settle(self) -> None:
        """Watch until nothing has been drawn for a fifth of a second, or for two seconds."""
        for _ in range(10):
            before = len(self.raw)
            if not self._watch(0.2) or len(self.raw) == before:
                return

    def wait_for_end(self, timeout: float = 20) -> int:
        """Watch until the command has ended, and give its exit code (minus the signal, if one ended it)."""
        limit = time.monotonic() + timeout
        while self._watch(0.2):
            if time.monotonic() > limit:
                raise AssertionError(f"still running after {timeout:g} s:\n{self.text}")
        self._child.close()
        signal = self._child.signalstatus
        return -signal if signal else int(self._child.exitstatus or 0)

    def close(self) -> None:
        """End the command if it still runs."""
        self._child.close(force=True)

    def _watch(self, seconds: float) -> bool:
        try:
            data = self._child.read_nonblocking(1 << 16, timeout=seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True

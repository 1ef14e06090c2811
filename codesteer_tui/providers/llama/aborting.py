"""One byte that stops llama.cpp. Runs in the worker only."""

from __future__ import annotations

import ctypes
import sys
import threading
from typing import Any


class Abort:
    """One byte that both Python and llama.cpp look at: a generation that was cancelled stops within a node.

    llama.cpp polls a native function, C's own `strlen`, on the byte: the empty string says go on. So no
    Python runs inside its computation, and the thread that reads requests sets the byte while it computes.
    """

    def __init__(self) -> None:
        self.cell = ctypes.create_string_buffer(2)
        self._lock = threading.Lock()
        self._current = 0
        self._cancelled = 0

    def callback(self, lib: Any) -> Any:
        """The function for llama.cpp to ask, with `cell` as its argument."""
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        return lib.ggml_abort_callback(ctypes.cast(library.strlen, ctypes.c_void_p).value)

    def begin(self, number: int) -> None:
        """A generation starts; it may have been cancelled while it waited."""
        with self._lock:
            self._current = number
            self.cell[0] = b"x" if self._cancelled >= number else b"\0"

    def end(self) -> None:
        """It is over: nothing is to stop what comes next."""
        with self._lock:
            self._current = 0
            self.cell[0] = b"\0"

    def cancel(self, number: int) -> None:
        """Stop this generation. One that has ended already is none of our business."""
        with self._lock:
            self._cancelled = max(self._cancelled, number)
            if self._current == number:
                self.cell[0] = b"x"

    @property
    def is_set(self) -> bool:
        """Whether the current generation is to stop."""
        return self.cell[0] != b"\0"

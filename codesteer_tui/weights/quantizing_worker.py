"""The child process that quantizes: `python -m codesteer_tui.weights.quantizing_worker SOURCE TARGET …`.

llama.cpp's log goes to standard output, its verdict is the exit code. When standard input ends, because who
started it is gone, it removes what it had written and exits at once.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from pathlib import Path

_MEMORY = 1 << 30
"""Bytes of a tensor's rows that llama.cpp holds at a time."""


def main(source: str, target: str, kind: int, threads: int, requantize: bool, dry: bool) -> int:
    """Quantize `source` to the llama.cpp file type `kind`; gives 0, or what llama.cpp says."""
    threading.Thread(target=_watch, args=(Path(target),), daemon=True).start()
    import llama_cpp

    def log(level: int, text: bytes, data: ctypes.c_void_p) -> None:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()

    callback = llama_cpp.llama_log_callback(log)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
    params = llama_cpp.llama_model_quantize_default_params()
    if dry and "dry_run" not in {name for name, *_ in params._fields_}:
        return 0  # this llama.cpp can only do it
    params.ftype, params.nthread = kind, threads
    params.allow_requantize, params.dry_run = requantize, dry
    params.max_buf_size = _MEMORY
    return int(llama_cpp.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(params)))


def _watch(target: Path) -> None:
    while os.read(0, 1):
        continue
    try:
        target.unlink(missing_ok=True)
    finally:
        os._exit(1)


if __name__ == "__main__":
    source, target, *numbers = sys.argv[1:]
    kind, threads, requantize, dry = map(int, numbers)
    sys.exit(main(source, target, kind, threads, bool(requantize), bool(dry)))

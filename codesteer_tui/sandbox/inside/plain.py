"""A plain child process with resource limits: for the built-in demo's own programs, and no others.

There is no isolation here. The host decides what may run (`process.py`) and watches the clock.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
from typing import Any

from . import program


def main() -> None:
    """Read one job from stdin, put on its limits, and become its program in the current folder."""
    size = struct.unpack(">I", sys.stdin.buffer.read(4))[0]
    head, source = sys.stdin.buffer.read(size).split(b"\n", 1)
    job: dict[str, Any] = json.loads(head)
    folder = os.getcwd()
    stdin = os.open(os.path.join(folder, ".stdin"), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.unlink(os.path.join(folder, ".stdin"))
    os.write(stdin, job["stdin"].encode("utf-8", "surrogateescape"))
    os.lseek(stdin, 0, os.SEEK_SET)
    os.dup2(stdin, 0)
    os.close(stdin)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    for name, value in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 256),
        ("RLIMIT_FSIZE", job["disk_bytes"]),
        ("RLIMIT_AS", job["memory_bytes"]),
    ):
        _lower(name, value, value)
    _lower("RLIMIT_CPU", job["cpu_s"], job["cpu_s"] + 1)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    program.run(source, folder)


def _lower(name: str, soft: int, hard: int) -> None:
    """Set a limit; some systems lack one or refuse it (macOS: RLIMIT_AS), and the others still hold."""
    limit = getattr(resource, name, None)
    if limit is None:
        return
    _, most = resource.getrlimit(limit)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    try:
        resource.setrlimit(limit, (soft, hard))
    except (OSError, ValueError):
        pass

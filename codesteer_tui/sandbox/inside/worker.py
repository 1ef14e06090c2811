"""The pre-forked child that waits for a job and then becomes the program."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from . import program

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_OPEN_FILES = 256


class Pipes(NamedTuple):
    """The worker's ends: the job comes in on `job`, `ready` takes one byte, output goes to the others."""

    job: int
    ready: int
    out: int
    err: int


def become_program(
    pipes: Pipes, folder: str, confine: Callable[[], None], *, memory_by_rlimit: bool
) -> NoReturn:
    """Confine this process for good, say so, wait for the job, and run its program in `folder`.

    With `memory_by_rlimit`, the job's `memory_bytes` bounds the address space (where no cgroup does).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # the program may look at itself, as any process may
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _prefer_as_oom_victim()
    confine()
    os.write(pipes.ready, b".")
    os.close(pipes.ready)
    job, source = _receive(pipes.job)
    # Names like os and sys are the program's to break from here on, so limits come before it, not after.
    stdin = _stdin(job.get("stdin", ""), folder)
    for source_fd, fd in ((stdin, 0), (pipes.out, 1), (pipes.err, 2)):
        os.dup2(source_fd, fd)
    os.closerange(3, 1024)
    _limit(job, memory_by_rlimit=memory_by_rlimit)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    program.run(source, folder)


def _prefer_as_oom_victim() -> None:
    """Make the kernel kill the program rather than the supervisor that reports on it."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass  # no /proc in this box; the supervisor is far smaller than any program that gets killed


def _receive(fd: int) -> tuple[dict[str, Any], bytes]:
    header = _read_exactly(fd, 4)
    body = _read_exactly(fd, struct.unpack(">I", header)[0])
    head, source = body.split(b"\n", 1)
    job: dict[str, Any] = json.loads(head)
    return job, source


def _read_exactly(fd: int, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        piece = os.read(fd, count - len(parts))
        if not piece:
            os._exit(0)  # the supervisor went away before a job came
        parts += piece
    return bytes(parts)


def _stdin(text: str, folder: str) -> int:
    """A descriptor with the job's standard input: an unlinked file, so that nothing blocks on a pipe."""
    if not text:
        return os.open("/dev/null", os.O_RDONLY)
    path = os.path.join(folder, ".stdin")
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.unlink(path)
    data = memoryview(text.encode("utf-8", "surrogateescape"))
    while data:
        data = data[os.write(fd, data) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _limit(job: dict[str, Any], *, memory_by_rlimit: bool) -> None:
    limits = {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (_OPEN_FILES, _OPEN_FILES),
        resource.RLIMIT_FSIZE: (job["disk_bytes"], job["disk_bytes"]),
    }
    if job.get("cpu_s"):
        limits[resource.RLIMIT_CPU] = (job["cpu_s"], job["cpu_s"] + 1)
    if memory_by_rlimit and job.get("memory_bytes"):
        limits[resource.RLIMIT_AS] = (job["memory_bytes"], job["memory_bytes"])
    for limit, values in limits.items():
        resource.setrlimit(limit, values)

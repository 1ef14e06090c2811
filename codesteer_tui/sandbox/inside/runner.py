"""The supervisor: PID 1 of a single-use box.

It forks the worker before any job arrives, passes the program's output on up to the caps, watches the
deadline, and reports how the program ended as one frame. The program never holds a descriptor that frames
are written to, and the job's token reaches this process only, after the fork: no program can forge a result.
The end of stdin means that the owner is gone, and ends the box.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import platform
import resource
import select
import signal
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from . import seccomp, worker
from .counters import Counters, cpu_seconds, read_caps, read_counters
from .cut import Cut
from .lease import LEASE_S, Lease
from .wire import Inbox, Outbox

PROTOCOL = 1
_PR_SET_DUMPABLE = 4
_REAP_S, _DRAIN_S, _LINGER_S, _READY_S = 2.0, 0.5, 2.0, 20.0
_CPU_TICK_S = 0.25

_PRELOADED = """
    ast bisect collections collections.abc contextlib copy dataclasses datetime decimal enum fractions
    functools heapq io itertools json linecache math operator random re statistics string textwrap threading
    tokenize traceback types typing
""".split()  # noqa: SIM905  (reads better than thirty quoted words)
"""What programs import most, loaded once before the fork, so that none of them pays for it."""

_PUT_IN_BY_ENGINES = ("TERM", "container")
"""What Podman adds to the environment, and no program here has a use for."""


class Box(NamedTuple):
    """What differs between kinds of box: where programs run and how a worker is confined."""

    folder: str
    confine: Callable[[], None]
    memory_by_rlimit: bool = False


def main() -> None:
    """Supervise a container; its limits and namespaces are the engine's doing."""
    supervise(Box("/work", lambda: seccomp.install(single_process=False)))


def supervise(box: Box) -> NoReturn:
    """Run one job in `box` and leave. Refuses to run unless it is PID 1, since it kills all it can see."""
    if os.getpid() != 1:
        _refuse("not PID 1 of a pid namespace")
    try:
        seccomp.build(platform.machine(), single_process=False)
    except seccomp.UnsupportedMachine as error:
        _refuse(str(error))
    # The program has the same user id: without this it could open our descriptors through /proc or trace us.
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        _refuse("the kernel did not let the supervisor protect itself")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # for PID 1 this means: ignored when it comes from inside
    for name in _PUT_IN_BY_ENGINES:
        os.environ.pop(name, None)
    for name in [*_PRELOADED, *os.environ.get("CS_PRELOAD", "").split()]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    child = _fork_worker(box)
    outbox, inbox = Outbox(1), Inbox(0)
    hello = {
        "v": PROTOCOL,
        "python": platform.python_version(),
        "uid": os.getuid(),
        **read_caps()._asdict(),
    }
    outbox.put(b"H", json.dumps(hello).encode())
    lease = Lease()
    payload = _await_job(inbox, outbox, lease)
    Execution(payload, child, inbox, outbox, lease, box.folder).run()
    _linger(inbox, outbox)
    os._exit(0)


def _refuse(reason: str) -> NoReturn:
    """Say on the diagnostic stream why nothing will run here, and leave."""
    os.write(2, f"refused: {reason}\n".encode())
    os._exit(3)


class Child(NamedTuple):
    """The forked worker and our ends of its pipes."""

    pid: int
    job: int
    out: int
    err: int


def _fork_worker(box: Box) -> Child:
    """Fork the worker and wait until it has confined itself."""
    (job_r, job_w), (ready_r, ready_w), (out_r, out_w), (err_r, err_w) = (os.pipe() for _ in range(4))
    pid = os.fork()
    if pid == 0:
        for fd in (0, 1, job_w, ready_r, out_r, err_r):
            os.close(fd)
        pipes = worker.Pipes(job_r, ready_w, out_w, err_w)
        try:
            worker.become_program(pipes, box.folder, box.confine, memory_by_rlimit=box.memory_by_rlimit)
        except BaseException as error:
            _refuse(f"the worker could not be confined: {error}")
    for fd in (job_r, ready_w, out_w, err_w):
        os.close(fd)
    readable, _, _ = select.select([ready_r], [], [], _READY_S)
    if not readable or os.read(ready_r, 1) != b".":
        _refuse("no confined worker")
    os.close(ready_r)
    return Child(pid, job_w, out_r, err_r)


def _await_job(inbox: Inbox, outbox: Outbox, lease: Lease) -> bytes:
    """Wait for the job frame; leave when the host goes away or falls silent."""
    while True:
        left = lease.left(idle=True)
        if left <= 0:
            _fall_silent()
        writable = [outbox.fd] if outbox else []
        ready_in, ready_out, _ = select.select([inbox.fd], writable, [], left)
        if ready_out:
            outbox.write()
        if ready_in:
            inbox.read()
        for kind, payload in inbox.frames():
            if kind == b"J":
                return payload
            if kind == b"K":
                lease.renew()
        if inbox.closed:
            _leave(4)


def _leave(code: int) -> NoReturn:
    _kill_everything()
    os._exit(code)


def _fall_silent() -> NoReturn:
    """End because the owner is stopped or cannot be heard any more."""
    os.write(2, f"nothing was heard from codesteer for {LEASE_S:.0f} s\n".encode())
    _leave(6)


class Execution:
    """One job from its arrival to its result frame."""

    def __init__(
        self, payload: bytes, child: Child, inbox: Inbox, outbox: Outbox, lease: Lease, folder: str
    ) -> None:
        self.started = time.monotonic()
        head, source = payload.split(b"\n", 1)
        self.job: dict[str, Any] = json.loads(head)
        self.token = self.job.pop("token")
        body = json.dumps(self.job).encode() + b"\n" + source
        self.todo = memoryview(struct.pack(">I", len(body)) + body)
        self.child, self.inbox, self.outbox, self.folder = child, inbox, outbox, folder
        self.lease = lease
        caps = (int(self.job["output_bytes"]), int(self.job["tail_bytes"]))
        self.kinds = {child.out: b"O", child.err: b"E"}
        self.cuts = {child.out: Cut(*caps), child.err: Cut(*caps)}
        self.open = {child.out, child.err}
        self.base = read_counters()
        self.stragglers = 0
        self.next_cpu_check = self.started + _CPU_TICK_S
        self.wait_status: int | None = None
        self.usage: resource.struct_rusage | None = None

    def run(self) -> None:
        """Watch the program, end it and everything it started, and send the result."""
        status = self._watch()
        wall_s = time.monotonic() - self.started
        self._reap(status == "exited")
        self._drain()
        self._report(status, wall_s)

    def _watch(self) -> str:
        """Pass output on until the program ends or has to be ended; say which."""
        os.set_blocking(self.child.job, False)
        worker_ended = os.pidfd_open(self.child.pid)
        deadline = self.started + float(self.job["wall_s"])
        if self._cancelled():  # a cancel that arrived in one piece with the job
            return "cancelled"
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or self._over_its_cpu_time():
                return "timeout"
            leased = self.lease.left(idle=False)
            if leased <= 0:
                _fall_silent()
            if sum(cut.total for cut in self.cuts.values()) > int(self.job["flood_bytes"]):
                return "output_limit"
            writers = [self.outbox.fd] if self.outbox else []
            if self.todo:
                writers.append(self.child.job)
            readers = [self.inbox.fd, worker_ended, *self.open]
            readable, writable, _ = select.select(readers, writers, [], min(left, leased, _CPU_TICK_S))
            if self.child.job in writable:
                self._send_job()
            if self.outbox.fd in writable:
                self.outbox.write()
            for fd in self.open & set(readable):
                self._pump(fd)
            if self.inbox.fd in readable:
                self.inbox.read()
            if self._cancelled():
                return "cancelled"
            if worker_ended in readable:
                return "exited"

    def _send_job(self) -> None:
        try:
            self.todo = self.todo[os.write(self.child.job, self.todo) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.todo = self.todo[:0]  # the worker is gone; its end is about to be noticed
        if not self.todo:
            os.close(self.child.job)

    def _cancelled(self) -> bool:
        kinds = {kind for kind, _ in self.inbox.frames()}
        if self.inbox.closed:
            _leave(5)
        if b"K" in kinds:
            self.lease.renew()
        return b"C" in kinds

    def _over_its_cpu_time(self) -> bool:
        """Whether all processes together have used up what each of them is limited to by RLIMIT_CPU."""
        if time.monotonic() < self.next_cpu_check:
            return False
        self.next_cpu_check = time.monotonic() + _CPU_TICK_S
        now, base = cpu_seconds(), self.base.cpu_us
        return now is not None and base is not None and now - base / 1e6 > int(self.job["cpu_s"])

    def _pump(self, fd: int) -> None:
        """Read once from a stream of the program; forward the head, count the rest."""
        data = os.read(fd, 65536)
        if not data:
            self.open.discard(fd)
            return
        head = self.cuts[fd].feed(data)
        if head:
            self.outbox.put(self.kinds[fd], head)

    def _reap(self, exited: bool) -> None:
        """Kill whatever the program left behind and wait for it; new children are killed as they appear."""
        if exited:
            _, self.wait_status, self.usage = os.wait4(self.child.pid, 0)
        deadline = time.monotonic() + _REAP_S
        while time.monotonic() < deadline:
            _kill_everything()
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                self._read_waiting()
                time.sleep(0.0005)
            elif pid == self.child.pid:
                self.wait_status, self.usage = status, usage
            else:
                self.stragglers += 1

    def _drain(self) -> None:
        """Read what is left in the pipes; never wait for their end, which a process could hold open."""
        deadline = time.monotonic() + _DRAIN_S
        while time.monotonic() < deadline and self._read_waiting():
            pass

    def _read_waiting(self) -> bool:
        readable = select.select(list(self.open), [], [], 0)[0] if self.open else []
        for fd in readable:
            self._pump(fd)
        return bool(readable)

    def _report(self, status: str, wall_s: float) -> None:
        for fd, cut in self.cuts.items():
            if cut.truncated:
                self.outbox.put(self.kinds[fd].lower(), cut.tail)
        exit_code = signal_number = None
        if self.wait_status is not None:
            if os.WIFSIGNALED(self.wait_status):
                signal_number = os.WTERMSIG(self.wait_status)
            else:
                exit_code = os.WEXITSTATUS(self.wait_status)
        now = read_counters()
        oom_kills = now.oom_kills - self.base.oom_kills
        if status == "exited" and oom_kills and exit_code != 0:
            status = "oom"
        if status == "exited" and self._spent_its_cpu_time(signal_number):
            status = "timeout"
        out, err = self.cuts[self.child.out], self.cuts[self.child.err]
        result = {
            "token": self.token,
            "status": status,
            "exit": exit_code,
            "signal": signal_number,
            "wall_ms": round(wall_s * 1e3, 2),
            "cpu_ms": round(self._cpu_ms(now), 2),
            "peak_bytes": self._peak_bytes(now),
            "stdout_bytes": out.total,
            "stderr_bytes": err.total,
            "stdout_truncated": out.truncated,
            "stderr_truncated": err.truncated,
            "oom_kills": oom_kills,
            "pids_denied": now.pids_denied - self.base.pids_denied,
            "disk_full": any(_is_full(folder) for folder in (self.folder, "/tmp", "/dev/shm")),
            "stragglers": self.stragglers,
        }
        self.outbox.put(b"R", json.dumps(result).encode())

    def _worker_cpu_s(self) -> float:
        return self.usage.ru_utime + self.usage.ru_stime if self.usage else 0.0

    def _cpu_ms(self, now: Counters) -> float:
        if now.cpu_us is not None and self.base.cpu_us is not None:
            return (now.cpu_us - self.base.cpu_us) / 1e3
        return self._worker_cpu_s() * 1e3

    def _peak_bytes(self, now: Counters) -> int | None:
        if now.peak_bytes is not None:
            return now.peak_bytes
        return self.usage.ru_maxrss * 1024 if self.usage else None

    def _spent_its_cpu_time(self, signal_number: int | None) -> bool:
        """Ended by RLIMIT_CPU, and not by a signal that it sent to itself."""
        if signal_number not in (signal.SIGXCPU, signal.SIGKILL):
            return False
        # The kernel counts towards the limit in ticks, and on a busy machine is up to a fifth ahead of what it
        # reports afterwards; a program that raises the signal by itself has used next to nothing.
        return self._worker_cpu_s() >= 0.5 * int(self.job["cpu_s"])


def _kill_everything() -> None:
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _is_full(folder: str) -> bool:
    try:
        space = os.statvfs(folder)
    except OSError:
        return False
    return space.f_bavail == 0 or space.f_favail == 0


def _linger(inbox: Inbox, outbox: Outbox) -> None:
    """Stay until the host has read everything and hung up: what leaves with us could be lost on its way."""
    deadline = time.monotonic() + _LINGER_S
    while (left := deadline - time.monotonic()) > 0 and not inbox.closed:
        readable, writable, _ = select.select([inbox.fd], [outbox.fd] if outbox else [], [], left)
        if writable:
            outbox.write()
            deadline = time.monotonic() + _LINGER_S
        if readable:
            inbox.read()


if sys.platform != "linux":
    raise ImportError("a supervised box needs Linux")

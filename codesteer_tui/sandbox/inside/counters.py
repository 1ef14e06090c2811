"""What the kernel counted for this box: peak memory, CPU time, memory kills and refused processes."""

from __future__ import annotations

import os
from typing import NamedTuple


class Counters(NamedTuple):
    """One reading. Counts are since the box began; None where this kernel does not say."""

    peak_bytes: int | None
    cpu_us: int | None
    oom_kills: int
    pids_denied: int


def read_counters(root: str = "/sys/fs/cgroup") -> Counters:
    """Read cgroup v2 files where there are any, else those of v1; nothing at all gives empty counters."""
    oom = _field(_first(root, "memory.events", "memory/memory.oom_control"), "oom_kill")
    pids = _field(_first(root, "pids.events", "pids/pids.events"), "max")
    return Counters(
        _number(_first(root, "memory.peak", "memory/memory.max_usage_in_bytes")),
        _cpu_us(root),
        oom or 0,
        pids or 0,
    )


def _cpu_us(root: str) -> int | None:
    in_v2 = _field(_first(root, "cpu.stat"), "usage_usec")
    if in_v2 is not None:
        return in_v2
    nanoseconds = _number(_first(root, "cpuacct/cpuacct.usage", "cpu,cpuacct/cpuacct.usage"))
    return None if nanoseconds is None else nanoseconds // 1000


def _first(root: str, *names: str) -> str:
    for name in names:
        try:
            with open(os.path.join(root, name)) as file:
                return file.read()
        except OSError:
            continue
    return ""


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdigit() else None


def _field(text: str, name: str) -> int | None:
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == name and words[1].isdigit():
            return int(words[1])
    return None

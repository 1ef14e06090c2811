"""What the kernel counted for this box: peak memory, CPU time, memory kills and refused processes."""

from __future__ import annotations

import os
from typing import NamedTuple

NO_CAP = 1 << 53
"""Stands for "max": no limit at all."""


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


class Caps(NamedTuple):
    """The limits that the kernel holds this box to; None where it does not say."""

    memory_bytes: int | None
    pids: int | None


def read_caps(root: str = "/sys/fs/cgroup") -> Caps:
    """Read the limits in force, of cgroup v2 where there is one, else of v1."""
    return Caps(
        _cap(_first(root, "memory.max", "memory/memory.limit_in_bytes")),
        _cap(_first(root, "pids.max", "pids/pids.max")),
    )


def cpu_seconds(root: str = "/sys/fs/cgroup") -> float | None:
    """CPU time that the box has used so far; None where the kernel does not say."""
    used = _cpu_us(root)
    return None if used is None else used / 1e6


def _cap(text: str) -> int | None:
    if text.strip() == "max":
        return NO_CAP
    number = _number(text)
    return None if number is None else min(number, NO_CAP)  # v1 writes "no limit" as nearly 2**63


def _cpu_us(root: str) -> int | None:
    in_v2 = _field(_first(root, "cpu.stat"), "usage_usec")
    if in_v2 is not None:
        return in_v2
    nanoseconds = _number(_first(root, "cpuacct/cpuacct.usage", "cpu,cpuacct/cpuacct.usage"))
    return None if nanoseconds is None else nanoseconds // 1000


def _first(root: str, *names: str) -> str:
    for name in names:
        try:
            with open(os.path.join(root, name), encoding="ascii", errors="replace") as file:
                return file.read()
        except OSError:
            continue
    return ""


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdecimal() else None


def _field(text: str, name: str) -> int | None:
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == name and words[1].isdecimal():
            return int(words[1])
    return None

"""What one execution may use, by the settings and the image it runs in."""

from __future__ import annotations

import math

from codesteer_tui.config import SandboxSettings
from codesteer_tui.values import Limits, SandboxInfo

MIB = 1 << 20
CORE_MEMORY_MIB, SCI_MEMORY_MIB = 256, 512
LEAST_SCI_MEMORY_MIB = 24
"""What the supervisor takes that has loaded numpy."""


def limits_of(settings: SandboxSettings, info: SandboxInfo | None = None) -> Limits:
    """The limits that `settings` give; `info` tells the image, which decides where the memory is left open."""
    return Limits(
        wall_s=settings.wall_s,
        cpu_s=settings.cpu_s or max(1, math.ceil(settings.wall_s)),
        memory_bytes=_memory_mib(settings, info) * MIB,
        pids=settings.pids,
        output_bytes=settings.output_kib << 10,
        disk_bytes=settings.disk_mib * MIB,
        source_bytes=settings.source_kib << 10,
    )


def _memory_mib(settings: SandboxSettings, info: SandboxInfo | None) -> int:
    sci = info is not None and info.image == "sci"
    if settings.memory_mib:
        return max(LEAST_SCI_MEMORY_MIB if sci else 0, settings.memory_mib)
    return SCI_MEMORY_MIB if sci else CORE_MEMORY_MIB

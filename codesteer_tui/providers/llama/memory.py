"""Whether weights and a conversation fit into memory: looked at before loading, because who does not look is killed.

llama.cpp fills the cache of keys and values with zeros, so all of it is really taken; on a machine with too little
the kernel then ends the process without a word.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from codesteer_tui.providers.llama.gguf_header import GgufHeader
from codesteer_tui.providers.llama.wire import KvType

BYTES_OF: Mapping[KvType, float] = MappingProxyType({"f32": 4.0, "f16": 2.0, "q8_0": 34 / 32})
"""Bytes of a number in the cache: q8_0 has 32 of them in 34 bytes."""

SCRATCH = 256 << 20
"""Bytes for what is computed along the way, of large weights."""

_STEP = 256
_MIB = 1 << 20


def kv_bytes(header: GgufHeader, n_ctx: int, kv_type: KvType) -> int:
    """Bytes of the cache of keys and values of one conversation; 0 where the header does not tell."""
    cells = -(-n_ctx // _STEP) * _STEP
    return int(cells * header.kv_values * BYTES_OF[kv_type])


def available(root: Path = Path("/")) -> int:
    """Bytes that a new process may take without swapping or being killed; 0 where the system does not say.

    On Linux the smaller of what the kernel counts as available and what the process's own control group has left.
    """
    meminfo = root / "proc/meminfo"
    if not meminfo.exists():
        return _physical()
    fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines() if ":" in line)
    free = int(fields.get("MemAvailable", "0 kB").split()[0]) * 1024
    limits = [left for folder in _groups(root) if (left := _left(folder)) is not None]
    return min([free, *limits])


def _groups(root: Path) -> list[Path]:
    """The folders of the process's control group and its parents, as version 2 has them."""
    top = root / "sys/fs/cgroup"
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return [top]
    own = next((line[3:] for line in lines if line.startswith("0::")), "/").strip("/")
    folders = [top]
    for part in filter(None, own.split("/")):
        folders.append(folders[-1] / part)
    return folders


def _left(folder: Path) -> int | None:
    """What a control group may still take; None where it sets no limit. Cached file pages can be given back."""
    try:
        limit = (folder / "memory.max").read_text().strip()
        used = int((folder / "memory.current").read_text())
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return None
    return None if limit == "max" else max(0, int(limit) - used + int(stat.get("inactive_file", 0)))


def _physical() -> int:
    """All of the machine's memory, where nothing says how much of it is free."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def refusal(weights: int, kv: int, n_ctx: int, room: int, *, loaded: bool = False) -> tuple[str, str] | None:
    """Why weights of `weights` bytes and a context of `n_ctx` tokens do not fit into `room` bytes, and the remedy.

    None where they fit, or where nobody says how much room there is. `loaded` is for one more conversation with
    weights that are in memory already.
    """
    scratch = min(SCRATCH, (weights + kv) // 8)
    needed = (0 if loaded else weights) + kv + scratch
    if not room or needed <= room:
        return None
    what = f"A context of {n_ctx:,} tokens takes {size(kv)}"
    if not loaded:
        what = f"The weights take {size(weights)} and a context of {n_ctx:,} tokens {size(kv)}"
    message = f"{what}, with the work space {size(needed)} in all; {size(room)} of memory are free."
    left = room - needed + kv
    if left > 0 and kv:
        fits = int(n_ctx * left / kv) // _STEP * _STEP
        if fits >= 1024:
            return message, f"Set context_tokens of this provider to {fits} or less, or close other programs."
    return message, "Use smaller weights (a stronger quantization), or a machine with more memory."


def layers_that_fit(layers: int, weights: int, kv: int, free: int) -> int:
    """How many of `layers` layers, the output among them, to put on GPUs with `free` bytes: all, or as many as fit
    with their part of the conversation's cache. All too where nobody says how much is free."""
    needed = weights + kv + SCRATCH
    if not free or needed <= free:
        return layers
    return max(0, int(layers * (free - SCRATCH) / (weights + kv)))


def size(count: int) -> str:
    """Bytes in words: "512 MiB", "4.6 GiB"."""
    return f"{count / (1 << 30):.1f} GiB" if count >= 1 << 30 else f"{max(1, count // _MIB)} MiB"

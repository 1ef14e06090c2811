"""What this machine has to compute with, asked without llama.cpp: processors, and a GPU that the build cannot use."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import shlex
import shutil
import sys
from pathlib import Path

_INSTALL = "pip install --force-reinstall --no-cache-dir llama-cpp-python"


def cores(root: Path = Path("/")) -> int:
    """Physical cores that this process may use, at least 1: threads of one core do not help llama.cpp."""
    try:
        usable = os.sched_getaffinity(0)
    except AttributeError:  # not Linux
        return max(1, os.cpu_count() or 1)
    siblings = set()
    for number in usable:
        listed = root / f"sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list"
        try:
            siblings.add(listed.read_text().strip())
        except OSError:
            siblings.add(str(number))
    return max(1, min(len(siblings), _quota(root) or len(siblings)))


def _quota(root: Path) -> int:
    """Processors that the control group grants, 0 where it sets no limit."""
    try:
        quota, period = (root / "sys/fs/cgroup/cpu.max").read_text().split()
        return 0 if quota == "max" else max(1, round(int(quota) / int(period)))
    except (OSError, ValueError):
        return 0


def usual_threads(root: Path = Path("/")) -> int:
    """All cores but one: with as many threads as cores, any other busy process slows llama.cpp down tenfold."""
    return max(1, cores(root) - 1)


def gpu_here(root: Path = Path("/")) -> tuple[str, str] | None:
    """A GPU that llama.cpp could use if it were built for it, and the build option; None where none is seen."""
    if sys.platform == "darwin":
        return ("an Apple GPU", "-DGGML_METAL=on") if platform.machine() == "arm64" else None
    if (root / "proc/driver/nvidia/version").exists() or (root / "dev/nvidiactl").exists():
        return "an NVIDIA GPU", "-DGGML_CUDA=on"
    if (root / "dev/dxg").exists() and shutil.which("nvidia-smi"):  # Windows Subsystem for Linux
        return "an NVIDIA GPU", "-DGGML_CUDA=on"
    if sys.platform == "win32" and shutil.which("nvidia-smi"):
        return "an NVIDIA GPU", "-DGGML_CUDA=on"
    if (root / "dev/kfd").exists():
        return "an AMD GPU", "-DGGML_HIP=on"
    return None


async def can_offload() -> bool:
    """Whether the installed llama-cpp-python can use a GPU. It is asked in a process of its own."""
    question = "import llama_cpp, sys; sys.exit(0 if llama_cpp.llama_supports_gpu_offload() else 3)"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-c",
        question,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        return await process.wait() == 0
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise


def install_command(option: str) -> str:
    """The command that builds llama-cpp-python with a build option, for the Python that runs this program."""
    python = shlex.quote(sys.executable) if sys.platform != "win32" else f'"{sys.executable}"'
    if sys.platform == "win32":
        return f'set "CMAKE_ARGS={option}" && {python} -m {_INSTALL}'
    return f'CMAKE_ARGS="{option}" {python} -m {_INSTALL}'


def unused_gpu(root: Path = Path("/")) -> tuple[str, str] | None:
    """The warning about a GPU that a build without GPU support leaves idle, and the command that mends it."""
    found = gpu_here(root)
    if found is None:
        return None
    name, option = found
    warning = f"This machine has {name}, and the installed llama-cpp-python was built without support for it."
    return warning, install_command(option)

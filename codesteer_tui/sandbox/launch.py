"""How the code of `inside/` is started on this machine, and what it finds in its environment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

INSIDE = Path(__file__).resolve().parent / "inside"
ENVIRONMENT = {"HOME": "/work", "LANG": "C.UTF-8", "TZ": "UTC"}


def interpreter() -> str:
    """The interpreter itself rather than a virtual environment's: only the standard library goes in."""
    return str(getattr(sys, "_base_executable", "") or sys.executable)


def command(mode: Literal["namespaces", "plain"]) -> list[str]:
    """The command that runs a program in `mode` (see `inside/__main__`) without containers."""
    return [interpreter(), "-I", "-S", "-B", "-X", "utf8", str(INSIDE), mode]

"""Processes of our own that hold llama.cpp: the same Python, with this program's modules and nobody else's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import codesteer_tui

_HOME = str(Path(codesteer_tui.__file__).resolve().parents[1])


def command(module: str) -> tuple[str, ...]:
    """What runs a module in a child. The folder that the person works in may hold a queue.py, and lends it nothing."""
    return sys.executable, "-P", "-m", module


def environment() -> dict[str, str]:
    """The variables of such a child, which finds this program's modules wherever they lie."""
    path = os.pathsep.join(part for part in (_HOME, os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path}

"""The app paints its first frame almost as soon as an empty Textual app, and before anything slow is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RUNS = 15
MOST = 1.3


def first_frame(app: str, home: Path) -> dict[str, Any]:
    """Run an app in a process of its own until its first frame.

    Bytecode is kept, as where a package was installed: else our modules would be compiled in each run and those of
    Textual, which pip compiled, would not.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    environment["PYTHONPYCACHEPREFIX"] = str(home / "bytecode")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, str(HERE / "first_frame.py"), app],
        env=environment, cwd=home, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_the_first_frame_is_painted_before_any_slow_module_is_imported(tmp_path: Path) -> None:
    assert first_frame("codesteer", tmp_path)["slow"] == []


@pytest.mark.perf
def test_the_first_frame_takes_at_most_a_third_longer_than_that_of_an_empty_app(tmp_path: Path) -> None:
    for app in ("empty", "codesteer"):
        first_frame(app, tmp_path)  # fills the bytecode
    pairs = [(first_frame("empty", tmp_path), first_frame("codesteer", tmp_path)) for _ in range(RUNS)]
    empty, ours = (median(run["seconds"] for run in runs) for runs in zip(*pairs, strict=True))
    ratio = ours / empty
    assert ratio <= MOST, f"first frame takes {ratio:.2f} times as long as that of an empty app"

"""Other sandboxes to measure against, each in a virtual environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).resolve().parent


def environment(folder: Path, *packages: str) -> Path:
    """A virtual environment with these packages, made once and kept in `folder`; returns its Python.

    Raises:
        subprocess.CalledProcessError: pip could not install them; the end of what it said is in `stderr`.
    """
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(folder)], check=True, capture_output=True
        )
        install = [str(python), "-m", "pip", "install", "--quiet", *packages]
        subprocess.run(install, check=True, capture_output=True, text=True, timeout=900)
        ready.touch()
    return python


class Rival:
    """A script that answers each line on its stdin with one line of JSON, kept running between measurements."""

    def __init__(self, python: Path, script: str, *arguments: str) -> None:
        command = [str(python), str(HERE / script), *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def measure(self) -> dict[str, Any]:
        """One answer.

        Raises:
            RuntimeError: it ended instead; says what it wrote on stderr.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(self._process.stderr.read()[-2000:])
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Rival:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

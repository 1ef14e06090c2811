"""The real command in a process of its own, with a home, a configuration and a sessions folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from codesteer_tui.events import Event
from codesteer_tui.sessions.store import read_recording
from tests.boxes import docker_image as docker_image

COMMAND = [sys.executable, "-m", "codesteer_tui"]
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass
class Desk:
    """Where a person sits: a folder, an environment, and the command."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The user file."""
        return self.folder / "user.toml"

    @property
    def sessions(self) -> Path:
        """Where sessions are recorded."""
        return self.folder / "sessions"

    def configure(self, text: str) -> None:
        """Write the user file."""
        self.config.write_text(text)

    def codesteer(self, *arguments: str, stdin: str | bytes = b"", timeout: float = 60) -> Done:
        """Run the command to its end."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.env,
            input=data,
            capture_output=True,
            timeout=timeout,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the command and leave it running; the caller ends it."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def recorded(self) -> list[Event]:
        """What the only session there is has recorded."""
        (file,) = self.sessions.glob("*.jsonl")
        return read_recording(file).events

    def wait_for_line(self, word: str, timeout: float = 30) -> None:
        """Until a session's file has a line with `word`."""
        limit = time.monotonic() + timeout
        while not any(word in file.read_text() for file in self.sessions.glob("*.jsonl")):
            assert time.monotonic() < limit, f"no {word} within {timeout} s"
            time.sleep(0.05)


def at_desk(folder: Path) -> Desk:
    """A desk in this folder, with the built-in settings and no keys."""
    desk = Desk(folder)
    desk.configure("")
    mine = {
        k: v for k, v in os.environ.items() if not k.startswith("CODESTEER_") and not k.endswith("_API_KEY")
    }
    desk.env = {
        **mine,
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "CODESTEER_CONFIG": str(desk.config),
        "CODESTEER_SESSIONS__DIR": str(desk.sessions),
        "CODESTEER_PROVIDERS__DEMO__DELAY_S": "0",
    }
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return at_desk(tmp_path)

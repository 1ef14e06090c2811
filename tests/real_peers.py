"""Real servers as child processes: started, waited for, and stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.boxes import missing

LLAMA_SERVER = "LLAMA_SERVER"
"""Variable that names the program; `.ci/llama-server.sh` builds one and prints where it is."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(command: Sequence[str], health: str, *, seconds: float = 60.0) -> Iterator[None]:
    """The server of `command`, once `health` answers, until the block ends."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + seconds
        while not _answers(health):
            assert server.poll() is None, f"{command[0]} ended at once with {server.returncode}"
            assert time.monotonic() < deadline, f"{command[0]} does not answer"
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _answers(url: str) -> bool:
    """Whether there is a reply that is none of "loading" (503)."""
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code != 503
    except OSError:
        return False
    return True


def llama_server_program() -> str:
    """The path of llama-server. Skips the test where there is none; in CI that is a failure."""
    found = os.environ.get(LLAMA_SERVER) or shutil.which("llama-server")
    if not found or not Path(found).exists():
        missing(f"no llama-server: set {LLAMA_SERVER} to the path that .ci/llama-server.sh prints")
    return found


def llama_server_command(weights: Path, port: int, key: str, *, context: int = 2048) -> list[str]:
    """How llama-server is started with `weights`: one slot, one thread, nothing from the network."""
    options = {
        "--model": str(weights),
        "--host": "127.0.0.1",
        "--port": str(port),
        "--ctx-size": str(context),
    }
    options |= {"--parallel": "1", "--threads": "1", "--threads-http": "4", "--api-key": key, "--fit": "off"}
    return [
        llama_server_program(),
        *(part for pair in options.items() for part in pair),
        "--no-ui",
        "--offline",
    ]

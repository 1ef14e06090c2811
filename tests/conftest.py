"""What all tests share: no real key or proxy is ever seen, GGUFs are made once a session."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.tiny_gguf import make


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What hostile texts leave in the log may hold lone surrogates, which cannot be sent from process to process."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(autouse=True)
def _no_real_accounts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if re.match(r"(?i)(anthropic|openai)_|.*_api_key$|.*_proxy$", name):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path / "anthropic"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))  # llama.cpp's log


@pytest.fixture(scope="session")
def random_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that speak gibberish, deterministically at temperature 0."""
    return make(tmp_path_factory.mktemp("gguf") / "random.gguf")


@pytest.fixture(scope="session")
def slow_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights with so many layers that a long prompt takes seconds."""
    return make(tmp_path_factory.mktemp("gguf") / "slow.gguf", layers=12, context_length=16384)


@pytest.fixture(scope="session")
def code_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that answer `<<<Code>>>` to everything."""
    return make(tmp_path_factory.mktemp("gguf") / "code.gguf", replies=["<<<Code>>>"])


@pytest.fixture(scope="session")
def spoken_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that answer a sentence of 41 tokens to everything."""
    words = (
        "Let the first value return some result when this string contains other before raising error types"
    )
    words += " like index default none list while using class object from"
    return make(tmp_path_factory.mktemp("gguf") / "spoken.gguf", replies=[words])


@pytest.fixture(scope="session")
def llama_server(spoken_gguf: Path) -> Iterator[str]:
    """llama-cpp-python's own OpenAI server with a tiny GGUF.

    Not one that speaks gibberish: on bytes that are no UTF-8 that server holds its stream back and takes
    longer with every token. It is told to finish one reply before the next, or it would cut the first short.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(spoken_gguf), "--n_ctx", "2048"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--n_threads", "1"]
    command += ["--interrupt_requests", "false"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5).close()
                break
            assert server.poll() is None, "llama_cpp.server ended at once"
            assert time.monotonic() < deadline, "llama_cpp.server does not answer"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that only sends signs of life is given up after two timeouts, not five."""
    monkeypatch.setattr("codesteer_tui.providers.remote.streaming.PATIENCE", 2.0)
    monkeypatch.setattr("codesteer_tui.providers.remote.model.PATIENCE", 2.0)


@pytest.fixture
def fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of a hundredth of a second before another try."""
    monkeypatch.setattr("codesteer_tui.providers.remote.streaming.random.uniform", lambda *_: 0.02)

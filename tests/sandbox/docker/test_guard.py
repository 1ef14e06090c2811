"""The guard process, as it really runs, against an engine that is a Unix socket and a dictionary."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from codesteer_tui.sandbox.docker import guard

FILE = str(Path(guard.__file__).resolve())
SESSION = "0123abcd"


class FakeEngine:
    """Answers GET /containers/json and DELETE /containers/ID as an engine does. Knows labels only."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.containers: dict[str, str] = {}
        self.asked: list[str] = []
        self.seen_at = 0.0
        self.errors = 0
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(path)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                request = connection.recv(65536).decode()
                if not request:
                    return
                status, body = self._answer(request.splitlines()[0])
                connection.sendall(f"HTTP/1.0 {status} -\r\n\r\n".encode() + json.dumps(body).encode())

    def _answer(self, line: str) -> tuple[int, object]:
        method, path, version = line.split()
        assert version == "HTTP/1.0"
        self.asked.append(f"{method} {path}")
        if self.errors:
            self.errors -= 1
            return 500, {"message": "the engine is confused"}
        if method == "DELETE":
            found = re.fullmatch(r"/containers/(\w+)\?force=1&v=1", path)
            assert found is not None, path
            self.containers.pop(found[1])
            return 204, None
        filters = json.loads(unquote(path.partition("filters=")[2]))
        assert path.startswith("/containers/json?all=1&")
        [label] = filters["label"]
        there = [{"Id": id} for id, session in self.containers.items() if label == f"{guard.LABEL}={session}"]
        if there:
            self.seen_at = time.monotonic()
        return 200, there

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as last:
            last.connect(self.path)
        self._thread.join(5)
        self._listener.close()


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    with tempfile.TemporaryDirectory(prefix="cs") as folder:  # pytest's own paths are too long for a socket
        made = FakeEngine(f"{folder}/engine.sock")
        yield made
        made.close()


def _guard(path: str, program: tuple[str, ...] = (FILE,)) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-S", *program, path, SESSION]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")


def _ended(process: subprocess.Popen[bytes], within_s: float) -> int:
    try:
        code = process.wait(within_s)
    finally:
        process.kill()
        assert process.stderr is not None
        said = process.stderr.read()
        process.stderr.close()
        process.wait()
    assert said == b""
    return code


def _shorter(longest_s: float) -> tuple[str, ...]:
    """The guard, with less patience than it has."""
    program = (
        "import runpy, sys; scope = runpy.run_path(sys.argv.pop(1), run_name='guard'); "
        f"scope['main'].__globals__['_LONGEST_S'] = {longest_s}; scope['main']()"
    )
    return ("-c", program, FILE)


def test_when_its_owner_dies_it_removes_the_sessions_containers_and_no_others(engine: FakeEngine) -> None:
    engine.containers = {"aa": SESSION, "bb": "another", "cc": SESSION}
    process = _guard(engine.path)
    assert process.stdin is not None
    process.stdin.close()
    assert _ended(process, 10) == 0
    assert engine.containers == {"bb": "another"}


def test_it_asks_nothing_while_its_owner_lives(engine: FakeEngine) -> None:
    engine.containers = {"aa": SESSION}
    process = _guard(engine.path)
    time.sleep(0.3)
    assert process.poll() is None
    assert engine.asked == []
    assert process.stdin is not None
    process.stdin.close()
    assert _ended(process, 10) == 0


def test_when_its_owner_has_cleaned_up_it_leaves_at_once_and_asks_nothing(engine: FakeEngine) -> None:
    engine.containers = {"aa": SESSION}
    process = _guard(engine.path)
    assert process.stdin is not None
    process.stdin.write(guard.DONE)
    process.stdin.close()
    assert _ended(process, 5) == 0
    assert (engine.asked, engine.containers) == ([], {"aa": SESSION})


def test_a_container_whose_making_was_under_way_is_removed_too(engine: FakeEngine) -> None:
    process = _guard(engine.path)
    assert process.stdin is not None
    process.stdin.close()
    deadline = time.monotonic() + 5
    while not engine.asked and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.3)
    engine.containers = {"late": SESSION}
    assert _ended(process, 10) == 0
    assert engine.containers == {}
    assert time.monotonic() - engine.seen_at >= 0.7


def test_an_engine_that_answers_with_an_error_is_asked_again(engine: FakeEngine) -> None:
    engine.containers = {"aa": SESSION}
    engine.errors = 3
    process = _guard(engine.path)
    assert process.stdin is not None
    process.stdin.close()
    assert _ended(process, 10) == 0
    assert engine.containers == {}


def test_an_engine_that_is_down_is_asked_until_time_is_up_and_then_left(tmp_path: Path) -> None:
    process = _guard(str(tmp_path / "none.sock"), _shorter(1.5))
    assert process.stdin is not None
    closed_at = time.monotonic()
    process.stdin.close()
    assert _ended(process, 10) == 0
    assert 1.4 <= time.monotonic() - closed_at < 6


def test_an_engine_that_comes_back_is_cleaned_up() -> None:
    with tempfile.TemporaryDirectory(prefix="cs") as folder:
        process = _guard(f"{folder}/engine.sock")
        assert process.stdin is not None
        process.stdin.close()
        time.sleep(1.2)  # longer than it would take to find that nothing is left
        assert process.poll() is None
        engine = FakeEngine(f"{folder}/engine.sock")
        engine.containers = {"aa": SESSION}
        try:
            assert _ended(process, 10) == 0
            assert engine.containers == {}
        finally:
            engine.close()


def test_it_lives_only_about_20_seconds_after_its_owner() -> None:
    assert guard._LONGEST_S == 20

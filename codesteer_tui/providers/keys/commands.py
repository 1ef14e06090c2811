"""Keys that a command prints, such as a password manager's. Each command is asked once in the life of a process."""

from __future__ import annotations

import atexit
import contextlib
import os
import shlex
import signal
import subprocess
import threading
from typing import IO

from codesteer_tui.errors import ConfigError, ModelError
from codesteer_tui.providers.keys.hiding import Secret, hide_shapes, secret

LIMIT_S = 30.0
MOST_BYTES = 64 << 10
_QUOTED_CHARS = 300
_answers: dict[str, Secret] = {}
_one_at_a_time = threading.Lock()
_running: set[subprocess.Popen[bytes]] = set()


def first_line(command: str, name: str, what: str) -> Secret:
    """The first line that `command` prints, for the provider `name`. Blocks, for `LIMIT_S` seconds at most.

    It runs without a shell, without input and without this terminal.

    Raises:
        ConfigError: the command cannot be read as words.
        ModelError: `missing_key`: it is not there, failed, took too long or printed nothing.
    """
    with _one_at_a_time:
        if command not in _answers:
            _answers[command] = _run(command, name, what)
        return _answers[command]


def program_of(command: str) -> str:
    """The program that a command runs; its arguments are nobody's business."""
    try:
        return (shlex.split(command) or [""])[0]
    except ValueError:
        return ""


def forget_answers() -> None:
    """Have every command run again when it is next needed, as after a key was refused."""
    with _one_at_a_time:
        _answers.clear()


def _run(command: str, name: str, what: str) -> Secret:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigError(
            f"[providers.{name}]: the command for the {what} cannot be read: {error}.", "Correct its quotes."
        ) from None
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError, IndexError) as error:
        why = error.strerror if isinstance(error, OSError) else "it names no program"
        raise _failed(name, what, words, f"cannot be started: {why}") from None
    out, err = _Kept(process.stdout), _Kept(process.stderr)
    _running.add(process)
    try:
        code = process.wait(LIMIT_S)
    except subprocess.TimeoutExpired:
        _end(process)
        raise _failed(name, what, words, f"did not end within {LIMIT_S:g} s") from None
    finally:
        _running.discard(process)
    printed = out.text()
    line = printed.splitlines()[0].strip() if printed.strip() else ""
    if line:
        secret(line)
    if code != 0:
        said = " ".join(hide_shapes(err.text()).split())[:_QUOTED_CHARS]
        raise _failed(name, what, words, f"failed with exit code {code}" + (f": {said}" if said else ""))
    if not line:
        raise _failed(name, what, words, "printed nothing on its first line")
    return secret(line)


@atexit.register
def _end_all() -> None:
    for process in list(_running):
        _end(process)


class _Kept:
    """The first bytes of a stream, read in a thread to its end so that the writer never waits."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._data = b""
        self._stream = stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        if self._stream is None:
            return
        with self._stream as stream, contextlib.suppress(OSError, ValueError):
            while more := os.read(stream.fileno(), 1 << 16):
                self._data += more[: MOST_BYTES - len(self._data)]

    def text(self) -> str:
        """What was read, once the stream has ended; a child left behind is not waited for longer than a second."""
        self._thread.join(1.0)
        return self._data.decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _failed(name: str, what: str, words: list[str], how: str) -> ModelError:
    program = words[0] if words else ""
    return ModelError(
        "missing_key",
        f"The {what} of provider {name!r} comes from a command, and {program!r} {how}.",
        "Run that command by hand, or unlock what it asks; its first line must be the key alone.",
        provider=name,
    )

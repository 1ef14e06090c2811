"""A Docker engine of a test's own: it may be stopped, killed and started again without harm to any other.

It lives in network and mount namespaces of its own, so that neither bridge nor firewall rules nor mounts of
another engine are touched, and everything it has lies in one folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RUNTIME = "runsc"
"""A second runtime that this engine has, under the name of another: it is the usual runc."""


def lacking() -> str:
    """What this machine lacks for an engine of our own; empty where it lacks nothing."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "an engine of our own needs Linux and root"
    missing = [
        name for name in ("dockerd", "containerd", "runc", "unshare", "nsenter") if not shutil.which(name)
    ]
    return f"an engine of our own needs {', '.join(missing)}" if missing else ""


class PrivateEngine:
    """One dockerd with its own containerd. `close()` ends it and removes all that it had.

    Raises:
        RuntimeError: it does not start; with the end of its log.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="csengine-"))
        self.socket = self.folder / "docker.sock"
        self.endpoint = f"unix://{self.socket}"
        self._log = self.folder / "log"
        self._daemon: subprocess.Popen[bytes] | None = None
        # It only holds the namespaces, so that an engine that comes back finds the mounts of the one before.
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "sleep", "infinity"], stdin=subprocess.DEVNULL
        )
        self._mounts = self._wait_for_namespace()

    def _wait_for_namespace(self) -> str:
        for _ in range(500):
            there = _mount_namespace(self._holder.pid)
            if there and there != _mount_namespace(os.getpid()):
                return there
            if self._holder.poll() is not None:
                break
            time.sleep(0.01)
        self._holder.kill()
        self._holder.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        raise RuntimeError("no namespaces of our own here")

    @property
    def is_up(self) -> bool:
        """Whether the daemon's process is there."""
        return self._daemon is not None and self._daemon.poll() is None

    def start(self, within_s: float = 60.0) -> None:
        """Start the daemon on what there is, and wait until it answers."""
        command = ["nsenter", f"--target={self._holder.pid}", "--net", "--mount", "dockerd"]
        command += [f"--host={self.endpoint}", f"--data-root={self.folder / 'data'}"]
        command += [f"--exec-root={self.folder / 'exec'}", f"--pidfile={self.folder / 'pid'}"]
        command += ["--iptables=false", "--ip6tables=false", "--bridge=none"]
        command += [f"--add-runtime={RUNTIME}={shutil.which('runc')}"]
        self._forget_the_dead()
        with self._log.open("ab") as log:
            self._daemon = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + within_s
        while not self._answers():
            if self._daemon.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the engine of our own does not start: " + self.log()[-2000:])
            time.sleep(0.05)

    def _forget_the_dead(self) -> None:
        """Remove the pid files of a killed daemon and of the containerd that died with it.

        Where nobody reaps orphans the latter stays a zombie, and the next daemon would wait for it to answer.
        """
        for path in (self.folder / "pid", self.folder / "exec/containerd/containerd.pid"):
            if path.exists() and not _mount_namespace(int(path.read_text())):
                path.unlink()

    def log(self) -> str:
        """What the daemon wrote so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _answers(self) -> bool:
        if not self.socket.is_socket():
            return False
        try:
            with self.api(timeout=2) as api:
                return bool(api.ping())
        except Exception:  # noqa: BLE001  (whatever the SDK makes of a daemon that is not there yet)
            return False

    @contextlib.contextmanager
    def api(self, timeout: float = 60) -> Iterator[Any]:
        """A connection of the SDK to it."""
        import docker

        api = docker.APIClient(base_url=self.endpoint, version="auto", timeout=timeout)
        try:
            yield api
        finally:
            api.close()

    def load(self, image: str) -> None:
        """Bring an image over from the usual engine, where it is not there yet."""
        import docker

        with self.api(timeout=120) as api:
            if any(image == each["Id"] for each in api.images()):
                return
            usual = docker.APIClient(version="auto", timeout=120)
            try:
                with tempfile.TemporaryFile(dir=self.folder) as saved:
                    for piece in usual.get_image(image):
                        saved.write(piece)
                    saved.seek(0)
                    for _ in api.load_image(saved):
                        pass
            finally:
                usual.close()

    def stop(self) -> None:
        """End the daemon the polite way: it ends its containers and its containerd."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the daemon with -9, and only it: shims and containers stay."""
        self._end(signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        """Send the daemon a signal and wait for nothing."""
        if self._daemon is not None:
            self._daemon.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._daemon is None:
            return
        if self._daemon.poll() is None:
            self._daemon.send_signal(number)
        try:
            self._daemon.wait(30)
        except subprocess.TimeoutExpired:
            self._daemon.kill()
            self._daemon.wait()

    def box_processes(self) -> dict[int, str]:
        """The processes in containers of this engine, by process id, with their command lines."""
        ids = self._container_ids()
        found = {}
        for pid in _pids():
            groups = _read(pid, "cgroup")
            if any(id in groups for id in ids):
                found[pid] = _read(pid, "cmdline").replace("\0", " ")
        return found

    def close(self) -> None:
        """End it and everything in it, by process id, and remove all its folders. May be called twice."""
        ids = self._container_ids()
        for boxed in self.box_processes():
            _kill(boxed)
        self.stop()
        for _ in range(200):
            left = [pid for pid in self.helpers() if pid != self._holder.pid]
            if not left:
                break
            for pid in left:
                _kill(pid)
            time.sleep(0.05)
        self._holder.kill()
        self._holder.wait()  # with it go the namespaces, and with them the mounts
        for id in ids:
            for group in Path("/sys/fs/cgroup").glob(f"**/docker/{id}"):
                with contextlib.suppress(OSError):
                    group.rmdir()
        for _ in range(50):
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self.folder.exists():
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.folder} cannot be removed")

    def _container_ids(self) -> list[str]:
        folder = self.folder / "data/containers"
        return [each.name for each in folder.iterdir()] if folder.is_dir() else []

    def helpers(self) -> list[int]:
        """The processes that live in our mount namespace: the daemons, and the shims they left behind."""
        return [pid for pid in _pids() if _mount_namespace(pid) == self._mounts]


def _pids() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _mount_namespace(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/mnt")  # noqa: PTH115  (no path: "mnt:[4026531841]")
    except OSError:
        return ""


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)

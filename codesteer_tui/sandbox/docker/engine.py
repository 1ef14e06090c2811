"""Find the Docker engine, talk to it without blocking the event loop, and tell whose boxes are whose."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import hashlib
import json
import os
import socket
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar

from codesteer_tui.errors import SandboxUnavailable
from codesteer_tui.sandbox.docker import failures

_P = ParamSpec("_P")
_T = TypeVar("_T")

LABEL_SANDBOX = "codesteer.sandbox"
LABEL_OWNER = "codesteer.owner"
LABEL_SESSION = "codesteer.session"
LABEL_RUNNER = "codesteer.runner"
PROBE_S = 3.0


def find_endpoint(environ: Mapping[str, str] | None = None, *, home: Path | None = None) -> str:
    """The engine's address: DOCKER_HOST, else the current Docker context, else the first usual socket.

    Raises:
        SandboxUnavailable: it is no Unix socket, or there is none.
    """
    environ = os.environ if environ is None else environ
    home = Path.home() if home is None else home
    named = environ.get("DOCKER_HOST", "")
    chosen = named or _context_host(environ, home)
    if chosen:
        if refusal := failures.unusable_endpoint(chosen, named):
            raise refusal
        return chosen
    places = _usual_sockets(environ, home)
    for path in places:
        if path.is_socket():
            return f"unix://{path}"
    raise failures.no_socket(tuple(str(path) for path in places))


def _usual_sockets(environ: Mapping[str, str], home: Path) -> list[Path]:
    """Where engines listen: Docker, rootless Docker, Docker Desktop, then Podman's compatible socket."""
    places = [Path("/var/run/docker.sock")]
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if runtime:
        places.append(Path(runtime, "docker.sock"))
    places.append(home / ".docker/run/docker.sock")
    if runtime:
        places.append(Path(runtime, "podman/podman.sock"))
    return [*places, Path("/run/podman/podman.sock")]


def _context_host(environ: Mapping[str, str], home: Path) -> str:
    """The endpoint of the Docker context in use, or empty for the default one."""
    folder = Path(environ.get("DOCKER_CONFIG") or home / ".docker")
    name = environ.get("DOCKER_CONTEXT") or _read_json(folder / "config.json").get("currentContext", "")
    if not name or name == "default":
        return ""
    meta = folder / "contexts/meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
    endpoints = _read_json(meta).get("Endpoints") or {}
    return str((endpoints.get("docker") or {}).get("Host", ""))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


class _Opened(NamedTuple):
    api: Any
    version: dict[str, Any]
    info: dict[str, Any]


class Engine:
    """A connection to one engine, with a few threads of its own for the SDK's blocking calls.

    `version` and `info` are what the engine said of itself when the connection was made.
    """

    def __init__(self, opened: _Opened, endpoint: str, threads: ThreadPoolExecutor) -> None:
        self.api, self.version, self.info = opened
        self.endpoint = endpoint
        self._threads = threads
        self._closed = False

    async def call(self, function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run a blocking call of the SDK in a thread.

        Raises:
            SandboxUnavailable: the engine or the connection to it failed; its own words are in the message.
        """
        if self._closed:
            raise SandboxUnavailable("The connection to the engine is closed.", "Open the sandbox again.")
        bound = functools.partial(contextvars.copy_context().run, function, *args, **kwargs)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, bound)
        except Exception as error:
            if not is_engine_error(error):
                raise
            raise self.explain(error) from error

    def explain(self, error: BaseException) -> SandboxUnavailable:
        """The engine's failure as ours."""
        return _explained(error, self.endpoint)

    async def close(self) -> None:
        """Close the connection and let the threads end. May be called twice."""
        if self._closed:
            return
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._threads, self.api.close)
        self._threads.shutdown(wait=False)


def is_engine_error(error: BaseException) -> bool:
    """Whether an exception came from the SDK, its HTTP layer or the socket, and is not a bug of ours."""
    module = type(error).__module__.split(".")[0]
    return isinstance(error, OSError) or module in ("docker", "requests", "urllib3")


async def connect(endpoint: str = "") -> Engine:
    """Connect to the engine and check that it can hold a program safely; three seconds at most.

    Raises:
        SandboxUnavailable: none answers, or the one that does lacks something; says what and how to mend it.
    """
    if sys.platform == "win32":
        raise SandboxUnavailable(
            "The Docker sandbox is not supported on Windows itself.", "Use it inside WSL 2."
        )
    endpoint = endpoint or find_endpoint()
    threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="codesteer-docker")
    try:
        opening = asyncio.get_running_loop().run_in_executor(threads, _open, endpoint)
        opened = await asyncio.wait_for(opening, PROBE_S)
    except Exception as error:
        threads.shutdown(wait=False)
        if isinstance(error, SandboxUnavailable):
            raise
        if not is_engine_error(error) and not isinstance(error, ImportError):
            raise
        raise _explained(error, endpoint) from error
    return Engine(opened, endpoint, threads)


def _explained(error: BaseException, endpoint: str) -> SandboxUnavailable:
    named = os.environ.get("DOCKER_HOST", "")
    return failures.from_exception(error, endpoint=endpoint, platform=sys.platform, docker_host=named)


def _open(endpoint: str) -> _Opened:
    _knock(endpoint)
    import docker  # slow (0.15 s), and not there at all on some machines

    api = docker.APIClient(base_url=endpoint, version="auto", timeout=PROBE_S)
    try:
        version, info = api.version(), api.info()
        if lack := failures.from_facts(version, info):
            raise lack
    except BaseException:
        api.close()
        raise
    api.timeout = 60
    return _Opened(api, version, info)


def _knock(endpoint: str) -> None:
    """Fail in a millisecond, before the SDK is loaded, where nothing listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knocker:
        knocker.settimeout(PROBE_S)
        knocker.connect(endpoint.removeprefix("unix://"))


def is_podman(version: Mapping[str, Any]) -> bool:
    """Whether an engine, by its own `version`, is Podman behind Docker's interface."""
    return any(part.get("Name") == "Podman Engine" for part in version.get("Components") or ())


def describe(version: Mapping[str, Any], info: Mapping[str, Any]) -> str:
    """What its boxes are called, by an engine's own `version` and `info`: "rootless Podman container", say."""
    kind = "Podman container" if is_podman(version) else "Docker container"
    options = [str(option).split(",")[0] for option in info.get("SecurityOptions") or ()]
    return f"rootless {kind}" if "name=rootless" in options else kind


def require_runtime(info: Mapping[str, Any], name: str) -> None:
    """See whether an engine, by its own `info`, has the runtime `name`; empty is the engine's own choice.

    Raises:
        SandboxUnavailable: it has not; those that it has are named.
    """
    there = runtimes(info)
    if name and name not in there:
        raise SandboxUnavailable(
            f"The engine has no runtime {name!r} (sandbox.runtime); it has {', '.join(there) or 'none to choose'}.",
            f"Add {name} to the engine's runtimes, or leave sandbox.runtime empty.",
        )


def runtimes(info: Mapping[str, Any]) -> list[str]:
    """The names of the runtimes that an engine has, sorted."""
    return sorted(info.get("Runtimes") or {})


def own_label() -> str:
    """Who made a box: host, boot, process and its start time, so that a reused process id is told apart."""
    pid = os.getpid()
    owner = {**_here(), "v": 1, "pid": pid, "start": _start_of(pid)}
    return json.dumps(owner, sort_keys=True)


def is_orphan(label: str) -> bool:
    """Whether the owner that a box names is surely gone. Unreadable owners and other hosts' are left alone."""
    try:
        owner = json.loads(label)
        there = {key: owner[key] for key in ("host", "boot_id", "pid_namespace")}
        pid, start = int(owner["pid"]), owner["start"]
    except (ValueError, KeyError, TypeError):
        return False
    here = _here()
    if there["host"] != here["host"]:
        return False
    if there["boot_id"] != here["boot_id"]:
        return bool(there["boot_id"] and here["boot_id"])
    if there["pid_namespace"] != here["pid_namespace"]:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    now = _start_of(pid)
    return bool(start and now and start != now)


def _here() -> dict[str, str]:
    """What process ids mean here: host, boot and pid namespace; empty where the system does not tell."""
    try:
        boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        pid_namespace = os.readlink("/proc/self/ns/pid")  # noqa: PTH115  (no path: "pid:[4026531836]")
    except OSError:
        boot_id = pid_namespace = ""
    return {"host": socket.gethostname(), "boot_id": boot_id, "pid_namespace": pid_namespace}


def _start_of(pid: int) -> str:
    """When a process started, in clock ticks since boot; empty where /proc does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]

"""What an engine's failure means, and the one command that mends it: pure functions over text and facts.

An engine's failure never looks like program output, and is never shown to a model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from codesteer_tui.errors import SandboxUnavailable

BUILD_COMMAND = "codesteer sandbox build"
OLDEST_API = (1, 41)

_INSTALL = "Install Docker Engine (or start Docker Desktop), then run: codesteer sandbox build"
_START = {"linux": "sudo systemctl start docker", "darwin": "open -a Docker"}
_CORRECT_HOST = "unset DOCKER_HOST   (or correct it: it names the engine's socket)"
_JOIN_GROUP = "sudo usermod -aG docker $USER   (then log in again)"


def from_exception(
    error: BaseException, *, endpoint: str, platform: str, docker_host: str = ""
) -> SandboxUnavailable:
    """Classify whatever the SDK raised while talking to the engine at `endpoint`.

    `platform` is `sys.platform`, `docker_host` the variable DOCKER_HOST. The whole chain of causes is read, since
    the SDK wraps the interesting one. An engine that answered with an error is quoted; one that could not be
    reached is explained.
    """
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(parts) < 8:
        if explanation := getattr(cause, "explanation", None):
            return from_answer(str(explanation))
        parts.append(f"{type(cause).__name__}: {cause}")
        cause = cause.__cause__ or cause.__context__
    return from_text("\n".join(parts), endpoint=endpoint, platform=platform, docker_host=docker_host)


def from_answer(text: str) -> SandboxUnavailable:
    """Classify an error that the engine itself gave in reply to a request."""
    lower = text.lower()
    if "no such image" in lower or "image not found" in lower:
        return SandboxUnavailable("The engine has no sandbox image.", BUILD_COMMAND)
    if "client version" in lower and ("too old" in lower or "too new" in lower):
        return SandboxUnavailable(
            f"The engine speaks another API version: {first_line(text)}",
            "Update Docker Engine to 20.10 or newer.",
        )
    if "no space left on device" in lower:
        return SandboxUnavailable(f"The engine's disk is full: {first_line(text)}", "docker system df")
    return SandboxUnavailable(f"The engine refused: {first_line(text)}", "codesteer sandbox status")


def from_text(text: str, *, endpoint: str, platform: str, docker_host: str = "") -> SandboxUnavailable:
    """Classify a failure to reach an engine by its words; the first line is quoted where nothing fits.

    Where `docker_host` led to the endpoint it is the first suspect, not the engine.
    """
    lower = text.lower()
    start = _START.get(platform, "sudo systemctl start docker")
    where = endpoint or "the default socket"
    if endpoint and endpoint == docker_host:
        start, where = _CORRECT_HOST, f"{endpoint} (from DOCKER_HOST)"
    if "no module named" in lower and "docker" in lower:
        return SandboxUnavailable("The Docker SDK for Python is not installed.", "pip install docker")
    if "permission denied" in lower or "permissionerror" in lower:
        return SandboxUnavailable(f"No permission to use the Docker engine at {where}.", _JOIN_GROUP)
    if "connection refused" in lower or "connectionrefusederror" in lower:
        return SandboxUnavailable(f"The Docker engine at {where} is not running.", start)
    if "no such file or directory" in lower or "filenotfounderror" in lower:
        return SandboxUnavailable(f"No Docker engine answers: {where} does not exist.", start)
    if "timed out" in lower or "timeout" in lower:
        return SandboxUnavailable(f"The Docker engine at {where} did not answer in time.", start)
    if "connection aborted" in lower or "connection reset" in lower or "remotedisconnected" in lower:
        return SandboxUnavailable(f"The Docker engine at {where} hung up.", start)
    return SandboxUnavailable(f"The Docker engine at {where} failed: {first_line(text)}", "docker info")


def from_facts(version: Mapping[str, Any], info: Mapping[str, Any]) -> SandboxUnavailable | None:
    """What an engine that answers lacks, by its own `version` and `info`; None where it will do.

    Rootless engines on cgroup v1 take limits and ignore them, and say so only in these flags.
    """
    api = tuple(int(part) for part in re.findall(r"\d+", str(version.get("ApiVersion", "")))[:2])
    if api < OLDEST_API:
        return SandboxUnavailable(
            f"The Docker engine speaks API {version.get('ApiVersion', '?')}; 1.41 is the oldest that will do.",
            "Update Docker Engine to 20.10 or newer.",
        )
    if info.get("OSType", "linux") != "linux":
        return SandboxUnavailable(
            f"The Docker engine runs {info.get('OSType')} containers; the sandbox needs Linux ones.",
            "Switch Docker Desktop to Linux containers.",
        )
    if not any(str(option).startswith("name=seccomp") for option in info.get("SecurityOptions") or ()):
        return SandboxUnavailable(
            "The Docker engine has no seccomp profile.", "Run an engine that was built with seccomp."
        )
    flags = {"MemoryLimit": "memory", "PidsLimit": "process", "CpuCfsQuota": "CPU"}
    missing = [word for flag, word in flags.items() if not info.get(flag)]
    if missing:
        return SandboxUnavailable(
            f"The Docker engine cannot enforce {' and '.join(missing)} limits here.",
            "Run the engine with cgroup v2, or as root.",
        )
    return None


def unusable_endpoint(endpoint: str, docker_host: str = "") -> SandboxUnavailable | None:
    """Why an endpoint will not do, or None. Only Unix sockets are tested, so only they are used."""
    if endpoint.startswith("unix://"):
        return None
    kind, _, rest = endpoint.rpartition("://")
    shown = f"{kind}://{rest.rpartition('@')[2]}" if kind else endpoint  # who logs in is nobody's business
    from_variable = endpoint == docker_host
    culprit = "DOCKER_HOST" if from_variable else "The current Docker context"
    return SandboxUnavailable(
        f"{culprit} points at {first_line(shown)}; only unix:// sockets are supported.",
        _CORRECT_HOST if from_variable else "docker context use default",
    )


def no_socket(looked_at: tuple[str, ...]) -> SandboxUnavailable:
    """No engine was found at any of the usual places."""
    return SandboxUnavailable(f"No Docker engine found (looked for {', '.join(looked_at)}).", _INSTALL)


def first_line(text: str) -> str:
    """The first line of an engine's message, at most 300 characters."""
    line = text.strip().splitlines()[0] if text.strip() else "no message"
    return line if len(line) <= 300 else line[:297] + "…"

"""What a container is made of: the hardening, and the limits that have to be known before it starts."""

from __future__ import annotations

import time
import uuid
from typing import Any, NamedTuple

from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker import images
from codesteer_tui.sandbox.docker.engine import LABEL_OWNER, LABEL_RUNNER, LABEL_SANDBOX, LABEL_SESSION
from codesteer_tui.sandbox.launch import ENVIRONMENT
from codesteer_tui.values import Limits

USER = "10001:10001"
COMMAND = ["python3", "-I", "-B", "-X", "utf8", "/opt/cs/inside", "container"]
PODMAN_NPROC = 4096
"""Of all boxes together, since it counts by user; what holds each box is its own limit on processes."""

_UNUSED = "ro,nosuid,nodev,noexec,size=4k"
_GONE_S = 5.0


class Shape(NamedTuple):
    """The limits that the engine enforces from outside, and which a started container cannot change."""

    memory_bytes: int
    pids: int
    disk_bytes: int

    @classmethod
    def of(cls, limits: Limits) -> Shape:
        """The part of `limits` that a container is made with."""
        return cls(limits.memory_bytes, limits.pids, limits.disk_bytes)


def create(
    api: Any, image: str, shape: Shape, *, session: str, runtime: str = "", podman: bool = False
) -> str:
    """Create a container of the SDK's client `api`, not started yet; return its id. Blocks."""
    container: str = api.create_container(
        image,
        COMMAND,
        name=f"codesteer-{uuid.uuid4().hex[:12]}",
        user=USER,
        stdin_open=True,  # without detach, so that the SDK sets StdinOnce: the dead-man's switch
        tty=False,
        hostname="sandbox",
        working_dir="/work",
        stop_timeout=1,  # PID 1 heeds no SIGTERM: without it an engine that stops waits ten seconds for each
        environment=ENVIRONMENT,
        labels={
            LABEL_SANDBOX: "1",
            LABEL_OWNER: engines.own_label(),
            LABEL_SESSION: session,
            LABEL_RUNNER: images.runner_hash(),
        },
        host_config=host_config(api, shape, runtime, podman=podman),
        use_config_proxy=False,  # else proxies from the person's Docker config, passwords and all, go in
    )["Id"]
    return container


def host_config(api: Any, shape: Shape, runtime: str = "", *, podman: bool = False) -> dict[str, Any]:
    """The hardening of one box: no network, no capabilities, nothing writable but two small tmpfs.

    Podman knows no limit on the files of a tmpfs (their memory counts as the box's all the same), and raises the
    limit on processes to the kernel's most unless told one, which a machine inside a machine may not let it do.
    """
    from docker.types import LogConfig, Ulimit

    few_files = "" if podman else ",nr_inodes=4096"
    # A read-only container of Podman's has further tmpfs, as large as its memory, unless they are named.
    unused = {"/var/tmp": _UNUSED, "/run": _UNUSED} if podman else {}
    nproc = [Ulimit(name="nproc", soft=PODMAN_NPROC, hard=PODMAN_NPROC)] if podman else []
    config: dict[str, Any] = api.create_host_config(
        auto_remove=True,
        network_mode="none",
        read_only=True,
        tmpfs={
            "/work": f"rw,nosuid,nodev,noexec,size={shape.disk_bytes},mode=1777{few_files}",
            "/tmp": f"rw,nosuid,nodev,noexec,size={shape.disk_bytes // 2},mode=1777{few_files}",
            **unused,
        },
        shm_size=16 << 20,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        pids_limit=shape.pids,
        mem_limit=shape.memory_bytes,
        memswap_limit=shape.memory_bytes,  # equal to the memory limit: no swap on top of it
        nano_cpus=1_000_000_000,
        ulimits=[
            Ulimit(name="nofile", soft=256, hard=256),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="fsize", soft=shape.disk_bytes, hard=shape.disk_bytes),
            *nproc,
        ],
        log_config=LogConfig(type="none"),  # else a flood would land on the host's disk
        runtime=runtime or None,
    )
    return config


def remove(api: Any, container: str) -> None:
    """Remove a container and wait until it is gone; already gone is as good. Blocks."""
    from docker.errors import APIError, NotFound

    deadline = time.monotonic() + _GONE_S
    while time.monotonic() < deadline:
        try:
            api.remove_container(container, force=True, v=True)
        except NotFound:
            return
        except APIError as error:
            if error.status_code != 409:  # 409: a removal is under way, which is what we want
                raise
        time.sleep(0.01)

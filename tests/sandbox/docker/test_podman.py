"""Podman behind Docker's interface, on a socket and with a store of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from codesteer_tui.config import SandboxSettings
from codesteer_tui.sandbox.docker import building, upkeep
from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker.engine import Engine
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.sandbox.selftest import selftest
from codesteer_tui.values import ExecutionResult
from tests.boxes import LOCAL_BASE, execute, missing
from tests.sandbox.test_programs import PROGRAMS

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]


def _lacking() -> str:
    if sys.platform != "linux" or os.geteuid() != 0:
        return "Podman on a store of its own needs Linux and root"
    if not shutil.which("podman"):
        return "podman is not installed"
    has_base = subprocess.run(["docker", "image", "inspect", LOCAL_BASE], capture_output=True).returncode == 0
    return "" if has_base else f"no image {LOCAL_BASE} to build on"


@pytest.fixture(scope="module")
def podman() -> Iterator[str]:
    """The endpoint of a Podman service that has the base image."""
    if lack := _lacking():
        missing(lack)
    folder = Path(tempfile.mkdtemp(prefix="cspodman-"))
    podman = ["podman", f"--root={folder}/root", f"--runroot={folder}/run", "--cgroup-manager=cgroupfs"]
    save = subprocess.Popen(["docker", "save", LOCAL_BASE], stdout=subprocess.PIPE)
    subprocess.run([*podman, "load", "--quiet"], stdin=save.stdout, check=True, capture_output=True)
    assert save.wait() == 0
    endpoint = f"unix://{folder}/podman.sock"
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen(
            [*podman, "system", "service", "--time=0", endpoint], stderr=log, cwd=folder
        )
    try:
        deadline = time.monotonic() + 30
        while not (folder / "podman.sock").exists():
            assert service.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "the service does not come up"
            time.sleep(0.05)
        yield endpoint
    finally:
        service.terminate()
        service.wait(30)
        # Its store has mounts; Podman itself knows best how to take them down.
        subprocess.run([*podman, "system", "reset", "--force"], capture_output=True, timeout=120)
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(podman: str) -> AsyncIterator[DockerSandbox]:
    """A sandbox on an image that Podman built."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", podman)
        async for _ in building.build(LOCAL_BASE):
            pass
        opened = await DockerSandbox.open(SandboxSettings(warm=1))
        yield opened
        await opened.aclose()
        engine = await engines.connect(podman)
        try:
            assert await _boxes(engine) == []
        finally:
            await engine.close()


async def _boxes(engine: Engine) -> list[str]:
    """The boxes that are left, once Podman had the time to remove them."""
    for _ in range(50):
        left = (await upkeep.look(engine)).boxes
        if not left:
            break
        await asyncio.sleep(0.1)
    return [box.id for box in left]


async def test_it_is_called_what_it_is_and_holds_all_that_is_promised(sandbox: DockerSandbox) -> None:
    assert (sandbox.info.label, sandbox.info.isolation) == ("Podman container", "container")
    findings = [finding async for finding in selftest(sandbox)]
    assert [finding.said for finding in findings if not finding.ok] == []


@pytest.mark.parametrize("name", ["environment", "writes_outside_its_folders", "user_namespace_by_clone"])
async def test_what_its_own_defaults_would_let_through_is_held_as_well(
    sandbox: DockerSandbox, name: str
) -> None:
    path = PROGRAMS / f"{name}.py"
    result = await execute(sandbox, path.read_text())
    assert result.ok, result
    assert result.stdout in ("not meant []\n", "wrote []\n", "refused\n"), result


async def test_empty_files_without_number_end_at_the_limit_on_memory(sandbox: DockerSandbox) -> None:
    """Podman has no limit on the files of a tmpfs, but what they take counts as the program's."""
    text = "for i in range(10**7):\n    open(f'/work/{i}', 'x').close()\nprint('all made')"
    result = await execute(sandbox, text, wall_s=60.0)
    assert isinstance(result, ExecutionResult)
    assert (result.status, result.stdout) == ("oom", "")
    assert (await execute(sandbox, "print('next')")).stdout == "next\n"

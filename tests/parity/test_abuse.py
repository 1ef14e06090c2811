"""Every hostile or broken program of the abuse catalogue ends as the catalogue says.

The catalogue lies beside the repository. All of it runs on Docker, on both images, and in the namespace box;
where a box of one process differs by design, `IN_THE_BOX` says how.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox import Output, Sandbox, source
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.values import ExecutionResult, Limits, Program
from tests.boxes import image_or_skip, namespace_sandbox
from tests.endings import deviations

__all__ = ["namespace_sandbox"]

ABUSE = Path(__file__).resolve().parents[2].parent / "shared" / "sandbox" / "abuse"
"""Beside the repository; absent on most machines, required in CI."""


def _catalogue() -> list[dict[str, Any]]:
    if not ABUSE.is_dir():
        return []
    programs: list[dict[str, Any]] = json.loads((ABUSE / "manifest.json").read_text())["programs"]
    return programs


CATALOGUE = _catalogue()

RACES = {"07_memory_bomb_children.py"}
"""Programs that race against the clock themselves: its children must fill the memory within 1.5 s, which a
starved machine does not always let them. They get two more tries."""

_REFUSED = {"status": "exited", "exit": 1, "stdout": ""}
_NO_FORK = {**_REFUSED, "stderr_has": "Errno 11"}
_NO_THREAD = {**_REFUSED, "stderr_has": "can't start new thread"}


def _all(numbers: str, expect: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {number: dict(expect) for number in numbers.split()}


IN_THE_BOX: dict[str, dict[str, Any]] = {
    "01": {"status": "timeout", "stdout_has": "go", "max_ms": 6000},
    "02": {"status": "timeout", "stdout_has": "go", "max_ms": 6000},
    "09": {"status": "exited", "exit": 0, "stdout_has": "stopped True"},
    "21": {"status": "exited", "exit": 1, "stderr_has": "MemoryError"},
    "79": {**_REFUSED, "stderr_has": "PermissionError"},
    "116": {"status": "exited", "exit": 0, "stdout_has": "filled", "disk_full": True},
    "126": {"status": "exited", "exit": 1, "stdout": "go\n", "stderr_has": "PermissionError"},
    **_all("07 40 41 64 86 110 119 121", _NO_FORK),
    **_all("52 60 61", _NO_THREAD),
    **_all("65 112", {**_REFUSED, "stderr_has": "FileNotFoundError"}),
}
"""Where the namespace box differs by design: one process, no threads, no network of its own, no shared
memory, and RLIMIT_AS in the place of a memory cgroup."""


def test_the_catalogue_is_there_where_ci_promised_it() -> None:
    if not CATALOGUE and os.environ.get("CI") == "true":
        pytest.fail(f"{ABUSE} is missing")
    if not CATALOGUE:
        pytest.skip(f"{ABUSE} is not on this machine")
    assert len(CATALOGUE) >= 100


def _limits(job: dict[str, Any]) -> Limits:
    names = {"out_bytes": "output_bytes", "mem_bytes": "memory_bytes"}
    given = {names.get(key, key): value for key, value in job.items()}
    # Where the catalogue names no wall limit, time is not the point: a busy machine gets more of it.
    return Limits(**{"source_bytes": 8 << 20, "wall_s": 30.0, **given})


async def _run(sandbox: Sandbox, program: dict[str, Any]) -> tuple[dict[str, Any], float]:
    """The result as the catalogue names its fields, and how long it took in milliseconds."""
    text = source.from_bytes((ABUSE / program["file"]).read_bytes())
    started = time.perf_counter()
    seen = ""
    try:
        async for piece in sandbox.run(Program(text, "demo"), _limits(program["job"])):
            if isinstance(piece, Output):
                seen += piece.text if piece.stream == "stdout" else ""
            else:
                result = piece
    except SandboxError as error:
        return {"status": "lost", "why": str(error)}, (time.perf_counter() - started) * 1e3
    took = (time.perf_counter() - started) * 1e3
    assert isinstance(result, ExecutionResult)
    assert seen == result.stdout, "the live output is the output in the result"
    return {name: getattr(result, name) for name in ExecutionResult.__struct_fields__}, took


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["core", "sci"])
async def long_lived(request: pytest.FixtureRequest) -> AsyncIterator[DockerSandbox]:
    """One sandbox with warm containers for the whole catalogue, as a long session has it; on each image."""
    sandbox = await DockerSandbox.open(SandboxSettings(image=await image_or_skip(request.param)))
    yield sandbox
    await sandbox.aclose()


@pytest.mark.docker
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("program", CATALOGUE, ids=lambda program: program["file"])
async def test_it_ends_as_the_catalogue_says_in_docker(
    program: dict[str, Any], long_lived: DockerSandbox
) -> None:
    got, took = await _run(long_lived, program)
    for _ in range(2 if program["file"] in RACES else 0):
        if not deviations(program["expect"], got, took):
            break
        got, took = await _run(long_lived, program)
    assert not deviations(program["expect"], got, took), (program["what"], got, took)


@pytest.mark.parametrize("program", CATALOGUE, ids=lambda program: program["file"])
async def test_it_ends_as_the_catalogue_says_in_the_namespace_box(
    program: dict[str, Any], namespace_sandbox: Sandbox
) -> None:
    got, took = await _run(namespace_sandbox, program)
    expect = IN_THE_BOX.get(program["file"].split("_")[0], program["expect"])
    assert not deviations(expect, got, took), (program["what"], got, took)

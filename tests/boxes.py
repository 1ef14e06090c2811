"""Fixtures that give tests a sandbox of each kind that works on this machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import NoReturn

import pytest
import pytest_asyncio

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox import Sandbox
from codesteer_tui.sandbox.docker import building, images
from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.sandbox.namespaces import NamespaceSandbox
from codesteer_tui.sandbox.process import ProcessSandbox
from codesteer_tui.values import ExecutionResult, Limits, Program

LOCAL_BASE = "csbase:latest"


async def _image(kind: str = "core") -> str:
    engine = await engines.connect()
    try:
        return (await images.find(engine, kind)).id
    except SandboxError:
        if not await engine.call(engine.api.images, name=LOCAL_BASE):
            raise
        async for _ in building.build(LOCAL_BASE, kind):
            pass
        return (await images.find(engine, kind)).id
    finally:
        await engine.close()


async def execute(sandbox: Sandbox, text: str, **limits: object) -> ExecutionResult:
    """Run a program that the demo is said to have brought along, and return how it ended."""
    pieces = sandbox.run(Program(text, "demo"), Limits(**limits))  # type: ignore[arg-type]
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, ExecutionResult):
                return piece
    raise AssertionError("the sandbox gave no result")


def missing(reason: str) -> NoReturn:
    """Skip where a machine lacks something, but fail where CI promised it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


_found: dict[str, str] = {}


async def image_or_skip(kind: str = "core") -> str:
    """The id of our image of this kind, built from the local base where it is missing."""
    if kind not in _found:
        try:
            _found[kind] = await _image(kind)
        except SandboxError as error:
            missing(f"no Docker sandbox with the {kind} image here: {error}")
    return _found[kind]


@pytest_asyncio.fixture
async def docker_image() -> str:
    """The id of our image for this version of the runner, built from the local base where it is missing."""
    return await image_or_skip()


@pytest_asyncio.fixture
async def docker_sandbox(docker_image: str) -> AsyncIterator[DockerSandbox]:
    sandbox = await DockerSandbox.open(SandboxSettings(image=docker_image))
    yield sandbox
    await sandbox.aclose()


@pytest_asyncio.fixture
async def namespace_sandbox() -> AsyncIterator[NamespaceSandbox]:
    try:
        sandbox = await NamespaceSandbox.open()
    except SandboxError as error:
        missing(f"no namespace box here: {error}")
    yield sandbox
    await sandbox.aclose()


@pytest_asyncio.fixture(params=[pytest.param("docker", marks=pytest.mark.docker), "namespaces", "process"])
async def sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """Each implementation in turn."""
    made: Sandbox
    if request.param == "docker":
        made = await DockerSandbox.open(SandboxSettings(image=await image_or_skip()))
    elif request.param == "namespaces":
        try:
            made = await NamespaceSandbox.open()
        except SandboxError as error:
            missing(f"no namespace box here: {error}")
    else:
        made = ProcessSandbox()
    yield made
    await made.aclose()

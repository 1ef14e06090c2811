"""Which sandbox to use: the best one that works here, and in plain words why it is not a better one."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxUnavailable
from codesteer_tui.sandbox import Sandbox
from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker import images
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.sandbox.namespaces import NamespaceSandbox
from codesteer_tui.sandbox.off import OffSandbox
from codesteer_tui.sandbox.process import ProcessSandbox


class EngineReport(Struct, frozen=True):
    """What one engine said: whether it could be used now, why or why not, and what would mend it."""

    name: Literal["docker", "namespaces", "process"]
    ok: bool
    detail: str
    remedy: str = ""


async def choose_sandbox(settings: SandboxSettings = SandboxSettings()) -> Sandbox:  # noqa: B008  (frozen)
    """Open the sandbox that `settings.engine` names; `auto` takes Docker, else namespaces, else the demo's process.

    Naming `namespaces` is the person's consent to reduced isolation, unless `reduced_isolation` is `never`.
    Close what this returns with `aclose()`.

    Raises:
        SandboxUnavailable: the engine that was named does not work here. `auto` and `off` never raise it.
    """
    reduced_isolation = settings.reduced_isolation
    if settings.engine == "off":
        return OffSandbox()
    if settings.engine == "docker":
        return await DockerSandbox.open(settings)
    if settings.engine == "namespaces":
        consent = "always" if reduced_isolation == "ask" else reduced_isolation
        return await NamespaceSandbox.open(reduced_isolation=consent)
    try:
        return await DockerSandbox.open(settings)
    except SandboxUnavailable as error:
        docker = error
    try:
        return await NamespaceSandbox.open(
            reduced_isolation=reduced_isolation, detail=docker.message, remedy=docker.remedy
        )
    except SandboxUnavailable as error:
        why = f"{docker.message} {error.message}"
    try:
        return ProcessSandbox(detail=why, remedy=docker.remedy)
    except SandboxUnavailable:
        return OffSandbox(why, docker.remedy)


async def survey(settings: SandboxSettings = SandboxSettings()) -> list[EngineReport]:  # noqa: B008  (frozen)
    """Ask every engine whether it could be used now, with the image and the runtime of `settings`; best first.

    Takes a few seconds at most.
    """
    return [await _ask_docker(settings), await _ask_namespaces(), _ask_process()]


async def _ask_docker(settings: SandboxSettings) -> EngineReport:
    try:
        engine = await engines.connect()
    except SandboxUnavailable as error:
        return EngineReport("docker", False, error.message, error.remedy)
    try:
        version = await engine.call(engine.api.version)
        engines.require_runtime(engine.info, settings.runtime)
        image = await images.find(engine, settings.image)
    except SandboxUnavailable as error:
        return EngineReport("docker", False, error.message, error.remedy)
    finally:
        await engine.close()
    short = image.id.removeprefix("sha256:")[:12]
    detail = f"engine {version['Version']} at {engine.endpoint}, image {image.kind} {short}"
    return EngineReport("docker", True, detail)


async def _ask_namespaces() -> EngineReport:
    try:
        sandbox = await NamespaceSandbox.open()
    except SandboxUnavailable as error:
        return EngineReport("namespaces", False, error.message, error.remedy)
    await sandbox.aclose()
    return EngineReport("namespaces", True, "passed its self-test; reduced isolation")


def _ask_process() -> EngineReport:
    try:
        sandbox = ProcessSandbox()
    except SandboxUnavailable as error:
        return EngineReport("process", False, error.message, error.remedy)
    return EngineReport("process", True, sandbox.info.label)

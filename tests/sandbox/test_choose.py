"""Which sandbox is taken, and that the reason and the remedy are said whenever it is not the best one."""

from __future__ import annotations

import time

import pytest

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxUnavailable
from codesteer_tui.sandbox import choose
from codesteer_tui.sandbox.choose import choose_sandbox, survey
from codesteer_tui.sandbox.namespaces import NamespaceSandbox
from codesteer_tui.values import Program

NO_IMAGE = SandboxUnavailable("The engine is not ready: no image.", "codesteer sandbox build")
NO_NAMESPACES = SandboxUnavailable("Namespaces are forbidden.", "install docker")


@pytest.fixture
def no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(settings: SandboxSettings) -> None:
        raise NO_IMAGE

    monkeypatch.setattr(choose.DockerSandbox, "open", refuse)


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(**settings: str) -> None:
        raise NO_NAMESPACES

    monkeypatch.setattr(choose.NamespaceSandbox, "open", refuse)


@pytest.mark.docker
async def test_docker_is_taken_where_it_works(docker_image: str) -> None:
    sandbox = await choose_sandbox(SandboxSettings(image=docker_image))
    assert (sandbox.info.engine, sandbox.info.isolation) == ("docker", "container")
    await sandbox.aclose()


async def test_an_engine_without_our_image_falls_back_and_says_how_to_get_better(
    no_docker: None, namespace_sandbox: NamespaceSandbox
) -> None:
    sandbox = await choose_sandbox()
    assert (sandbox.info.engine, sandbox.info.label) == ("namespaces", "reduced isolation")
    assert (sandbox.info.detail, sandbox.info.remedy) == (NO_IMAGE.message, "codesteer sandbox build")
    assert sandbox.admits(Program("1", "model")) == "ask"


async def test_where_not_even_namespaces_work_only_the_demo_runs(
    no_docker: None, no_namespaces: None
) -> None:
    sandbox = await choose_sandbox()
    assert (sandbox.info.engine, sandbox.info.isolation) == ("process", "none")
    assert "no image" in sandbox.info.detail
    assert "forbidden" in sandbox.info.detail
    assert sandbox.info.remedy == "codesteer sandbox build"


async def test_on_windows_code_is_shown_not_run(
    no_docker: None, no_namespaces: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    sandbox = await choose_sandbox()
    assert (sandbox.info.engine, sandbox.info.isolation) == ("off", "not_run")


async def test_an_engine_that_was_named_and_does_not_work_is_an_error(
    no_docker: None, no_namespaces: None
) -> None:
    with pytest.raises(SandboxUnavailable, match="no image"):
        await choose_sandbox(SandboxSettings(engine="docker"))
    with pytest.raises(SandboxUnavailable, match="forbidden"):
        await choose_sandbox(SandboxSettings(engine="namespaces"))


async def test_naming_the_namespace_box_is_consent_unless_the_setting_says_never(
    namespace_sandbox: NamespaceSandbox,
) -> None:
    assert (await choose_sandbox(SandboxSettings(engine="namespaces"))).admits(Program("1", "model")) == "yes"
    strict = await choose_sandbox(SandboxSettings(engine="namespaces", reduced_isolation="never"))
    assert strict.admits(Program("1", "model")) != "yes"


async def test_off_is_off() -> None:
    assert (await choose_sandbox(SandboxSettings(engine="off"))).info.engine == "off"


async def test_a_machine_without_an_engine_is_surveyed_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    started = time.monotonic()
    reports = {report.name: report for report in await survey()}
    assert time.monotonic() - started < 8
    assert not reports["docker"].ok
    assert "/nowhere/docker.sock" in reports["docker"].detail
    assert reports["docker"].remedy
    assert reports["process"].ok

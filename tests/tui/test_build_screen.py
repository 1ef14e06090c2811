"""Building the sandbox image in the app: consent with the size, progress, and every way in which it can end."""

from __future__ import annotations

import asyncio
import functools
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from codesteer_tui.sandbox import images
from codesteer_tui.sandbox.images import Pull
from codesteer_tui.settings import Settings
from codesteer_tui.survey import Item
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.screens.live import LiveScreen
from codesteer_tui.tui.widgets.prompt import Prompt
from codesteer_tui.tui.widgets.welcome import BUILD, Welcome
from tests.boxes import LOCAL_BASE, docker_image, missing
from tests.tui.conftest import text_on

__all__ = ["docker_image"]


@pytest.fixture
def app(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings)


def said(app: CodesteerApp) -> str:
    """The lines of the build screen; nothing before it is there."""
    lines = [s for screen in app.screen_stack for s in screen.query("#build-lines").results(Static)]
    return str(lines[0].content) if lines else ""


async def until(pilot: Pilot[None], found: object, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not found():  # type: ignore[operator]
            await pilot.pause(0.05)


async def test_a_download_is_asked_for_with_its_size_and_no_is_the_safe_answer(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def pull_needed() -> Pull:
        return Pull("python:3.12-slim", 45 << 20, 125 << 20)

    monkeypatch.setattr(images, "pull_needed", pull_needed)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await pilot.press("tab")
        await app.run_action("build_image")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        asked = " ".join(str(s.content) for s in app.screen.query(Static))
        assert "python:3.12-slim" in asked
        assert "45 MiB" in asked
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("a")
        assert app.screen.query_one(Prompt).text == "a"
        assert "Nothing was downloaded" in text_on(app)
        assert "asking the engine" not in text_on(app)


async def test_without_an_engine_the_cause_and_the_remedy_are_shown(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    async with app.run_test(size=(100, 30)) as pilot:
        await app.run_action("build_image")
        await until(pilot, lambda: "->" in said(app))
        assert "no.sock" in said(app)


@pytest.mark.docker
async def test_the_image_is_built_and_its_name_is_shown(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch, docker_image: str
) -> None:
    if await images.pull_needed(LOCAL_BASE):
        missing(f"no image {LOCAL_BASE} to build on")
    monkeypatch.setattr(images, "pull_needed", functools.partial(images.pull_needed, LOCAL_BASE))
    monkeypatch.setattr(images, "build", functools.partial(images.build, LOCAL_BASE))
    async with app.run_test(size=(100, 30)) as pilot:
        await app.run_action("build_image")
        await until(pilot, lambda: "The image is ready" in said(app), 120)
        assert "built codesteer-sandbox:core-" in said(app)


async def test_the_welcome_offers_the_image_only_where_it_is_what_is_missing(app: CodesteerApp) -> None:
    def offered() -> bool:
        return any(option.id == BUILD for option in app.query_one("#examples", OptionList).options)

    async with app.run_test(size=(100, 30)):
        welcome = app.query_one(Welcome)
        await app.workers.wait_for_complete()
        welcome.put([Item("sandbox", "Sandbox", True, "reduced isolation", "codesteer sandbox build")])
        assert offered()
        welcome.put([Item("sandbox", "Sandbox", True, "Docker container", "")])
        assert not offered()

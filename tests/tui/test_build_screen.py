"""Building the sandbox image in the app: consent with the size, progress, and every way in which it can end."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox.docker import building
from codesteer_tui.sandbox.docker.building import Downloads, Pull
from codesteer_tui.settings import Settings
from codesteer_tui.survey import Item
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.choice import ChoiceScreen
from codesteer_tui.tui.screens.live import LiveScreen
from codesteer_tui.tui.widgets.prompt import Prompt
from codesteer_tui.tui.widgets.welcome import BUILD, Welcome
from tests.boxes import LOCAL_BASE, image_or_skip
from tests.tui.conftest import text_on, until


@pytest.fixture
def app(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings)


def said(app: CodesteerApp) -> str:
    """The lines of the build screen; nothing before it is there."""
    lines = [s for screen in app.screen_stack for s in screen.query("#build-lines").results(Static)]
    return str(lines[0].content) if lines else ""


def offers(app: CodesteerApp) -> list[str]:
    """The images that the person may choose from; none before the question is there."""
    if not isinstance(app.screen, ChoiceScreen):
        return []
    return [str(option.prompt) for option in app.screen.query_one(OptionList).options]


async def nothing_there(kind: str) -> building.Plan:
    return building.Plan("python:3.12-slim")


async def test_each_image_is_offered_with_what_it_downloads_and_none_is_the_safe_answer(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def downloads(kind: str, base: str) -> Downloads:
        pull = Pull("python:3.12-slim", 45 << 20, 125 << 20)
        return Downloads(pull, 128 << 20, 340 << 20) if kind == "sci" else Downloads(pull)

    monkeypatch.setattr(building, "plan", nothing_there)
    monkeypatch.setattr(building, "downloads", downloads)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await pilot.press("tab")
        await app.run_action("build_image")
        await until(pilot, lambda: offers(app))
        assert [offer.split(":")[0] for offer in offers(app)] == ["None now, go on without", "core", "sci"]
        asked = " ".join(str(s.content) for s in app.screen.query(Static))
        assert asked.count("The image python:3.12-slim is not here; pulling it downloads about 45 MiB") == 2
        assert "with pip: about 128 MiB" in asked
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("a")
        assert app.screen.query_one(Prompt).text == "a"
        assert "Nothing was downloaded" in text_on(app)
        assert "asking the engine" not in text_on(app)


async def test_an_image_whose_libraries_cannot_be_had_is_not_offered_and_why_is_said(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def downloads(kind: str, base: str) -> Downloads:
        if kind == "sci":
            raise SandboxError("There are no wheels for riscv64.")
        return Downloads()

    monkeypatch.setattr(building, "plan", nothing_there)
    monkeypatch.setattr(building, "downloads", downloads)
    async with app.run_test(size=(100, 30)) as pilot:
        await app.run_action("build_image")
        await until(pilot, lambda: offers(app))
        assert [offer.split(":")[0] for offer in offers(app)] == ["None now, go on without", "core"]
        asked = " ".join(str(s.content) for s in app.screen.query(Static))
        assert "core: is made from python:3.12-slim. Nothing is downloaded." in asked
        assert "sci: not here. There are no wheels for riscv64." in asked


async def test_without_an_engine_the_cause_and_the_remedy_are_shown(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    async with app.run_test(size=(100, 30)) as pilot:
        await app.run_action("build_image")
        await until(pilot, lambda: "->" in said(app))
        assert "no.sock" in said(app)


@pytest.mark.docker
@pytest.mark.parametrize(("presses", "kind"), [(1, "core"), (2, "sci")])
async def test_the_image_that_was_chosen_is_built_and_its_name_is_shown(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch, presses: int, kind: str
) -> None:
    await image_or_skip(kind)
    async with app.run_test(size=(100, 30)) as pilot:
        await app.run_action("build_image")
        await until(pilot, lambda: offers(app))
        asked = " ".join(str(s.content) for s in app.screen.query(Static))
        assert f"{kind}: is there already, made from {LOCAL_BASE}. Nothing is downloaded." in asked
        await pilot.press(*["down"] * presses, "enter")
        await until(pilot, lambda: "The image is ready" in said(app), 120)
        assert f"built codesteer-sandbox:{kind}-" in said(app)


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

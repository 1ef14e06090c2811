"""Weights get a role in the app: from the list of weights through that of models, for now or for good."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from codesteer_tui.config import Provider, Roles
from codesteer_tui.providers.opening import choose_role
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.screens.models import ModelsScreen
from codesteer_tui.tui.screens.weights import WeightsScreen
from tests.tui.conftest import text_on, until, words_on
from tests.tui.test_models_screen import Make, home, make
from tests.tui.test_packs import until_said
from tests.tui.test_weights_screen import NAME, fetch, folder, hub, mine, opened
from tests.weights import checkpoints
from tests.weights.fake_hub import FakeHub

pytestmark = pytest.mark.gguf
__all__ = ["folder", "home", "hub", "make", "mine"]
SIZE = (140, 40)


async def use(pilot: Pilot[None], app: CodesteerApp) -> ModelsScreen:
    """Press the key on the first of the list; gives the list of models."""
    await opened(pilot, app)
    assert "u use" in words_on(app), "the key line names it"
    await pilot.press("home", "u")
    await until(pilot, lambda: isinstance(app.screen, ModelsScreen))
    assert isinstance(app.screen, ModelsScreen)
    await until(pilot, lambda: all(r.key and not r.asking for r in app.screen.rows if r.choice))
    return app.screen


async def test_u_enter_has_weights_steer_for_now(make: Make, mine: Path, home: Path) -> None:
    app = make()
    async with app.run_test(size=SIZE) as pilot:
        screen = await use(pilot, app)
        assert [row.player for row in screen.rows] == [f"mine:{mine}"]
        await pilot.press("enter")
        await until(pilot, lambda: "for the next problem" in words_on(app))
        choice = choose_role(app.settings.config, "steerer")
        assert (choice.name, choice.model) == ("mine", str(mine))
        assert not (home / "user.toml").exists()
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WeightsScreen))
        await until(pilot, lambda: "plays steerer" in words_on(app))


async def test_a_wording_that_the_weights_were_not_trained_on_is_pointed_out(make: Make, mine: Path) -> None:
    mine.rename(mine.with_name("CodeSteer-v1-F16.gguf"))
    app = make()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await use(pilot, app)
        await pilot.press("enter")
        await until_said(app, pilot, "'published'")


async def test_what_is_saved_holds_in_the_next_run(make: Make, mine: Path, home: Path) -> None:
    (home / "user.toml").write_text('# mine\n[roles]\nsteerer = "rules"\n')
    app = make()
    async with app.run_test(size=SIZE) as pilot:
        await use(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: "for the next problem" in words_on(app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert 'steerer = "mine"' in words_on(app)
        await pilot.press("y")
        await until(pilot, lambda: "and [providers.mine] with it" in words_on(app))
    text = (home / "user.toml").read_text()
    assert text.startswith("# mine\n")
    assert tomllib.loads(text) == {
        "roles": {"steerer": "mine"},
        "providers": {"mine": {"kind": "llama_cpp", "model": str(mine)}},
    }


async def test_another_role_is_a_tab_away(make: Make, mine: Path, home: Path) -> None:
    app = make(roles=Roles(task_llm="demo", checker="off"))
    async with app.run_test(size=SIZE) as pilot:
        await use(pilot, app)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "for the next problem" in words_on(app))
        assert choose_role(app.settings.config, "checker").model == str(mine)
        assert app.settings.config.roles.steerer == "rules"


async def test_the_provider_that_has_the_file_is_given_the_role(make: Make, mine: Path) -> None:
    app = make(local=Provider(kind="llama_cpp", model=str(mine), threads=1))
    async with app.run_test(size=SIZE) as pilot:
        await use(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: "for the next problem" in words_on(app))
        assert choose_role(app.settings.config, "steerer").name == "local"
        assert "mine" not in app.settings.config.providers


async def test_another_provider_of_that_name_stays(make: Make, mine: Path, folder: Path) -> None:
    there = Provider(kind="llama_cpp", model=str(folder / "other.gguf"))
    app = make(mine=there)
    async with app.run_test(size=SIZE) as pilot:
        await use(pilot, app)
        assert app.settings.config.providers["mine"] == there
        assert app.settings.config.providers["mine-2"].model == str(mine)


async def test_what_cannot_be_used_says_what_to_do(make: Make, mine: Path, folder: Path) -> None:
    checkpoints.write(folder / "a-checkpoint")
    mine.write_bytes(mine.read_bytes()[:-1000])
    app = make()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        await pilot.press("home", "u")
        await until(pilot, lambda: "m makes a GGUF of it" in words_on(app))
        await pilot.press("down", "u")
        await until(pilot, lambda: "cannot be used: it is cut off" in words_on(app))
        await pilot.press("down", "u")
        await until(pilot, lambda: "It is not here. f fetches it." in words_on(app))
        assert isinstance(app.screen, WeightsScreen)


async def test_what_was_fetched_is_highlighted_and_the_key_is_named(
    make: Make, mine: Path, hub: FakeHub
) -> None:
    app = make()
    async with app.run_test(size=SIZE) as pilot:
        await fetch(pilot, app, NAME)
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: "u in the list of weights gives it a role" in words_on(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WeightsScreen) and "tiny.gguf" in text_on(app))
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        assert app.screen.query_one("#typed", Input).value == "tiny:"

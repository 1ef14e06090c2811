"""The command palette has the prompt packs; one that is chosen applies from the next problem on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input

from codesteer_tui.config import Provider, Roles
from codesteer_tui.settings import Settings
from codesteer_tui.settings.loading import Asked
from codesteer_tui.steering.pack_import import import_published
from codesteer_tui.tui.app import CodesteerApp
from tests.steering.published import write_checkout
from tests.tui.conftest import text_on, words_on


@pytest.fixture
def packed(tmp_path: Path, settings: Settings) -> Settings:
    """Settings with two packs of the person's own beside the configuration; one of them is broken."""
    import_published(write_checkout(tmp_path / "checkout"), tmp_path / "prompts")
    (tmp_path / "prompts" / "broken.toml").write_text('[guidance]\ncoed = "x"\n')
    return replace(settings, asked=Asked(config_file=tmp_path / "config.toml"))


async def choose(app: CodesteerApp, pilot: Pilot[None], words: str) -> None:
    """Open the palette, type, and take the first that it finds."""
    await pilot.press("ctrl+p")
    palette = app.screen
    assert isinstance(palette, CommandPalette)
    palette.query_one(Input).value = words
    async with asyncio.timeout(20):
        while words.lower() not in text_on(app).lower().partition("▁")[0].partition(words.lower())[2]:
            await pilot.pause(0.05)
        while app.screen is palette:
            await pilot.press("enter")
            await pilot.pause(0.05)


async def until_said(app: CodesteerApp, pilot: Pilot[None], words: str) -> None:
    async with asyncio.timeout(20):
        while words not in words_on(app):
            await pilot.pause(0.05)


async def test_a_pack_is_chosen_in_the_palette(packed: Settings) -> None:
    app = CodesteerApp(packed)
    async with app.run_test(size=(140, 45), notifications=True) as pilot:
        await choose(app, pilot, "pack: published")
        await until_said(app, pilot, "From the next problem on.")
        assert app.settings.config.steering.prompt_pack == "published"
        assert 'prompt_pack = "published"' in words_on(app)
        # Whoever is given a role afterwards does not bring the old pack back.
        app.use(packed)
        assert app.settings.config.steering.prompt_pack == "published"


async def test_the_palette_says_which_is_in_use_and_what_is_wrong(packed: Settings) -> None:
    app = CodesteerApp(packed)
    async with app.run_test(size=(140, 45), notifications=True) as pilot:
        commands = {c.title: c.help for c in app.get_system_commands(app.screen)}
        assert "Prompt pack: default (in use)" in commands
        assert "guidance.coed" in commands["Prompt pack: broken"]
        await choose(app, pilot, "pack: broken")
        await until_said(app, pilot, "The prompt pack stays default")
        assert app.settings.config.steering.prompt_pack == "default"


async def test_a_mismatch_is_pointed_out_when_it_is_chosen(packed: Settings) -> None:
    mine = Provider(
        kind="openai", model="gpt-x-fine-tuned-v3.gguf", base_url="http://127.0.0.1:9/v1", key="none"
    )
    config = msgspec.structs.replace(packed.config, roles=Roles(steerer="mine"), providers={"mine": mine})
    app = CodesteerApp(replace(packed, config=config))
    async with app.run_test(size=(140, 45), notifications=True) as pilot:
        await choose(app, pilot, "pack: published")
        await until_said(app, pilot, "gpt-x-fine-tuned-v3.gguf is not known to be trained on")
        assert "the prompt pack 'published'" in words_on(app)

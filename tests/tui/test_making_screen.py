"""Making weights in the app: a checkpoint becomes a GGUF, a GGUF a smaller one; Esc stops it and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.making import MakeScreen
from codesteer_tui.tui.screens.weights import WeightsScreen
from tests import tiny_gguf
from tests.tui.conftest import text_on, until, words_on
from tests.tui.test_weights_screen import folder as folder
from tests.tui.test_weights_screen import opened
from tests.weights import checkpoints

pytestmark = pytest.mark.gguf


async def making(pilot: Pilot[None], app: CodesteerApp) -> None:
    await opened(pilot, app)
    await pilot.press("m")
    await until(pilot, lambda: isinstance(app.screen, MakeScreen))


def names(folder: Path) -> list[str]:
    """What a person finds there."""
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".codesteer.json"))


async def test_a_checkpoint_becomes_a_gguf_and_that_a_smaller_one(settings, folder: Path) -> None:
    checkpoints.write(folder / "a-small", kind="BF16")
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await making(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: "Made:" in text_on(app))
        await pilot.press("escape")
        await until(
            pilot, lambda: "a-small-BF16.gguf" in text_on(app) and isinstance(app.screen, WeightsScreen)
        )
        await pilot.press("m")  # on what was made
        await until(pilot, lambda: isinstance(app.screen, MakeScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "Made:" in text_on(app))
        assert "16 of 16 matrices have rows whose length is no multiple of 256" in words_on(app)
    assert names(folder) == ["a-small", "a-small-BF16.gguf", "a-small-Q4_K_M.gguf"]


async def test_what_cannot_be_made_is_said_and_another_type_can_be_chosen(settings, folder: Path) -> None:
    checkpoints.write(folder / "a-small")
    (folder / "a-small" / "tokenizer.json").unlink()
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await making(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: "has no tokenizer.json" in words_on(app))
        checkpoints.trained().save(str(folder / "a-small" / "tokenizer.json"))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "Made:" in text_on(app))
    assert names(folder) == ["a-small", "a-small-Q8_0.gguf"]


async def test_esc_stops_it_and_leaves_nothing(settings, folder: Path) -> None:
    tiny_gguf.make(folder / "a-slow.gguf", layers=20)
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await making(pilot, app)
        assert isinstance(app.screen, MakeScreen)
        screen = app.screen
        at = [kind for kind, _ in screen._types].index("IQ3_S")
        await pilot.press(*["down"] * at, "enter")
        await until(pilot, lambda: "blk." in text_on(app))
        assert len(names(folder)) == 2
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WeightsScreen))
        assert names(folder) == ["a-slow.gguf"]


async def test_what_is_only_known_cannot_be_made_of(settings, folder: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("m")
        await until(pilot, lambda: "It is not here. f fetches it." in words_on(app))

"""Local weights that fail, in the app: what is wrong is on the screen, and the next problem is solved."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from textual.widgets import OptionList

from codesteer_tui.config import Provider, Roles
from codesteer_tui.providers.llama.process import Worker
from codesteer_tui.settings import Settings
from codesteer_tui.steering.asking import AGAIN
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.choice import ChoiceScreen
from tests.providers.test_llama_cpp import gone
from tests.tiny_gguf import make
from tests.tui.conftest import until, words_on
from tests.tui.test_live_screen import type_in
from tests.tui.test_warm_weights import over, started

pytestmark = pytest.mark.gguf

__all__ = ["started"]


def cut(path: Path, whole: Path) -> None:
    path.write_bytes(whole.read_bytes()[:-1000])


def of_another_architecture(path: Path, whole: Path) -> None:
    path.write_bytes(whole.read_bytes().replace(b"llama", b"zzama", 1))


def larger_than_memory(path: Path, whole: Path) -> None:
    shutil.copy(whole, path)
    os.truncate(path, 1 << 42)  # 4 TiB, sparse


def without_template(path: Path, whole: Path) -> None:
    make(path, template="")


def with_broken_template(path: Path, whole: Path) -> None:
    make(path, template="{% for m in %}")


def that_never_fit(path: Path, whole: Path) -> None:
    make(path, template="{{ 'all work and no play ' * 900 }}{{ messages[-1].content }}")


def for_a_huge_context(path: Path, whole: Path) -> None:
    make(path, context_length=1 << 30)


FAILING: dict[Callable[[Path, Path], None], str] = {
    cut: "is cut off",
    of_another_architecture: "unknown model architecture",
    larger_than_memory: "does not fit into memory",
    without_template: "has no chat template",
    with_broken_template: "chat template is broken",
    that_never_fit: "the context of local:weights holds",
    for_a_huge_context: "does not fit into memory",
}


def playing(settings: Settings, path: Path, **options: int) -> Settings:
    """Settings in which this file is the TaskLLM."""
    config = msgspec.structs.replace(
        settings.config,
        roles=Roles(task_llm="local", steerer="rules", checker="off"),
        providers={
            **settings.config.providers,
            "local": Provider(kind="llama_cpp", model=str(path), **options),  # type: ignore[arg-type]
        },
    )
    return Settings(config)


@pytest.mark.parametrize(("spoil", "said"), FAILING.items(), ids=lambda each: getattr(each, "__name__", ""))
async def test_weights_that_cannot_be_used_say_why_and_the_next_problem_is_solved(
    settings: Settings, tmp_path: Path, spoken_gguf: Path, spoil: Callable[[Path, Path], None], said: str
) -> None:
    path = tmp_path / "weights.gguf"
    spoil(path, spoken_gguf)
    app = CodesteerApp(
        playing(settings, path, context_tokens=1 << 30 if spoil is for_a_huge_context else 2048)
    )
    async with app.run_test(size=(160, 45)) as pilot:
        await type_in(pilot, "one")
        await until(pilot, lambda: said in words_on(app))
        await until(pilot, lambda: not app.live.running)
        path.unlink()
        shutil.copy(spoken_gguf, path)
        await type_in(pilot, "two")
        await until(pilot, lambda: over(app, "two"))


async def test_a_worker_that_is_killed_in_the_middle_of_an_answer_is_asked_about_and_replaced(
    settings: Settings, random_gguf: Path, started: list[Worker]
) -> None:
    app = CodesteerApp(playing(settings, random_gguf, max_tokens=6000))

    def answers() -> bool:
        rounds = app.live.desk.transcript.rounds if app.live.desk else []
        return bool(rounds) and bool(rounds[0].answer_so_far)

    async with app.run_test(size=(160, 45)) as pilot:
        await type_in(pilot, "one")
        await until(pilot, answers)
        os.kill(started[0].pid, signal.SIGKILL)
        await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
        await until(pilot, lambda: "SIGKILL" in words_on(app))
        options = app.screen.query_one(OptionList)
        options.highlighted = [str(option.prompt) for option in options.options].index(AGAIN)
        await pilot.press("enter")
        await until(pilot, lambda: len(started) == 2 and answers())
        await pilot.press("escape", "escape")  # the first one may be the dialog's
        await until(pilot, lambda: not app.live.running)
        assert "STOPPED" in words_on(app)
    assert all(gone(worker.pid) for worker in started)

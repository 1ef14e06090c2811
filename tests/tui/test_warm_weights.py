"""Local weights in the app: loaded once for all problems, and gone with it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codesteer_tui.config import Provider, Roles
from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.process import Worker
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from tests.providers.test_llama_cpp import gone
from tests.tui.conftest import until
from tests.tui.test_live_screen import type_in

pytestmark = pytest.mark.gguf


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Worker]:
    """Every worker that is started."""
    workers: list[Worker] = []
    start = Worker.start.__func__  # type: ignore[attr-defined]

    async def noting(cls: type[Worker], load: wire.Load, log_path: Path | None) -> Worker:
        workers.append(await start(cls, load, log_path))
        return workers[-1]

    monkeypatch.setattr(Worker, "start", classmethod(noting))
    return workers


@pytest.fixture
def local(settings: Settings, spoken_gguf: Path) -> Settings:
    config = msgspec.structs.replace(
        settings.config,
        roles=Roles(task_llm="local", steerer="rules", checker="off"),
        providers={**settings.config.providers, "local": Provider(kind="llama_cpp", model=str(spoken_gguf))},
    )
    return Settings(config)


def over(app: CodesteerApp, question: str) -> bool:
    """Whether the run of this problem has ended with an answer in it."""
    desk = app.live.desk
    if desk is None or app.live.running or not desk.transcript.rounds:
        return False
    problem = desk.transcript.problem
    return bool(problem) and problem.question == question and desk.transcript.round(0).answer is not None


async def test_weights_are_loaded_once_for_all_problems_and_go_with_the_app(
    local: Settings, started: list[Worker]
) -> None:
    app = CodesteerApp(local)
    async with app.run_test(size=(160, 45)) as pilot:
        for question in ("one", "two"):
            await type_in(pilot, question)
            await until(pilot, lambda question=question: over(app, question))
        assert [gone(worker.pid) for worker in started] == [False]
    assert [gone(worker.pid) for worker in started] == [True]

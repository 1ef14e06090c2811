"""Weights are called by the name of their file: a path is long, and a run does not know it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.config import Provider, Roles
from codesteer_tui.settings import Settings
from codesteer_tui.survey import Item
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.players import columns, label, players_of
from codesteer_tui.tui.screens.live import LiveScreen
from codesteer_tui.tui.widgets.status import fit, top_items
from codesteer_tui.tui.widgets.welcome import INDENT, Welcome
from codesteer_tui.values import RoleInfo
from tests.recordings.build import game24
from tests.test_survey import weights
from tests.tui.conftest import FakeSession, opener, text_on, until
from tests.tui.test_live_screen import is_idle, type_in
from tests.tui.test_models_screen import Make, home, make

__all__ = ["home", "make"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return weights(tmp_path / ("a-rather-long-name-of-a-folder" * 3) / "codesteer-v1-Q4_K_M.gguf")


def test_the_rows_and_the_roles_have_the_name_of_the_file(file: Path, settings: Settings) -> None:
    local = {"cp": Provider(kind="llama_cpp", model=str(file))}
    config = type(settings.config)(providers=local, roles=Roles(steerer=f"cp:{file.parent}/./{file.name}"))
    assert label(config, "steerer") == "cp:codesteer-v1-Q4_K_M.gguf"
    rows = [row for row in players_of(Settings(config), "steerer") if row.choice]
    assert [row.player for row in rows] == [f"cp:{file}"], "the same file is one row, however it is written"
    assert "cp:codesteer-v1-Q4_K" in "".join(text for text, _ in columns(rows[0], 76))


async def test_who_has_played_is_not_announced_as_the_next(
    make: Make, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make(cp=Provider(kind="llama_cpp", model=str(file)))
    who = RoleInfo("cp", "llama_cpp", file.name, f"cp:{file.stem}")
    events = [ev.RoleChanged(role="steerer", before=who, after=who), *game24()]
    events.append(ev.RoleChanged(role="steerer", before=who, after=who, round=2))
    monkeypatch.setattr(sessions, "open_session", opener(FakeSession(events)))
    async with app.run_test(size=(120, 40)) as pilot:
        app.choose("steerer", "cp")
        await until(pilot, lambda: "steerer" in app.chosen)
        await type_in(pilot, "q")
        await until(pilot, lambda: is_idle(app))
        assert isinstance(app.screen, LiveScreen)
        assert app.screen.pending == {}
        assert "next" not in text_on(app).splitlines()[0]


async def test_a_long_word_of_what_is_ready_stays_in_its_column(settings: Settings, file: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "+ TaskLLM" in text_on(app))
        said = f"[roles] steerer = 'cp:{file}'"
        app.screen.query_one(Welcome).put([Item("steerer", "Steerer", True, said, f"see {file}")])
        await until(pilot, lambda: "+ Steerer" in text_on(app))
        lines = text_on(app).splitlines()
        start = next(at for at, line in enumerate(lines) if "+ Steerer" in line)
        box = [line.partition("│ ")[2] for line in lines[start : start + 3]]
        assert [line[:INDENT].strip() for line in box] == ["+ Steerer", "", ""]
        assert all(line[INDENT : INDENT + 1].strip() for line in box)


def test_a_long_name_is_shortened_before_the_steerer_leaves_the_title() -> None:
    transcript = Transcript.of(game24())
    for role, name in (("task_llm", "local:Llama-3.1-8B-Instruct"), ("steerer", "cp:CodeSteer-v1-Q4_K_M")):
        transcript.roles[role] = RoleInfo("cp", "llama_cpp", name, name)  # type: ignore[index]
    shown = "".join(p if isinstance(p, str) else p[0] for p in fit(top_items(transcript, "REC"), 78))
    assert "STEER cp:CodeSt" in shown
    assert "TASK local:" in shown

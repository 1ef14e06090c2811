"""Every row of the key table is pressed in its place in the real app, and its action arrives where it is handled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual import actions
from textual.dom import DOMNode
from textual.pilot import Pilot

from codesteer_tui.sessions.store import Recording, read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.keys import KEYS
from codesteer_tui.tui.keys.row import Key, Where
from codesteer_tui.tui.screens.comparing import CompareScreen
from codesteer_tui.tui.screens.finding import FindScreen
from codesteer_tui.tui.screens.mode import ModeScreen, Wish
from codesteer_tui.tui.screens.models import ModelsScreen
from codesteer_tui.tui.screens.puzzle import PuzzleScreen
from codesteer_tui.tui.screens.settings import SettingsScreen
from codesteer_tui.tui.screens.tasks import TasksScreen
from codesteer_tui.tui.screens.weights import WeightsScreen
from codesteer_tui.tui.screens.writing import WritingScreen
from codesteer_tui.tui.stepping import BEHIND, INSTEAD
from codesteer_tui.tui.widgets.decision import DecisionPanel
from codesteer_tui.values import Question
from tests.recordings.build import HERE, game24, puzzle
from tests.tui.conftest import text_on, to_sessions, until
from tests.tui.test_comparing import otherwise

Go = Callable[[Pilot[None]], Awaitable[None]]

SAME = {"scroll_down": "scroll", "scroll_up": "scroll", "scroll_home": "edge", "scroll_end": "edge"} | {
    "page_down": "page",
    "page_up": "page",
}
"""What a list or a text with the focus does itself, where the dialog around it would do the same."""

HANDLED = {
    *("copy", "send", "newline", "history", "complete", "edit", "empty", "find_keep", "to_knobs", "decide"),
    *("choose_mode", "change_setting", "save_setting", "write_line", "write_way", "write_done", "edit_done"),
}
"""What a widget handles as it is typed, without an action: `test_typed_keys` presses it and looks what comes of it."""


async def _by(pilot: Pilot[None], *keys: str, shows: str = "") -> None:
    await pilot.press(*keys)
    await until(pilot, lambda: shows in text_on(pilot.app))
    await pilot.pause()


def pressing(*keys: str, shows: str = "") -> Go:
    return lambda pilot: _by(pilot, *keys, shows=shows)


async def to_find(pilot: Pilot[None]) -> None:
    await pilot.press("ctrl+f")
    await until(pilot, lambda: isinstance(pilot.app.screen, FindScreen) and pilot.app.focused is not None)


async def to_settings(pilot: Pilot[None]) -> None:
    await pilot.press("f2")
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen) and pilot.app.focused is not None)


async def to_knobs(pilot: Pilot[None]) -> None:
    await to_tasks(pilot)
    await pilot.press("enter")
    await pilot.pause()


async def to_tasks(pilot: Pilot[None]) -> None:
    await pilot.press("f3")
    await until(
        pilot, lambda: isinstance(pilot.app.screen, TasksScreen) and pilot.app.screen.problem is not None
    )


async def to_trying(pilot: Pilot[None]) -> None:
    await to_tasks(pilot)
    await pilot.press("t")
    await pilot.pause()


async def to_setting(pilot: Pilot[None]) -> None:
    await pilot.press("f2", "slash", *"max_rounds", "enter", "enter")
    await until(pilot, lambda: not isinstance(pilot.app.screen, SettingsScreen))
    await pilot.pause()


async def to_models(pilot: Pilot[None]) -> None:
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(pilot.app.screen, ModelsScreen))
    await pilot.pause()


async def to_weights(pilot: Pilot[None]) -> None:
    pilot.app.action_weights()  # type: ignore[attr-defined]
    await until(pilot, lambda: isinstance(pilot.app.screen, WeightsScreen) and bool(pilot.app.screen.rows))


async def to_modes(pilot: Pilot[None]) -> None:
    await pilot.app.push_screen(ModeScreen(Wish("approve", True)))
    await pilot.pause()


async def to_writing(pilot: Pilot[None]) -> None:
    await pilot.app.push_screen(WritingScreen("Write", "How?", "", ways=(BEHIND, INSTEAD)))
    await pilot.pause()


async def to_editing(pilot: Pilot[None]) -> None:
    await pilot.app.push_screen(WritingScreen("Edit", "How?", "print(1)", code=True))
    await pilot.pause()


async def to_compare(pilot: Pilot[None]) -> None:
    pair = [Recording(Path("a.jsonl"), game24(), []), Recording(Path("b.jsonl"), otherwise(), [])]
    await pilot.app.push_screen(CompareScreen(pair))
    await pilot.pause()


async def to_decision(pilot: Pilot[None]) -> None:
    live = pilot.app.live  # type: ignore[attr-defined]
    question = Question("approve_guidance", "Send it?", ("End here", "Send it"))
    live.run_worker(live.stepping.ask(question))
    await until(pilot, lambda: bool(live.query(DecisionPanel)) and live.query_one(DecisionPanel).question)
    live.set_focus(live.query_one(DecisionPanel).options_list)
    await pilot.pause()


async def to_puzzle(pilot: Pilot[None]) -> None:
    await pilot.press("2", "v")
    await until(pilot, lambda: isinstance(pilot.app.screen, PuzzleScreen))
    await pilot.pause()


ON_A_RECORD: dict[Where, Go] = {
    "desk": pressing("2"),
    "pane": pressing("2"),
    "flags": pressing("4"),
    "replay": pressing("2"),
    "find": to_find,
    "inspector": pressing("2", "p", shows="Prompts of"),
    "difference": pressing("left_square_bracket", "d", shows="Code of"),
    "puzzle": to_puzzle,
    "compare": to_compare,
}
IN_THE_APP: dict[Where, Go] = {
    "anywhere": pressing(),
    "dialog": pressing("f1", shows="Help"),
    "search": pressing("f1", shows="Help"),
    "sessions": to_sessions,
    "models": to_models,
    "weights": to_weights,
    "tasks": to_tasks,
    "knobs": to_knobs,
    "trying": to_trying,
    "decision": to_decision,
    "writing": to_writing,
    "editing": to_editing,
    "modes": to_modes,
    "settings": to_settings,
    "setting": to_setting,
    "logs": pressing("f8"),
    "charts": pressing("f12"),
}
WAYS = {**ON_A_RECORD, **IN_THE_APP}


def app_for(settings: Settings, where: Where) -> CodesteerApp:
    if where not in ON_A_RECORD:
        return CodesteerApp(settings)
    events = puzzle() if where == "puzzle" else read_recording(HERE / "demo_game24.jsonl").events
    return CodesteerApp(settings, recording=Recording(Path("shown.jsonl"), events, []))


def row_of(where: Where) -> list[Key]:
    return [row for row in KEYS if row.where == where and row.id not in HANDLED]


@pytest.mark.parametrize("where", WAYS)
async def test_every_key_reaches_its_action_in_its_place(
    settings: Settings, where: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codesteer_tui.tui.widgets.decision.GRACE_S", 0.0)
    app = app_for(settings, where)
    arrived: list[tuple[str, tuple[object, ...]]] = []

    async def take(target: DOMNode, name: str, params: tuple[object, ...]) -> bool:
        if name in SAME and not getattr(target, "allow_vertical_scroll", True):
            return False  # as Textual does it: there is nothing to scroll
        handled = any(hasattr(target, f"{start}action_{name}") for start in ("", "_"))
        arrived.append((name if handled else f"{name}, which {target} has not", params))
        return True

    missed = []
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await WAYS[where](pilot)
        monkeypatch.setattr(app, "_dispatch_action", take)
        for row in row_of(where):
            for key in row.keys.split(","):
                arrived.clear()
                await pilot.press(key)
                _, name, params = actions.parse(row.action)
                done = [SAME.get(arrived[0][0])] if arrived else []
                if arrived != [(name, params)] and done != [name]:
                    missed.append((row.id, key, row.action, list(arrived)))
    assert missed == []


def test_every_place_of_the_table_is_gone_to() -> None:
    assert {row.where for row in KEYS if row.id not in HANDLED} == set(WAYS)

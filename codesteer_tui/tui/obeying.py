"""What the first screen does with what was sent: a command is obeyed, a task is made, files are put in."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from codesteer_tui.problem import Problem, pose
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.steering.stepping import MODES
from codesteer_tui.symbench.registry import MODULES
from codesteer_tui.text import plain
from codesteer_tui.tui import browsing
from codesteer_tui.tui.commands import Typed
from codesteer_tui.tui.completing import Known, Offers, offers_at
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.references import task_named, text_meant
from codesteer_tui.tui.taking import copy_thing, export
from codesteer_tui.tui.things import THINGS
from codesteer_tui.tui.words import cut
from codesteer_tui.values import SteeringMode

if TYPE_CHECKING:
    from codesteer_tui.settings import Settings
    from codesteer_tui.tui.app import CodesteerApp
    from codesteer_tui.tui.screens.live import LiveScreen


def folder() -> Path:
    """Where files behind `@` are looked for."""
    return Path.cwd()


def offers(settings: Settings, text: str, cursor: int) -> Offers | None:
    """What the prompt offers at the cursor."""
    things = tuple((name, thing.about) for name, thing in THINGS.items())
    players = partial(_players, settings)
    called = titles() if "@" in text else {}
    return offers_at(text, cursor, Known(players, tuple(MODES.items()), things, folder(), called))


_titles: dict[str, str] = {}
_asked = threading.Event()


def titles() -> Mapping[str, str]:
    """What tasks are called, as far as it is known: to import them all takes longer than a key may wait."""
    if not _asked.is_set():
        _asked.set()
        threading.Thread(target=_read_titles, name="titles of tasks", daemon=True).start()
    return _titles


def _read_titles() -> None:
    for task_id in MODULES:
        _titles[task_id] = browsing.task_of(task_id).title


def _players(settings: Settings, role: str) -> list[str]:
    with importing:
        from codesteer_tui.tui.players import SPECIAL  # slow to import

    config = settings.config
    named = [f"{n}:{p.model}" if p.model and p.kind != "demo" else n for n, p in config.providers.items()]
    able = [name for name in named if role != "steerer" or name != "demo"]
    return [*SPECIAL[role], *able]  # type: ignore[index]


async def obey(screen: LiveScreen, typed: Typed) -> str:
    """Do what a command says; gives what is wrong with it, empty where nothing is."""
    app: CodesteerApp = screen.app  # type: ignore[assignment]
    command, rest = typed.command, typed.rest
    if command is None:
        return typed.hint
    if rest and not command.takes:
        return f"{command.word} takes nothing behind it."
    if command.needs and not rest:
        return f"{command.word} needs something behind it: {command.takes}."
    if command.role:
        app.choose(command.role, rest) if rest else app.open_models(command.role)
    elif command.word == "/models":
        app.open_models()
    elif command.word == "/mode" and rest:
        return _mode(screen, rest)
    elif command.word == "/hint" and rest:
        return screen.stepping.hint(rest)
    elif command.word == "/copy":
        return copy_thing(screen, rest)
    elif command.word == "/export":
        return await export(screen, rest)
    elif command.word == "/find":
        await _find(screen, rest)
    else:
        await app.run_action(f"app.{command.action}")
    return ""


def _mode(screen: LiveScreen, name: str) -> str:
    if name not in MODES:
        return f"There is no mode {cut(plain(name), 24)}. There are: {', '.join(MODES)}."
    mode: SteeringMode = name
    screen.stepping.choose_mode(mode)
    screen.notify(MODES[mode], title=f"Mode: {mode}", markup=False)
    return ""


async def _find(screen: LiveScreen, words: str) -> None:
    desk = screen.desk
    if desk is None or not words:
        screen.action_find()
        return
    await desk.seeking.seek(words)
    if desk.seeking.matches:
        screen.set_focus(desk.pane)
    else:
        await desk.seeking.forget()
        screen.notify(f"{cut(plain(words), 40)!r} is in no pane and round.", title="Not found", markup=False)


async def posed(text: str, quoted: frozenset[str]) -> Problem:
    """The problem that was sent: of a task where it names one, with the texts of the files that it names.

    Raises:
        ProblemError: it is empty or too long, it names what there is not, a knob or a file cannot be used.
    """
    if choice := task_named(text):
        return await in_thread(partial(browsing.make, choice))
    return pose(text_meant(text, quoted, folder()))

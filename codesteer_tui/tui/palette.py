"""The commands of the palette: those of the key table, and what has no key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from codesteer_tui.tui import taking
from codesteer_tui.tui.keys import name, table
from codesteer_tui.tui.packs import pack_commands
from codesteer_tui.tui.screens.desk_screen import DeskScreen

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp

GOING_ON = {
    "resume": "Go on with this session",
    "fork": "Fork this session",
    "baselines": "Baselines of this problem",
    "compare": "Compare this session",
}
"""What the palette calls the keys with which one goes on from a record."""


def palette_commands(app: CodesteerApp, screen: Screen[object]) -> Iterator[SystemCommand]:
    """The commands that can be found while `screen` is shown."""
    for key in table(app):
        if key.action.startswith("app.") and key.id not in ("palette", "copy", "quit"):
            yield SystemCommand(
                key.does[0].upper() + key.does[1:],
                f"key {name(key)}",
                lambda action=key.action: app.run_action(action),
            )
    for role, who in (("task_llm", "TaskLLM"), ("steerer", "steerer"), ("checker", "checker")):
        yield SystemCommand(
            f"Choose the {who}",
            "another model for this role, from the next round",
            lambda role=role: app.open_models(role),
        )
    yield from pack_commands(app)
    if isinstance(screen, DeskScreen) and screen.desk:
        yield from taking.commands(screen)
        for key in table(app):
            if key.id in GOING_ON:
                yield SystemCommand(
                    GOING_ON[key.id],
                    f"key {name(key)}: {key.does}",
                    lambda action=key.action: screen.run_action(action.removeprefix("screen.")),
                )
    yield SystemCommand(
        "Build the sandbox image",
        "a Docker container for every program; asks before it downloads",
        app.action_build_image,
    )
    yield SystemCommand(
        "Weights of local models",
        "the files on this machine: list, fetch, make, check, use, remove",
        app.action_weights,
    )
    yield SystemCommand("Theme", "choose the colours; each is seen while you move", app.action_change_theme)
    if app.can_suspend:
        yield SystemCommand(
            "Suspend",
            "back to the shell; fg brings the app back. Containers end after 30 s of it",
            app.action_suspend_process,
        )
    yield SystemCommand("Quit", "leave the app", app.action_quit)

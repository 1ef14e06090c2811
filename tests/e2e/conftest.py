"""The desk of the command's tests, and a terminal on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.cli.conftest import COMMAND, Desk, desk
from tests.e2e.terminal import Terminal

__all__ = ["desk"]


@pytest.fixture
def open_terminal(desk: Desk) -> Iterator[Callable[..., Terminal]]:
    """Opens the command with these arguments in a terminal; it is closed when the test ends."""
    opened: list[Terminal] = []

    def start(*arguments: str, columns: int = 160, rows: int = 45) -> Terminal:
        terminal = Terminal([*COMMAND, *arguments], desk.folder, desk.env, columns=columns, rows=rows)
        opened.append(terminal)
        return terminal

    yield start
    for terminal in opened:
        terminal.close()

"""Where a bug in one drawing ends: it is shown in its pane, and the rest of the screen goes on."""

from __future__ import annotations

import traceback

from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.journal import APP

strict = False
"""Tests set this: a bug then goes on its way and fails the test."""


def bug_blocks(error: Exception, what: str) -> list[Block]:
    """What is shown in place of something that could not be drawn."""
    APP.error("%s cannot be drawn", what, exc_info=error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return [
        block("bad", f"x {what} cannot be drawn: {type(error).__name__}: {error}{where}"),
        block("note", "-> This is a bug in codesteer; please report it with the session file."),
        block("note", "   The run goes on and is recorded. codesteer replay --text prints all of it."),
    ]

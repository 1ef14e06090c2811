"""What is printed where the app breaks off."""

from __future__ import annotations

from rich.traceback import Traceback

from codesteer_tui.providers.keys.hiding import hide_keys


def safe_traceback() -> Traceback:
    """The traceback of the error that is being handled, without local variables and keys."""
    shown = Traceback(show_locals=False, width=None)
    for stack in shown.trace.stacks:
        stack.exc_value = hide_keys(stack.exc_value)
    return shown

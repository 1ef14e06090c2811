"""Whether a widget is still there to be drawn on."""

from __future__ import annotations

from textual.widget import Widget


def is_there(widget: Widget) -> bool:
    """False from the moment a widget starts to go away.

    A run outlives the await in which its screen is closed by a moment; drawing then would find the children
    gone. Textual reports a widget that is being removed as not displayed.
    """
    return widget.is_attached and widget.display

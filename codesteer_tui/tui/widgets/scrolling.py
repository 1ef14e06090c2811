"""Scrolling by keys that come quickly one after the other."""

from __future__ import annotations

from typing import Any

from textual.widget import Widget


class ScrollsAtOnce(Widget):
    """A widget whose scrolling is not put off to the next refresh; behind the widget that it makes so among the bases.

    Textual reckons where a key leads from where the last one has led to: keys of one burst would all lead to one place.
    """

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """As `Widget.scroll_to`, now."""
        super().scroll_to(x, y, **{**options, "immediate": True})

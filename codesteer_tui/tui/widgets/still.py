"""Text that is drawn anew again and again, mostly as it is already: then nothing is laid out or painted."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widget import Widget
from textual.widgets import Static


class LaidOnce(Widget):
    """A widget whose bar never comes or goes: its new size asks for no second layout behind the first."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))


class Still(Static, LaidOnce):
    """A `Static` that stays as it is where it is to show what it shows."""

    is_fixed: ClassVar[bool] = False
    """Whether its size does not depend on its text, so that another text needs no layout."""

    _shown: Content | None = None

    def put_text(self, content: Content) -> None:
        """Show this, never read as markup."""
        if self._shown is None or not content.is_same(self._shown):
            self._shown = content
            self.update(content, layout=not self.is_fixed)

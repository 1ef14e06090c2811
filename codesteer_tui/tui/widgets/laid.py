"""Text that is laid out anew for every width, by rules of its own; a bug in them is shown and goes no further."""

from __future__ import annotations

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from codesteer_tui.tui import boundary


class Laid(Visual):
    """What `laid_out` makes for a width is kept until the width changes."""

    _width = 0
    _shown = Content("")

    @property
    def shown(self) -> str:
        """The text as it was last laid out."""
        return self._shown.plain

    def at(self, width: int) -> Content:
        """The text as it looks with this many columns."""
        if width != self._width:
            try:
                shown = self.laid_out(width)
            except Exception as error:
                if boundary.strict:
                    raise
                shown = Content("\n".join(b.text for b in boundary.bug_blocks(error, "This part")))
            self._width, self._shown = width, shown
        return self._shown

    def laid_out(self, width: int) -> Content:
        """The text as it is to look."""
        raise NotImplementedError

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        return self.at(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self.at(width).get_height(rules, width)

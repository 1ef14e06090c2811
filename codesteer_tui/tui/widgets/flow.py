"""Blocks of a text that streams in, drawn in one widget: to lay out one is much less work than dozens, many times a
second. It looks as the widgets of the same blocks look, but nothing in it can be clicked or selected."""

from __future__ import annotations

from collections.abc import Mapping

from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from codesteer_tui.tui.blocks import Block
from codesteer_tui.tui.widgets.visuals import visual_of

MUTED = "$text-muted"
MUTED_ALPHA = 0.6
"""What `$text-muted` takes of black or white, whichever stands out, in Textual's own themes."""

STYLES = {
    "dim": MUTED,
    "note": f"italic {MUTED}",
    "code": "on $surface",
    "good": "bold $text-success",
    "bad": "bold $text-error",
    "unsure": "bold $text-warning",
}
"""How a kind of block differs from the text around it, as the style sheet of the desk says it."""

INDENT = {"quote": 2}
"""Columns by which a kind of block stands in."""


class Piece:
    """One block as it was drawn last."""

    def __init__(self, shown: Block, visual: Visual) -> None:
        self.shown, self.visual = shown, visual
        self._drawn_for: tuple[int, Style] | None = None
        self.drawn: list[Strip] = []
        self._measured: tuple[int, int] | None = None
        """The rows that it takes, behind the columns that they were counted for."""

    def rows(self, width: int, style: Style, options: RenderOptions) -> list[Strip]:
        """The rows of the block, each as wide as there is room."""
        if self._drawn_for != (width, style):
            indent = INDENT.get(self.shown.kind, 0)
            own = _own(self.shown.kind, style, options)
            rows = self.visual.render_strips(max(1, width - indent), None, own, options)
            blank = own.rich_style
            self.drawn = [Strip.join([Strip.blank(indent, blank), row]) if indent else row for row in rows]
            self.drawn = [row.adjust_cell_length(width, blank) for row in self.drawn]
            self._drawn_for = (width, style)
        return self.drawn

    def height(self, rules: RulesMap, width: int) -> int:
        """Rows that the block takes with so many columns."""
        if self._drawn_for is not None and self._drawn_for[0] == width:
            return len(self.drawn)
        if self._measured is None or self._measured[0] != width:
            indent = INDENT.get(self.shown.kind, 0)
            self._measured = width, self.visual.get_height(rules, max(1, width - indent))
        return self._measured[1]


def _own(kind: str, style: Style, options: RenderOptions) -> Style:
    """The style of a kind of block over that of the text around it."""
    own = style + options.get_style(STYLES.get(kind, ""))
    if own.foreground is not None and own.foreground.auto and own.background is not None:
        # Textual takes "auto 60%" for "auto" here, and the muted words would be the brightest
        return own + Style(foreground=own.background + own.background.get_contrast_text(MUTED_ALPHA))
    return own


class Flow(Visual):
    """The last rows of the blocks of a flow, and the first block's where that is a note on what is above.

    What is there already from what was shown before is not drawn again.
    """

    def __init__(self, shown: Block, had: Mapping[Block, Piece] = {}) -> None:
        self.rows = shown.rows
        self.pieces = [had.get(inner) or Piece(inner, visual_of(inner)) for inner in shown.inner]

    @property
    def is_cut(self) -> bool:
        """Whether the blocks have a note on what is above, or more rows than are shown."""
        drawn = sum(len(piece.drawn) for piece in self.pieces)
        return drawn > self.rows or any(piece.shown.kind == "note" for piece in self.pieces[:1])

    def followed_by(self, shown: Block) -> Flow:
        """What is shown next, mostly the same."""
        return Flow(shown, {piece.shown: piece for piece in self.pieces})

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        bare = RenderOptions(options.get_style, options.rules, None, None)
        found = [piece.rows(width, style, bare) for piece in self.pieces]
        above = found.pop(0) if self.pieces and self.pieces[0].shown.kind == "note" else []
        rows = [row for part in found for row in part]
        return [*above, *rows[-max(1, self.rows - len(above)) :]][:height]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        return min(self.rows, sum(piece.height(rules, width) for piece in self.pieces))

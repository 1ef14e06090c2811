"""Short texts side by side, each under a heading, or one below the other where it is narrow; and hanging lines."""

from __future__ import annotations

from itertools import zip_longest

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

LEAST = 13
"""With fewer columns for each the texts stand one below the other."""

GAP = 2


class Laid(Visual):
    """Text that is laid out anew for every width."""

    _width = 0
    _shown = Content("")

    @property
    def shown(self) -> str:
        """The text as it was last laid out."""
        return self._shown.plain

    def at(self, width: int) -> Content:
        """The text as it looks with this many columns."""
        if width != self._width:
            self._width, self._shown = width, self.laid_out(width)
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


class Columns(Laid):
    """Headings and texts in turn, as the parts of a block."""

    def __init__(self, cells: list[Content]) -> None:
        self.cells = cells

    def laid_out(self, width: int) -> Content:
        pairs = list(zip(self.cells[::2], self.cells[1::2], strict=True))
        each = (width - GAP * (len(pairs) - 1)) // max(1, len(pairs))
        if each < LEAST:
            across = max((len(head.rstrip("\n")) for head, _ in pairs), default=0) + GAP
            return Content("\n").join(
                head.rstrip("\n").pad_right(across - len(head.rstrip("\n"))) + text.rstrip("\n")
                for head, text in pairs
            )
        stacks = [[line for cell in pair for line in cell.rstrip("\n").wrap(each)] for pair in pairs]
        rows: list[Content] = []
        for row in zip_longest(*stacks, fillvalue=Content("")):
            padded = [cell.pad_right(max(0, each + GAP - cell.cell_length)) for cell in row[:-1]]
            rows.append(Content("").join([*padded, row[-1]]))
        return Content("\n").join(rows)


class Hanging(Laid):
    """One text whose further lines stand in."""

    def __init__(self, text: Content, indent: int) -> None:
        self.text, self.indent = text, indent

    def laid_out(self, width: int) -> Content:
        first, *others = self.text.wrap(max(1, width)) or [Content("")]
        whole = self.text.plain
        if others and whole.startswith(first.plain):
            behind = whole[len(first.plain) :]
            rest = self.text[len(whole) - len(behind.lstrip()) :]
            others = [line.pad_left(self.indent) for line in rest.wrap(max(1, width - self.indent))]
        return Content("\n").join([first, *others])

"""Short texts side by side, each under a heading, or one below the other where it is narrow; and hanging lines."""

from __future__ import annotations

from itertools import zip_longest

from textual.content import Content

from codesteer_tui.tui.widgets.laid import Laid

LEAST = 13
"""With fewer columns for each the texts stand one below the other."""

GAP = 2


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


class HangingLines(Laid):
    """Lines of which each has what does not fit into it stand in below it."""

    def __init__(self, text: Content, indent: int) -> None:
        self.text, self.indent = text, indent

    def laid_out(self, width: int) -> Content:
        lines = self.text.split("\n", allow_blank=True)
        indent = min(self.indent, width // 2)
        return Content("\n").join(Hanging(line, indent).laid_out(width) for line in lines)

    def row_of(self, at: int, width: int) -> int:
        """The row on which the character `at` of the text stands."""
        return len(HangingLines(self.text[: at + 1], self.indent).laid_out(width).plain.split("\n")) - 1

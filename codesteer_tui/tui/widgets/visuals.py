"""How a block is drawn."""

from __future__ import annotations

from itertools import accumulate, pairwise

from textual.content import Content, Span
from textual.visual import Visual

from codesteer_tui.tui.blocks import Block
from codesteer_tui.tui.importing import importing

HANGING = 6
"""Columns by which the further lines of a flag stand in."""


def visual_of(shown: Block) -> Visual:
    """A block that is no flow as Textual shows it. Text is never read as markup."""
    marks = [Span(*mark) for mark in shown.marks]
    if shown.kind in ("code", "listing"):
        with importing:
            from codesteer_tui.tui.widgets.code import FoldedCode, highlighted  # pygments is slow to import
            from codesteer_tui.tui.widgets.listing import Listing

        code = highlighted(shown.text)
        code = code.add_spans(marks) if marks else code
        return FoldedCode(code) if shown.kind == "code" else Listing(code, shown.lines, shown.first)
    content = Content.assemble(*shown.parts)
    content = content.add_spans(marks) if marks else content
    if shown.kind in ("columns", "flag") or shown.hang:
        with importing:
            from codesteer_tui.tui.widgets.columns import Columns, Hanging, HangingLines

        if shown.hang:
            return HangingLines(content, shown.hang)
        if shown.kind == "flag":
            return Hanging(content, HANGING)
        ends = [0, *accumulate(len(p if isinstance(p, str) else p[0]) for p in shown.parts)]
        return Columns([content[a:b] for a, b in pairwise(ends)])
    return content

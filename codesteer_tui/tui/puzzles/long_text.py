"""A long text in lines, each with the number of its first letter, and with signs below the letters they are about."""

from __future__ import annotations

from collections.abc import Callable

from codesteer_tui.tui.puzzles.figure import FAINT, Figure, Line

MOST_LETTERS = 2_000
"""Letters that are drawn; the longest words and strings of the benchmark have half of them at most."""

HEAD = 6
"""Columns for the number of a line's first letter."""


def long_text(text: str, width: int, signs: Callable[[int, int], Line | None]) -> Figure:
    """Draw a text in lines of whole tens of letters, as many as fit into `width` columns.

    `signs(start, end)` is what stands below the letters from `start` to before `end`, counted from 0; None for nothing.
    `end` is where the line would end if it were full.
    """
    size = max(10, min(60, width - HEAD) // 10 * 10)
    shown = text[:MOST_LETTERS]
    lines: list[Line] = []
    for start in range(0, max(1, len(shown)), size):
        end = start + size
        lines.append(((f"{start + 1:>{HEAD - 2}}  ", FAINT), shown[start:end]))
        below = signs(start, end)
        if below is not None:
            lines.append((" " * HEAD, *below))
    if len(text) > MOST_LETTERS:
        lines.append(((f"and {len(text) - MOST_LETTERS} letters more", FAINT),))
    return Figure(tuple(lines))

"""The sizes, in columns and rows, at which the screen changes its layout."""

from __future__ import annotations

TABS_BELOW = 100
"""With fewer columns one pane at a time is shown, under tabs."""

THREE_COLUMNS_FROM = 140
"""From here on there are three columns, else two."""

LEAST_COLUMNS = 60
"""With fewer columns than this, or fewer rows than `SHORT_FROM`, the panes stand one below the other, and the linear
mode serves better."""

TALL_FROM = 30
"""With fewer rows the prompt has one line."""

SHORT_FROM = 16
"""With fewer rows there are no frames and no key line: what room there is goes to the panes and the prompt."""

TOO_SMALL = (
    f"Below {LEAST_COLUMNS}x{SHORT_FROM} the panes stand one below the other. "
    "codesteer --linear says all in lines."
)
"""What is said where a terminal becomes so small while the app runs."""


def is_too_small(columns: int, rows: int) -> bool:
    """Whether a terminal is too small for the screen; a size of 0 is one that nobody knows."""
    return 0 < columns < LEAST_COLUMNS or 0 < rows < SHORT_FROM

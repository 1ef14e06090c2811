"""The sizes, in columns and rows, at which the screen changes its layout."""

from __future__ import annotations

TABS_BELOW = 100
"""With fewer columns one pane at a time is shown, under tabs."""

THREE_COLUMNS_FROM = 140
"""From here on there are three columns, else two."""

TALL_FROM = 30
"""With fewer rows the prompt has one line."""

SHORT_FROM = 16
"""With fewer rows there are no borders and no key line: what room there is goes to one pane and the prompt."""

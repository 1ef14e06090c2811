"""A row of the list of sessions fits its columns, and the title has the room that the rest can leave it."""

from __future__ import annotations

import pytest

from codesteer_tui.sessions.store import Store
from codesteer_tui.tui.screens.sessions import row
from tests.recordings.build import HERE


@pytest.mark.parametrize("width", [70, 76, 90, 120, 156])
def test_a_title_can_be_told_from_another_in_every_width(width: int) -> None:
    for summary in Store(HERE).list():
        shown = "".join(part if isinstance(part, str) else part[0] for part in row(summary, width))
        assert len(shown.rstrip()) <= width
        assert summary.title[:18] in shown
        assert "truth" in shown

"""Money on the bottom line: exact, estimated, known in part, and not there where nothing was spent."""

from __future__ import annotations

import pytest

from codesteer_tui import events as ev
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.widgets.status import bottom_items
from codesteer_tui.values import Usage


@pytest.mark.parametrize(
    ("usages", "shown"),
    [
        ([Usage(1000, 200, usd=0.0123)], "$0.0123"),
        ([Usage(1000, 200, usd=0.0123, estimated=True)], "~$0.0123"),
        ([Usage(1000, 200, usd=0.01), Usage(10, 20)], "$0.01+?"),
        ([Usage(1000, 200, usd=0.0)], ""),
        ([Usage(1000, 200)], ""),
    ],
)
def test_the_bottom_line_says_what_was_spent(usages: list[Usage], shown: str) -> None:
    transcript = Transcript.of(
        ev.AnswerGiven(round=n, text="a", usage=usage) for n, usage in enumerate(usages)
    )
    _, right = bottom_items(transcript, running=True, seconds=1.0)
    money = [item.texts[0] for item in right if "$" in item.texts[0]]
    assert money == ([shown] if shown else [])

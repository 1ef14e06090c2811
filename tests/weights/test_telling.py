"""What is said of weights: how far a pull is, what comes next, what a check came to."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui.weights.checking import Checked, FileCheck, Outcome
from codesteer_tui.weights.pulling import Progress
from codesteer_tui.weights.telling import checked_in_words, progress_line

GB = 1_000_000_000


def progress(**changes: object) -> Progress:
    given = {
        "file": "a.gguf",
        "phase": "fetching",
        "done": 5 * GB,
        "total": 16 * GB,
        "bytes_per_s": 2e6,
        **changes,
    }
    return Progress(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, " 31%  5.0 GB of 16.0 GB  2.0 MB/s  1 h 31 min left  a.gguf"),
        ({"bytes_per_s": 5e7}, " 31%  5.0 GB of 16.0 GB  50.0 MB/s  3 min 40 s left  a.gguf"),
        (
            {"done": 15_900_000_000, "bytes_per_s": 5e7},
            " 99%  15.9 GB of 16.0 GB  50.0 MB/s  2 s left  a.gguf",
        ),
        ({"total": -1}, "      5.0 GB  2.0 MB/s  a.gguf"),
        ({"bytes_per_s": 0.0}, " 31%  5.0 GB of 16.0 GB  a.gguf"),
        ({"phase": "checking"}, " 31%  checking a.gguf"),
        ({"phase": "waiting", "note": "Trying again in 2 s.\x1b[2J"}, "Trying again in 2 s."),
    ],
)
def test_how_far_a_pull_is(changes: dict[str, object], line: str) -> None:
    assert progress_line(progress(**changes)) == line


@pytest.mark.parametrize(
    ("outcomes", "against", "problems", "said"),
    [
        (["right", "right"], "the hub", (), "whole and right"),
        (["right", "not_known"], "the hub", (), "what is known of it is right"),
        (["not_known"], "", (), "cannot be told"),
        (["right", "wrong"], "the hub", (), "Something is wrong"),
        (["missing"], "the hub", (), "Something is wrong"),
        (["right"], "the hub", ("it is cut off",), "Something is wrong"),
    ],
)
def test_what_a_check_came_to(
    outcomes: list[Outcome], against: str, problems: tuple[str, ...], said: str
) -> None:
    files = tuple(FileCheck(str(number), outcome) for number, outcome in enumerate(outcomes))
    checked = Checked(path=Path("x"), form="gguf", against=against, files=files, problems=problems)
    assert said in checked_in_words(checked)
    assert checked.ok == ("wrong" not in said)

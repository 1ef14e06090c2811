"""`codesteer check` on programs of one's own."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Desk

SEARCH = """from itertools import permutations
for a, b, c in permutations((1, 2, 3)):
    if a + b == c and a < b:
        print(a, b, c)
"""


def test_a_program_that_computes_passes_with_its_findings_and_lines(desk: Desk) -> None:
    (desk.folder / "p.py").write_text(SEARCH)
    done = desk.codesteer("check", "p.py")
    assert done.code == 0
    assert "searching" in done.out
    assert "| for a, b, c in permutations((1, 2, 3)):" in done.out
    assert "verdict     pass" in done.out


@pytest.mark.parametrize("source", ["print(24)\n", "def f(:\n", "", "x = 5\n"])
def test_a_program_that_only_prints_or_says_nothing_or_is_none_fails(desk: Desk, source: str) -> None:
    done = desk.codesteer("check", "-", "--json", stdin=source)
    assert done.code == 1
    assert done.data["outcome"] == "fail"


def test_a_line_without_end_is_shown_by_its_beginning(desk: Desk) -> None:
    done = desk.codesteer("check", "-", stdin="(" * 100_000)
    assert done.code == 1
    assert max(map(len, done.out.splitlines())) < 200


def test_the_published_score_can_be_asked_for(desk: Desk) -> None:
    ours = desk.codesteer("check", "-", "--json", stdin=SEARCH).data
    theirs = desk.codesteer("check", "-", "--json", "--paper", stdin=SEARCH).data
    assert (ours["mode"], theirs["mode"]) == ("default", "paper")


def test_a_file_that_is_no_text_is_refused(desk: Desk) -> None:
    (desk.folder / "p.py").write_bytes(b"\xff\xfe\x00")
    done = desk.codesteer("check", "p.py")
    assert done.code == 2
    assert "p.py is not UTF-8" in done.err

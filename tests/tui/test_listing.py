"""Code with line numbers and marked lines; texts side by side."""

from __future__ import annotations

import pytest
from textual.content import Content
from textual.geometry import Offset
from textual.selection import Selection

from codesteer_tui.tui import boundary
from codesteer_tui.tui.widgets.code import GOES_ON, highlighted
from codesteer_tui.tui.widgets.columns import Columns
from codesteer_tui.tui.widgets.laid import Laid
from codesteer_tui.tui.widgets.listing import Listing
from tests.recordings.build import SEARCH


def test_every_line_has_its_number_and_marked_ones_a_sign() -> None:
    rows = Listing(highlighted("a = 1\n\nprint(a)"), {3}).at(40).plain.split("\n")
    assert rows == ["   1  a = 1", "   2  ", ">  3  print(a)"]


def test_numbers_begin_where_the_code_begins() -> None:
    assert Listing(Content("x"), {1000}, first=1000).at(40).plain == ">1000  x"


def test_a_long_line_is_folded_beside_its_number() -> None:
    rows = Listing(highlighted("result = compute(first, second)"), {1}).at(26).plain.split("\n")
    assert rows == [">  1  result = compute(", f">     {GOES_ON}first, second)"]


def test_what_is_selected_is_the_code_without_its_numbers() -> None:
    shown = Listing(highlighted(SEARCH), {3})
    for width in (20, 30, 60, 120):
        shown.at(width)
        assert shown.extract(Selection(None, None)) == SEARCH.rstrip("\n")
    assert shown.extract(Selection(Offset(0, 0), Offset(10, 0))) == SEARCH[:4]


def test_a_character_is_on_the_row_where_it_is_painted() -> None:
    shown = Listing(highlighted(SEARCH))
    for width in (36, 50, 120):
        rows = shown.at(width).plain.split("\n")
        for word in ("permutations(terms)", "found = search", "every number"):
            at = SEARCH.index(word)
            assert word.split("(")[0].split()[0] in rows[shown.row_of(at, width)]


CELLS = [Content("model says\n"), Content("24\n"), Content("truth\n"), Content("? could not check\n")]


def test_columns_stand_side_by_side_with_each_text_under_its_heading() -> None:
    assert Columns(CELLS).at(40).plain.split("\n") == [
        "model says           truth",
        "24                   ? could not check",
    ]


def test_columns_wrap_and_where_it_is_narrow_stand_one_below_the_other() -> None:
    assert Columns(CELLS).at(30).plain.split("\n") == [
        "model says      truth",
        "24              ? could not",
        "                check",
    ]
    assert Columns(CELLS).at(24).plain.split("\n") == ["model says  24", "truth       ? could not check"]


class Broken(Laid):
    def laid_out(self, width: int) -> Content:
        raise ZeroDivisionError("of this width")


def test_a_bug_in_laying_out_is_shown_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        Broken().at(40)
    monkeypatch.setattr(boundary, "strict", False)
    assert "This part cannot be drawn: ZeroDivisionError: of this width" in Broken().at(40).plain

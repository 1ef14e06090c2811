"""Code on the screen: flush, and never misleading about its indentation where a line does not fit."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.selection import Selection

from codesteer_tui.text import plain
from codesteer_tui.tui.blocks import Block
from codesteer_tui.tui.widgets.code import GOES_ON, folded, highlighted, unfolded
from codesteer_tui.tui.widgets.sheet import BlockView, Sheet
from tests.recordings.build import SEARCH
from tests.tui.conftest import text_on


def lines(code: str, width: int) -> list[str]:
    return folded(highlighted(code), width).plain.split("\n")


def test_a_line_that_fits_is_left_as_it_is() -> None:
    assert lines(SEARCH, 200) == SEARCH.split("\n")


def test_a_folded_line_hangs_at_its_own_indentation_with_a_mark() -> None:
    assert lines("if x:\n    result = compute(first_value, second_value)\n    done()", 32) == [
        "if x:",
        "    result = compute(",
        f"    {GOES_ON}first_value, ",
        f"    {GOES_ON}second_value)",
        "    done()",
    ]


def test_the_mark_cannot_be_the_beginning_of_a_line_of_python() -> None:
    for rest in ("x", "1", "(a)", "", "-x", "= 1"):
        try:
            ast.parse(f"{GOES_ON}{rest}")
        except SyntaxError:
            continue
        raise AssertionError(rest)


@given(st.text(st.characters(codec="utf-8"), max_size=300).map(plain), st.integers(1, 60))
def test_every_character_is_kept_in_its_colour_and_no_line_is_too_wide(code: str, width: int) -> None:
    before = highlighted(code)
    after = folded(before, width)
    if GOES_ON not in code:
        assert unfolded(after.plain) == code
    if "\t" not in code and width > 12:
        assert all(cell_len(line) <= width for line in after.plain.split("\n"))
    coloured = [code[s.start : s.end] for s in before.spans]
    assert [unfolded(after.plain[s.start : s.end]) for s in after.spans[: len(before.spans)]] == coloured


class OneBlock(App[None]):
    CSS = "BlockView { height: auto; width: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Sheet()


async def test_folds_follow_the_width_and_a_selection_is_what_was_written() -> None:
    app = OneBlock()
    async with app.run_test(size=(40, 40)) as pilot:
        await app.query_one(Sheet).put([Block("code", (SEARCH,))])
        await pilot.pause()
        assert GOES_ON in text_on(app)
        everything = Selection(Offset(0, 0), None)
        assert app.query_one(BlockView).get_selection(everything) == (SEARCH.rstrip("\n"), "\n")
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert GOES_ON not in text_on(app)
        assert "                found = search(" in text_on(app)

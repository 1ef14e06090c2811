"""What changed in the code from round to round: compared exactly, and shown with signs beside the colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.containers import VerticalScroll

from codesteer_tui.sessions import read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.difference import (
    Gap,
    as_patch,
    changed_words,
    code_before,
    difference,
    lines_of,
    with_code,
    with_gaps,
)
from codesteer_tui.tui.screens.difference import DifferenceScreen
from codesteer_tui.tui.widgets.diffview import DiffView
from codesteer_tui.values import Extraction
from tests.recordings.build import HERE, game24
from tests.tui.conftest import pane, text_on

OLD = "def f(x):\n    return x + 1\n\nprint(f(1))\n"
NEW = "def f(x):\n    return x * 2 + 1\n\nfor i in range(3):\n    print(f(i))\n"

programs = st.lists(
    st.sampled_from(["a = 1", "b = 2", "if a:", "    print(b)", "", "# 漢字"]), max_size=12
).map("\n".join)


@given(programs, programs)
def test_every_line_of_both_programs_is_there_once_and_in_order(before: str, after: str) -> None:
    rows = difference(before, after).rows
    assert [row.before for row in rows if row.before] == [n + 1 for n in range(len(lines_of(before)))]
    assert sorted(row.after for row in rows if row.after) == [n + 1 for n in range(len(lines_of(after)))]
    old, new = lines_of(before), lines_of(after)
    for row in rows:
        if row.kind == "same":
            assert old[row.before - 1].rstrip() == new[row.after - 1].rstrip()
    assert (difference(before, after).words == "the same code") == (
        [line.rstrip() for line in old] == [line.rstrip() for line in new]
    )


def test_it_says_how_much_changed() -> None:
    assert difference(OLD, NEW).words == "3 lines added, 2 removed"
    assert difference("a\n", "a\nb\n").words == "1 line added"
    assert difference("a", "a  \n\n").words == "the same code"


def test_only_the_words_of_a_line_that_differ_are_marked() -> None:
    before, after = "    return x + 1", "    return x * 2 + 1"
    assert changed_words(before, after) == ([], [(13, 17)])
    assert changed_words("import os", "print(1)") == ([], [])


def test_long_stretches_that_are_the_same_become_a_line_that_says_so() -> None:
    same = "\n".join(f"x{n} = {n}" for n in range(20))
    rows = with_gaps(difference(f"{same}\na", f"{same}\nb").rows)
    assert rows[0] == Gap(17)
    assert len(rows) == 5


def shown(width: int, *, side_by_side: bool) -> list[str]:
    view = DiffView(OLD.rstrip(), NEW.rstrip(), difference(OLD, NEW).rows, side_by_side=side_by_side)
    return view.at(width).plain.split("\n")


def test_below_one_another_what_goes_stands_before_what_comes() -> None:
    assert shown(60, side_by_side=False) == [
        "    1   1 def f(x):",
        "-   2     return x + 1".replace("    return", "        return"),
        "+       2     return x * 2 + 1",
        "    3   3 ",
        "-   4     print(f(1))",
        "+       4 for i in range(3):",
        "+       5     print(f(i))",
    ]


def test_side_by_side_both_versions_of_a_line_stand_in_one_row() -> None:
    assert shown(70, side_by_side=True)[1] == "-   2     return x + 1            | +   2     return x * 2 + 1"
    assert shown(70, side_by_side=True)[-1].endswith("| +   5     print(f(i))")


def test_a_patch_can_be_read_by_other_programs() -> None:
    patch = as_patch(OLD, NEW, ("R0", "R1"))
    assert patch.startswith("--- R0\n+++ R1\n@@")
    assert "+    return x * 2 + 1" in patch


def test_a_round_is_compared_with_the_last_one_before_it_that_has_code() -> None:
    transcript = Transcript.of(game24())
    assert [this.number for this in with_code(transcript)] == [0, 1]
    assert code_before(transcript, transcript.rounds[2]) is transcript.rounds[1]
    assert code_before(transcript, transcript.rounds[0]) is None


@pytest.fixture
def app(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings, recording=read_recording(HERE / "demo_game24.jsonl"))


def is_open(app: CodesteerApp) -> bool:
    return isinstance(app.screen, DifferenceScreen)


async def test_d_compares_with_the_round_before_and_the_task_pane_says_so(app: CodesteerApp) -> None:
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket")
        assert "against R0: 72 lines added, 1 removed   d compares" in pane(app, "task").text
        await pilot.press("d")
        assert is_open(app)
        assert "Code of R0 -> R1: 72 lines added, 1 removed" in text_on(app)
        assert " | +   1 from fractions import Fraction" in text_on(app)
        await pilot.press("s")
        assert " | +   1 from fractions import Fraction" not in text_on(app)
        assert "+       1 from fractions import Fraction" in text_on(app)
        await pilot.press("y")
        assert app.clipboard.startswith("--- R0\n+++ R1\n")
        await pilot.press("escape")
        assert not is_open(app)


async def test_narrow_screens_show_one_below_the_other_and_follow_the_width(app: CodesteerApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket", "d")
        assert "+       1 from fractions import Fraction" in text_on(app)
        await pilot.resize_terminal(140, 40)
        await pilot.pause()
        assert " | +   1 from fractions import Fraction" in text_on(app)


async def test_both_rounds_can_be_chosen(app: CodesteerApp) -> None:
    async with app.run_test(size=(130, 40)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket", "d", "left_square_bracket")
        assert "Code of R0 -> R0: the same code" in text_on(app)
        await pilot.press("right_curly_bracket")
        assert "Code of R1 -> R0: 1 line added, 72 removed" in text_on(app)


async def test_n_goes_to_the_next_change_and_shift_n_back(app: CodesteerApp) -> None:
    same = "\n".join(f"x{n} = {n}" for n in range(60))
    transcript = read_recording(HERE / "demo_game24.jsonl").transcript
    for this, source in ((0, f"a = 1\n{same}\nb = 1"), (1, f"a = 2\n{same}\nb = 2")):
        transcript.rounds[this].code = Extraction("found", source)
    async with app.run_test(size=(130, 30)) as pilot:
        await pilot.pause()
        app.push_screen(DifferenceScreen(transcript, 1))
        await pilot.pause()
        await pilot.press("w", "n")
        await pilot.pause()
        scroll = app.screen.query_one(VerticalScroll)
        assert scroll.scroll_y > 10
        assert "b = 2" in text_on(app)
        await pilot.press("N")
        await pilot.pause()
        assert "a = 2" in text_on(app)


async def test_with_one_program_there_is_nothing_to_compare(settings: Settings) -> None:
    app = CodesteerApp(settings, recording=read_recording(HERE / "declined.jsonl"))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause()
        assert not is_open(app)
        assert [notice.title for notice in app._notifications] == ["Nothing to compare"]

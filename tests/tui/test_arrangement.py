"""The panes share the room as the person likes it: by keys, by mouse, and the same the next time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.sessions import read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui import arrangement, boundary, remembered
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.arrangement import COLUMNS, EVEN, LEAST, Arrangement, Mode
from codesteer_tui.tui.drawing import run
from codesteer_tui.tui.remembered import Remembered
from codesteer_tui.tui.widgets.desk import Desk
from tests.recordings.build import HERE
from tests.tui.conftest import pane, text_on, until

GAME = read_recording(HERE / "demo_game24.jsonl")

modes: st.SearchStrategy[Mode] = st.sampled_from(["three", "two"])


@given(modes, st.lists(st.tuples(st.integers(1, 4), st.integers(-60, 60), st.booleans()), max_size=12))
def test_shares_stay_whole_and_no_pane_vanishes(mode: Mode, steps: list[tuple[int, int, bool]]) -> None:
    arranged = EVEN
    for number, by, across in steps:
        resize = arrangement.wider if across else arrangement.taller
        arranged = resize(arranged, mode, number, by)
    assert arrangement.is_valid(arranged)
    for shares in (arranged.three, arranged.two, arranged.left, arranged.right):
        assert sum(shares) == 100
        assert min(shares) >= LEAST


def test_a_column_grows_at_the_cost_of_the_one_beside_it() -> None:
    assert arrangement.wider(EVEN, "three", 1, 4).three == (33, 36, 31)
    assert arrangement.wider(EVEN, "three", 4, 4).three == (29, 36, 35)
    assert arrangement.wider(EVEN, "two", 2, -4).two == (46, 54)
    assert arrangement.taller(EVEN, "three", 3, 4).right == (54, 46)
    assert arrangement.taller(EVEN, "three", 2, 4) == EVEN
    assert arrangement.taller(EVEN, "two", 2, 4).left == (36, 64)


def test_an_edge_is_drawn_to_where_the_mouse_is() -> None:
    assert arrangement.drawn_to(EVEN, "three", 0, 0.5).three == (50, 19, 31)
    assert arrangement.drawn_to(EVEN, "three", 1, 0.5).three == (29, 21, 50)
    assert arrangement.drawn_down(EVEN, "two", 0, 0.75).left == (75, 25)
    assert arrangement.drawn_down(EVEN, "two", 1, 5.0).right == (100 - LEAST, LEAST)


def test_the_last_open_pane_cannot_be_folded_away() -> None:
    arranged: Arrangement | None = EVEN
    for number in (1, 2, 4):
        assert arranged
        arranged = arrangement.fold(arranged, number)
    assert arranged
    assert arrangement.fold(arranged, 3) is None
    assert arrangement.next_open(arranged, 1) == 3
    assert arrangement.unfold(arranged, 2).folded == (1, 4)
    assert arrangement.is_strip(arranged, "two", 0)
    assert not arrangement.is_strip(arranged, "two", 1)
    assert {number for panes in COLUMNS["three"] for number in panes} == {1, 2, 3, 4}


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "of its own" / "screen.json"
    monkeypatch.setattr(remembered, "state_file", lambda: path)
    return path


def test_what_is_remembered_is_recalled(state: Path) -> None:
    kept = Remembered(Arrangement(three=(20, 50, 30), folded=(1,)))
    assert remembered.remember(kept) == ""
    assert remembered.recall() == kept
    assert [p.name for p in state.parent.iterdir()] == ["screen.json"]


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"panes": 1}',
        b'{"panes": {"three": [1, 2]}}',
        b'{"panes": {"three": [1, 1, 1]}}',
        b'{"panes": {"two": [0, 100]}}',
        b'{"panes": {"folded": [1, 2, 3, 4]}}',
        b'{"panes": {"folded": [7]}}',
    ],
)
def test_a_damaged_file_does_no_harm(state: Path, damaged: bytes) -> None:
    state.parent.mkdir()
    state.write_bytes(damaged)
    assert remembered.recall() == Remembered()


def test_a_file_of_a_newer_version_is_read(state: Path) -> None:
    state.parent.mkdir()
    state.write_bytes(b'{"panes": {"folded": [4], "more": 1}, "other": {}}')
    assert remembered.recall().panes.folded == (4,)


def test_where_it_cannot_be_written_that_is_said(state: Path) -> None:
    state.parent.write_text("a file where the folder should be")
    assert "cannot be written" in remembered.remember(Remembered())
    assert remembered.recall() == Remembered()


@pytest.fixture
def app(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings, recording=GAME)


def sizes(app: CodesteerApp) -> list[tuple[int, int]]:
    return [p.outer_size for p in app.screen.query_one(Desk).panes]


async def test_keys_make_a_pane_wider_and_taller_and_even_it_out(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        first = sizes(app)
        await pilot.press("2", "greater_than_sign", "greater_than_sign")
        await pilot.pause()
        assert sizes(app)[1][0] > first[1][0]
        assert sizes(app)[2][0] < first[2][0]
        await pilot.press("4", "right_parenthesis", "less_than_sign")
        await pilot.pause()
        assert sizes(app)[3][1] > first[3][1]
        await pilot.press("0")
        await pilot.pause()
        assert sizes(app) == first


async def test_a_folded_pane_gives_its_room_away_and_its_number_opens_it(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        first = sizes(app)
        await pilot.press("1", "h")
        await pilot.pause()
        desk = app.screen.query_one(Desk)
        assert desk.pane_number == 2
        assert app.screen.focused is desk.pane
        assert sizes(app)[0][0] == arrangement.STRIP
        assert sizes(app)[1][0] > first[1][0]
        assert "G\nU\nI\nD\nA\nN\nC\nE" in pane(app, "guidance").text
        await pilot.press("4", "h")
        await pilot.pause()
        assert sizes(app)[3][1] == arrangement.FOLDED
        assert "4 FLAGS" in text_on(app)
        assert desk.pane_number == 2
        await pilot.press("tab", "tab")
        assert desk.pane_number == 2
        await pilot.click("#pane-guidance")
        await pilot.pause()
        assert "said to the TaskLLM" in pane(app, "guidance").text or "RETURN" in pane(app, "guidance").text
        await pilot.press("0")
        await pilot.pause()
        assert sizes(app) == first


async def test_a_column_of_folded_panes_is_a_strip_with_both_names_downwards(app: CodesteerApp) -> None:
    async with app.run_test(size=(130, 30)) as pilot:
        await pilot.pause()
        await pilot.press("1", "h", "2", "h")
        await pilot.pause()
        assert sizes(app)[0][0] == sizes(app)[1][0] == arrangement.STRIP
        down = "".join(line[2] for line in text_on(app).splitlines() if line.startswith("│ ")).replace(
            " ", ""
        )
        assert down == "1GUID2TASK", "as much of the names as there are rows for"


async def test_the_layout_is_the_same_the_next_time(app: CodesteerApp, settings: Settings) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("2", "greater_than_sign", "greater_than_sign", "1", "h")
        await pilot.pause()
        before = sizes(app)
    again = CodesteerApp(settings, recording=GAME)
    async with again.run_test(size=(160, 45)) as pilot:
        await pilot.pause(0.1)
        assert sizes(again) == before


async def test_the_mouse_draws_the_edge_between_columns_and_between_rows(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        task, flags = pane(app, "task"), pane(app, "flags")
        edge = task.region.right - 1
        await pilot.mouse_down(offset=(edge, 10))
        await pilot.hover(offset=(edge + 12, 10))
        await pilot.pause()
        assert abs(task.region.right - 1 - (edge + 12)) <= 2
        await pilot.mouse_up(offset=(edge + 12, 10))
        assert remembered.recall().panes.three != EVEN.three
        top = flags.region.y
        await pilot.mouse_down(offset=(flags.region.x + 8, top))
        await pilot.hover(offset=(flags.region.x + 8, top - 5))
        await pilot.mouse_up(offset=(flags.region.x + 8, top - 5))
        await pilot.pause()
        assert abs(flags.region.y - (top - 5)) <= 2
        await pilot.hover(offset=(flags.region.x + 8, top + 5))
        await pilot.pause()
        assert abs(flags.region.y - (top - 5)) <= 2


async def test_focus_round_and_scroll_stay_while_the_terminal_changes_its_size(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket", "2", *"jjjjjj")
        await pilot.pause()
        desk, task = app.screen.query_one(Desk), pane(app, "task")
        number, scrolled = desk.number, task.scroll_y
        assert scrolled == 6
        for size in ((120, 35), (80, 24), (50, 14), (110, 30), (160, 45)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.screen.focused is task
            assert desk.number == number == task.number
            assert desk.pane_number == 2
            assert task.is_on_screen
            if desk.is_linear:
                await until(pilot, lambda: "━2 TASK" in text_on(app))
                continue
            shown = [p.part.number for p in desk.panes if p.is_on_screen]
            assert shown == ([2] if size[0] < 100 else [1, 2, 3, 4])
        await until(pilot, lambda: task.scroll_y == scrolled)


async def test_where_one_pane_has_the_room_nothing_is_resized_or_folded(app: CodesteerApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("2", "h", "greater_than_sign", "right_parenthesis")
        await pilot.pause()
        assert app.screen.query_one(Desk).arranging.arranged == EVEN
        assert pane(app, "task").is_on_screen


async def test_a_bug_in_one_drawing_shows_in_its_pane_and_the_others_go_on(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boundary, "strict", False)

    def broken(*_: object) -> list[object]:
        raise KeyError("nothing there")

    monkeypatch.setattr(run, "blocks", broken)
    monkeypatch.setattr(run, "peek", broken)
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        assert "This pane cannot be drawn: KeyError: 'nothing there' (broken, line" in pane(app, "run").text
        assert "This is a bug in codesteer" in text_on(app)
        await pilot.press("left_square_bracket")
        await pilot.pause()
        assert "from fractions import Fraction" in pane(app, "task").text
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "cannot be drawn: KeyError" in text_on(app)


async def test_in_tests_a_bug_in_a_drawing_is_not_hidden(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()

        def broken(*_: object) -> list[object]:
            raise KeyError("nothing there")

        monkeypatch.setattr(run, "blocks", broken)
        with pytest.raises(KeyError):
            await pane(app, "run").redraw()

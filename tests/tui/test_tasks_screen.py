"""The SymBench browser: finding a task, turning its knobs, looking at problems, having them solved."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from codesteer_tui.problem import Problem
from codesteer_tui.settings import Settings
from codesteer_tui.symbench import generate, tasks
from codesteer_tui.symbench.fields import fields_of
from codesteer_tui.tui import browsing
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.browsing import SEED, CalledOff, Choice, at_share, listed, make, share, stepped
from codesteer_tui.tui.screens.live import LiveScreen
from codesteer_tui.tui.screens.tasks import TasksScreen
from codesteer_tui.tui.screens.trying import TryingScreen
from codesteer_tui.tui.widgets.knobs import MOST_TYPED, Knobs, columns_for, line
from tests.tui.conftest import text_on, until, words_on
from tests.tui.test_choosing import burst


async def browse(app: CodesteerApp, pilot: Pilot[None], *keys: str) -> TasksScreen:
    """Open the browser, and press keys once a problem is there."""
    await pilot.press("f3")
    screen = app.screen
    assert isinstance(screen, TasksScreen)
    await until(pilot, lambda: screen.problem is not None)
    await pilot.press(*keys)
    return screen


async def chosen(pilot: Pilot[None], screen: TasksScreen, task: str) -> Problem:
    """Choose a task by its id in the filter, and wait for its problem."""
    await pilot.press("slash", *task, "enter")
    await until(pilot, lambda: screen.problem is not None and screen.problem.task == task)
    assert screen.problem is not None
    return screen.problem


async def test_all_tasks_are_listed_by_category(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot)
        assert {one.id for one in screen.known} == set(tasks)
        shown = screen.query_one("#tasks-list", OptionList)
        names = [str(option.prompt).strip() for option in shown.options if option.disabled]
        assert names == [category.upper() for category in browsing.CATEGORIES]
        assert shown.border_subtitle == "37 tasks"


async def test_the_filter_takes_words_of_name_title_and_category(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot, "slash", *"sudo")
        assert screen.choice.task == "standard_sudoku"
        assert screen.query_one("#tasks-list", OptionList).border_subtitle == "1 of 37"
        await pilot.press("enter")
        assert screen.focused is screen.query_one("#tasks-list")
        await pilot.press("escape")
        assert screen.query_one("#tasks-filter", Input).value == ""
        await pilot.press("slash", *"zzz")
        assert "no task matches" in text_on(app)


async def test_a_filter_typed_in_one_go_reaches_the_field(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot)
        before = screen.choice
        await pilot.press("slash", "s", "u")
        assert screen.query_one("#tasks-filter", Input).value == "su"
        assert screen.choice.seed == before.seed, "s and u are no commands there"


async def test_what_is_typed_quickly_behind_keys_that_edit_the_filter_is_kept(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot, "slash", *"zzz")
        burst(app, "\x15queens\r\r")
        await until(pilot, lambda: screen.query_one("#tasks-filter", Input).value == "queens")
        await until(pilot, lambda: screen.choice.task == "eight_queens")
        await until(pilot, lambda: screen.focused is screen.query_one(Knobs))
        await pilot.press("escape")
        app.post_message(Key("slash", "/"))
        burst(app, "\x15sudo\r\r")
        await until(pilot, lambda: screen.choice.task == "standard_sudoku")
        await until(pilot, lambda: screen.focused is screen.query_one(Knobs))


async def test_turning_a_knob_makes_another_problem_of_exactly_these_knobs(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "game24")
        await pilot.press("enter", "right")
        await until(pilot, lambda: screen.problem == generate("game24", 1, numbers=5))
        await pilot.press("down", "3", "0")
        await until(pilot, lambda: screen.problem == generate("game24", 1, numbers=5, target=30))
        await pilot.press("end")
        assert screen.choice.knobs["target"] == "1000000"
        await pilot.press("delete")
        await until(pilot, lambda: screen.problem == generate("game24", 1, numbers=5, target=24))
        assert "Make 24 from these numbers" in words_on(app)


async def test_the_knob_that_keys_act_on_is_marked_from_the_moment_it_is_reached(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "game24")
        assert "> numbers" not in text_on(app)
        await pilot.press("enter")
        await until(pilot, lambda: "> numbers" in text_on(app))
        await pilot.press("down")
        await until(pilot, lambda: "> target" in text_on(app) and "> numbers" not in text_on(app))
        await pilot.press("escape")
        await until(pilot, lambda: "> target" not in text_on(app))


async def test_a_seed_is_a_knob_among_the_others(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "reversi")
        await pilot.press("enter", "down", "down", "down", "4", "2")
        await until(pilot, lambda: screen.problem == generate("reversi", 42))
        await pilot.press("backspace")
        await until(pilot, lambda: screen.problem == generate("reversi", 4))


async def test_a_typed_seed_that_is_none_is_refused_with_the_reason_and_the_one_before_stays(
    settings: Settings,
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "reversi")
        await pilot.press("enter", "down", "down", "down", *"12", "minus", *"34")
        await until(pilot, lambda: '"12-34" is no whole number; the seed stays 1.' in words_on(app))
        assert screen.choice.seed == 1
        await pilot.press("up")
        await until(pilot, lambda: screen.query_one(Knobs).typed is None)
        assert '"12-34" is no whole number; the seed stays 1.' in words_on(app)
        await pilot.press("down", *("123456789" * 2))
        await until(pilot, lambda: screen.choice.seed == int("123456789" * 2))
        await until(pilot, lambda: "123456789123456789_" in text_on(app))
        await pilot.press("1")
        await until(pilot, lambda: "at most 18 digits; it stays 1." in words_on(app))


def test_a_value_that_is_cut_shows_it() -> None:
    long = ",".join("1234567890" * 2)
    rows = [(SEED, long)]
    shown = line(SEED, long, columns_for(rows, 60), 60, typed=None, here=False)
    assert shown[2][0] == f"{long[:19]}…"
    typed = line(SEED, long, columns_for(rows, 60), 60, typed=long, here=True)
    assert typed[2][0] == f"…{long[-18:]}_"


async def test_more_than_is_taken_is_refused_and_said(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "number_multiply")
        await pilot.press("enter", *("9" * MOST_TYPED), "1")
        await until(pilot, lambda: "no more than 40 characters are taken" in words_on(app))
        assert screen.query_one(Knobs).typed == "9" * MOST_TYPED


async def test_knobs_that_cannot_be_are_explained_and_the_keys_still_act(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "eight_queens")
        await pilot.press("enter", "5", "down", "9")
        await until(pilot, lambda: "leaves none to place" in words_on(app))
        assert screen.problem is None
        assert screen.query_one("#tasks-problem").has_class("-stale")
        await pilot.press("s")
        assert isinstance(app.screen, TasksScreen)
        assert not app._notifications, "the panel says it, and no toast covers that"
        await until(pilot, lambda: "d sets them back." in words_on(app))
        await pilot.press("d")
        await until(pilot, lambda: screen.problem == generate("eight_queens", 1))
        assert not screen.query_one("#tasks-problem").has_class("-stale")


@pytest.mark.parametrize("size", [(80, 24), (130, 30)])
async def test_the_reason_why_there_is_no_problem_is_read_whole(
    settings: Settings, size: tuple[int, int]
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "game24")
        await pilot.press("enter", "down", *"999999", "s")
        about = screen.query_one("#tasks-about")

        def said() -> str:
            rows = text_on(app).split("\n")[about.region.y : about.region.bottom]
            return " ".join(" ".join(row[about.region.x : about.region.right] for row in rows).split())

        await until(pilot, lambda: said().endswith("d sets them back."))
        shown = said()
        assert "is out of reach of 4 numbers up to 13 (at most 169)." in shown
        assert "The defaults: numbers=4, target=24, max_value=13." in shown


async def test_out_of_range_is_said_with_what_may_be(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "standard_sudoku")
        await pilot.press("enter", "9", "9")
        await until(pilot, lambda: "10 to 57" in words_on(app))


async def test_surprise_me_gives_a_problem_that_can_be_made(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot)
        screen._rng = Random(5)
        seen = set()
        for _ in range(3):
            await pilot.press("u")
            choice = screen.choice
            await until(pilot, lambda choice=choice: screen.problem is not None and screen.choice == choice)  # type: ignore[misc]
            assert screen.problem is not None
            seen.add(screen.problem.task)
            listing = screen.query_one("#tasks-list", OptionList)
            assert listing.highlighted_option is not None
            assert listing.highlighted_option.id == choice.task
        assert len(seen) > 1


async def test_what_was_chosen_is_there_again_the_next_time(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "pooling")
        await pilot.press("enter", "right", "escape", "escape", "escape")
        assert isinstance(app.screen, LiveScreen)
        again = await browse(app, pilot)
        assert again.choice == Choice("pooling", 1, {"size": "6"})


async def test_solving_takes_the_task_along_so_that_ground_truth_is_checked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Problem] = []

    def begin(self: LiveScreen, problem: Problem) -> bool:
        begun.append(problem)
        return True

    monkeypatch.setattr(LiveScreen, "begin", begin)
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "standard_sudoku")
        await pilot.press("r", "s")  # at once: the problem of the new seed is still to be made
        await until(pilot, lambda: bool(begun))
        assert isinstance(app.screen, LiveScreen)
        (problem,) = begun
        assert problem.task == "standard_sudoku"
        assert problem == generate("standard_sudoku", problem.seed or 0)


async def test_while_a_problem_is_being_solved_another_one_is_not_begun(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await browse(app, pilot)
        app.live.running = True
        await pilot.press("s")
        await until(pilot, lambda: bool(app._notifications))
        assert isinstance(app.screen, TasksScreen)


async def test_v_shows_the_drawing_and_says_where_there_is_none(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "eight_queens")
        await pilot.press("v")
        await until(pilot, lambda: "Q given" in words_on(app))
        await pilot.press("v")
        await until(pilot, lambda: "Here is a chessboard" in words_on(app))
        await chosen(pilot, screen, "gsm")
        await pilot.press("v")
        assert any("no drawing" in notice.message for notice in app._notifications)


async def test_question_and_drawing_stand_side_by_side_where_there_is_room(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(130, 35)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "eight_queens")
        await until(pilot, lambda: "Q given" in words_on(app) and "Here is a chessboard" in words_on(app))


async def test_trying_by_hand_is_judged_as_it_is_typed(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 35)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "game24")
        await pilot.press("t")
        trying = app.screen
        assert isinstance(trying, TryingScreen)
        await pilot.press(*"3+5")
        await until(pilot, lambda: trying.seen is not None)
        assert trying.seen is not None
        assert trying.seen.verdict.outcome == "fail"
        await until(pilot, lambda: "x FAIL" in text_on(app))
        await pilot.press("f9")
        await until(pilot, lambda: "+ pass" in text_on(app))
        await pilot.press("escape")
        assert isinstance(app.screen, TasksScreen)


async def test_the_solvers_answer_leaves_ones_own_to_undo(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 35), notifications=True) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "game24")
        await pilot.press("t", *"3+5")
        field = app.screen.query_one(TextArea)
        await pilot.press("f9")
        await until(pilot, lambda: field.text not in ("", "3+5"))
        assert any("Ctrl+Z brings yours back" in notice.message for notice in app._notifications)
        await pilot.press("ctrl+z")
        assert field.text == "3+5"


async def test_all_rules_that_an_answer_breaks_can_be_read(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "eight_queens")
        await pilot.press("t", *"0 0, 1 1, 2 2, 3 3, 4 4, 5 5, 6 6, 7 7")
        trying = app.screen
        assert isinstance(trying, TryingScreen)
        await until(pilot, lambda: "x FAIL" in text_on(app))
        assert trying.seen is not None
        reasons = [b.reason for b in trying.seen.broken]
        assert len(reasons) > 4
        assert " more" not in text_on(app)
        await until(pilot, lambda: trying.query_one("#trying-verdict").max_scroll_y > 4)
        await pilot.press("tab", "end")
        await until(pilot, lambda: " ".join(reasons[-1].split()) in words_on(app))


async def test_what_was_typed_by_hand_is_there_again_for_the_same_problem(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 35)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "game24")
        await pilot.press("t", *"3+5", "escape", "escape", "escape")
        assert isinstance(app.screen, LiveScreen)
        again = await browse(app, pilot, "t")
        field = app.screen.query_one(TextArea)
        assert field.text == "3+5"
        await pilot.press("0")
        assert field.text == "3+50", "it goes on at its end"
        await pilot.press("escape", "r")
        await until(pilot, lambda: again.problem is not None)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TryingScreen))
        assert app.screen.query_one(TextArea).text == "", "another problem, another answer"


async def test_trying_by_hand_marks_what_breaks_a_rule_in_the_drawing(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(130, 40)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "eight_queens")
        await pilot.press("t", *"0 0, 1 1")
        await until(pilot, lambda: "[q]" in text_on(app))
        assert "attack each other" in words_on(app) or "not 8" in words_on(app)


async def test_f3_leads_to_the_browser_from_what_was_opened_over_it(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 35)) as pilot:
        screen = await browse(app, pilot)
        await pilot.press("t")
        assert isinstance(app.screen, TryingScreen)
        await pilot.press("f3")
        assert app.screen is screen


async def test_a_click_on_a_slider_sets_the_knob(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 35)) as pilot:
        screen = await browse(app, pilot)
        await chosen(pilot, screen, "standard_sudoku")
        knobs = screen.query_one(Knobs)
        line = text_on(app).splitlines()[1]
        await pilot.click(Knobs, offset=(line.index("] 10..57") - knobs.region.x - 1, 0))
        assert screen.choice.knobs == {"empty": "57"}
        await pilot.click(Knobs, offset=(line.index(" [") + 2 - knobs.region.x, 0))
        assert screen.choice.knobs == {"empty": "10"}


# The choice itself, without a screen


def test_a_choice_makes_what_generate_makes() -> None:
    assert make(Choice("game24", 7, {"numbers": "5"})) == generate("game24", 7, numbers=5)
    assert make(Choice("number_multiply", 2, {"digits": "2,3"})) == generate(
        "number_multiply", 2, digits=[2, 3]
    )


def test_a_problem_that_is_not_wanted_any_more_is_not_made() -> None:
    with pytest.raises(CalledOff):
        make(Choice("cryptanalysis", 1, {"guesses": "30"}), lambda: False)


async def test_calling_off_ends_the_thread() -> None:
    asked: list[int] = []

    def is_wanted() -> bool:
        asked.append(1)
        return len(asked) < 40

    with pytest.raises(CalledOff):
        await asyncio.to_thread(make, Choice("standard_sudoku", 1, {"empty": "57"}), is_wanted)
    assert len(asked) == 40, "nothing is drawn after the no"


def test_every_knob_is_explained_and_steps_stay_in_its_range() -> None:
    for one in listed():
        for field in one.fields:
            assert field.about, f"{one.id}.{field.name}"
            assert "`" not in field.about
            text = field.default
            for by, far in ((1, False), (1, True), (-1, False), (-1, True)) * 3:
                text = stepped(field, text, by, far=far)
                if field.least is not None and field.most is not None:
                    assert field.least <= float(text) <= field.most


def test_steps_go_up_and_down_by_what_reads_well() -> None:
    target = next(field for field in fields_of(tasks["game24"].Difficulty) if field.name == "target")
    assert [stepped(target, text, 1) for text in ("24", "99", "100", "5000")] == ["25", "100", "110", "5100"]
    assert [stepped(target, text, -1) for text in ("110", "100", "2", "1")] == ["100", "99", "1", "1"]
    assert stepped(SEED, "4711", 1) == "4712"
    filled = next(field for field in fields_of(tasks["2048"].Difficulty) if field.name == "filled")
    assert stepped(filled, "0.4", 1) == "0.45"
    style = next(field for field in fields_of(tasks["navigate"].Difficulty) if field.name == "style")
    assert [stepped(style, text, 1) for text in ("either", "turning")] == ["facing", "either"]


def test_a_slider_shows_where_a_value_lies_and_gives_it_back() -> None:
    for one in listed():
        for field in one.fields:
            where = share(field, field.default)
            if where is not None:
                back = float(at_share(field, where))
                assert abs(back - float(field.default)) <= max(1.0, 0.01 * abs(back))


def test_a_seed_that_is_no_number_changes_nothing() -> None:
    choice = Choice("game24", 3)
    for text in ("", "-", "1.5", "9" * 40, "x"):
        assert choice.having(SEED, text) == choice
    assert choice.having(SEED, "-5").seed == -5

"""In a terminal that is too small for frames side by side the panes stand one below the other, and scroll as one."""

from __future__ import annotations

import pytest
from textual.events import Key
from textual.pilot import Pilot

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.widgets.column import Column
from codesteer_tui.tui.widgets.desk import Desk
from codesteer_tui.tui.widgets.pane import Pane
from codesteer_tui.tui.widgets.sheet import Sheet
from codesteer_tui.tui.widgets.transport import Transport
from tests.recordings.build import HERE, game24
from tests.tui.conftest import pane, text_on, until, words_on
from tests.tui.test_streaming_panes import BEGUN, GUIDED

SMALL = (50, 14)
TEXT = "".join(f"line {n}\n" for n in range(600))


@pytest.fixture
def app(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings, recording=Recording(HERE / "made.jsonl", game24(), []))


def first_row(app: CodesteerApp) -> str:
    """The first row of what the panes stand in."""
    column = app.screen.query_one(Column)
    return text_on(app).splitlines()[column.region.y]


async def begun(app: CodesteerApp) -> Desk:
    await app.screen.query("Welcome").remove()
    desk = Desk()
    await app.screen.query_one("#body").mount(desk)
    for event in [*BEGUN, GUIDED]:
        await desk.show(event)
    return desk


async def streamed(pilot: Pilot[None], desk: Desk, text: str) -> None:
    for at in range(0, len(text), 200):
        await desk.show(ev.AnswerDelta(round=0, text=text[at : at + 200]))
    await until(pilot, lambda: text.split("\n")[-2] in text_on(pilot.app))


@pytest.mark.parametrize("size", [(59, 30), (120, 15), SMALL])
async def test_all_four_stand_below_each_other_in_a_small_terminal_and_side_by_side_again_in_a_large_one(
    app: CodesteerApp, size: tuple[int, int]
) -> None:
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        desk, panes = app.screen.query_one(Desk), list(app.screen.query(Pane))
        before = text_on(app)
        await pilot.resize_terminal(*size)
        await until(pilot, lambda: desk.is_linear and len({p.region.x for p in panes}) == 1)
        column = desk.query_one(Column)
        tops = [column.top_of(p) for p in panes]
        assert tops == sorted(set(tops))
        assert all(p.outer_size.width == panes[0].outer_size.width >= size[0] - 4 for p in panes)
        assert all(p.max_scroll_y == 0 and p.outer_size.height > 1 for p in panes)
        await pilot.resize_terminal(120, 35)
        await until(pilot, lambda: not desk.is_linear and text_on(app) == before)


async def test_a_number_goes_to_its_part_and_the_keys_of_a_pane_scroll_them_all(app: CodesteerApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: app.screen.query(Column) and app.screen.query_one(Desk).is_linear)
        for key, name in (("1", "1 GUIDANCE"), ("3", "3 RUN"), ("2", "2 TASK"), ("4", "4 FLAGS")):
            await pilot.press(key)
            await until(pilot, lambda name=name: name in first_row(app))  # type: ignore[misc]
        await pilot.press("g")
        await until(pilot, lambda: "1 GUIDANCE" in first_row(app))
        await pilot.press("j")
        await until(pilot, lambda: "decision" in first_row(app))
        await pilot.press("k")
        await until(pilot, lambda: "1 GUIDANCE" in first_row(app))
        await pilot.press("G")
        column = app.screen.query_one(Column)
        await until(pilot, lambda: column.scroll_y == column.max_scroll_y > 0)
        assert app.screen.focused is pane(app, "flags")


async def test_zoomed_one_part_has_the_room_and_scrolls_by_itself(app: CodesteerApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("2", "z")
        task = pane(app, "task")
        await until(pilot, lambda: [p for p in app.screen.query(Pane) if p.is_on_screen] == [task])
        assert task.max_scroll_y > 0
        await pilot.press("z")
        await until(pilot, lambda: app.screen.query_one(Desk).is_linear and "2 TASK" in first_row(app))


async def test_what_happens_comes_into_sight_until_the_person_goes_up(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SMALL) as pilot:
        desk = await begun(app)
        column, task = desk.query_one(Column), pane(app, "task")
        await streamed(pilot, desk, TEXT)
        assert len(task.query_one(Sheet).views) == 1, "only the end, in one widget"
        desk.choose_pane(2)
        await pilot.pause(0.1)
        assert "line 599" in text_on(app), "it is where it grows that one wants to look"
        seen = first_row(app)
        await pilot.press("pageup")
        await until(pilot, lambda: len(task.query_one(Sheet).views) > 1 and seen not in text_on(app))
        await until(
            pilot, lambda: "line 5" in first_row(app)
        )  # the rest came above, and what was in sight stays
        await pilot.pause(0.2)
        assert "line 5" in first_row(app)
        here = first_row(app)
        await desk.show(ev.AnswerDelta(round=0, text="and more\n"))
        await until(pilot, lambda: "and more" in task.text)
        await pilot.pause(0.2)
        assert first_row(app) == here
        await pilot.press("end")
        await desk.show(ev.AnswerDelta(round=0, text="and still more\n"))
        await until(pilot, lambda: "and still more" in text_on(app))
        assert column.at_end


async def test_each_part_comes_into_sight_when_something_happens_in_it(settings: Settings) -> None:
    app = CodesteerApp(settings)
    wanted = {ev.AnswerGiven: "2 TASK", ev.ExecutionFinished: "3 RUN", ev.CodeJudged: "4 FLAGS"}
    async with app.run_test(size=SMALL) as pilot:
        await app.screen.query("Welcome").remove()
        desk = Desk()
        await app.screen.query_one("#body").mount(desk)
        seen = []
        for event in game24():
            await desk.show(event)
            name = wanted.get(type(event), "")
            if name and getattr(event, "purpose", "answer") == "answer":
                part = desk.panes[int(name[0]) - 1]
                await until(pilot, lambda part=part: part.region.overlaps(desk.query_one(Column).region))  # type: ignore[misc]
                seen.append(name)
        assert set(seen) == set(wanted.values())


async def test_a_match_is_brought_into_sight_wherever_it_stands(app: CodesteerApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("1", "slash", *"stderr", "enter")
        await until(pilot, lambda: "stderr" in words_on(app) and "3 RUN" in pane(app, "run").border_title)
        assert pane(app, "run").place is not None


@pytest.mark.parametrize("small", [(120, 15), (55, 35)])
async def test_shares_and_folds_have_no_say_in_the_column_and_are_there_again_beside_it(
    app: CodesteerApp, small: tuple[int, int]
) -> None:
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        desk = app.screen.query_one(Desk)
        await pilot.press("3", "h", "2", "greater_than_sign", "right_parenthesis")
        await pilot.pause()
        sizes = [p.outer_size for p in desk.panes]
        assert pane(app, "run").folded
        await pilot.resize_terminal(*small)
        await until(pilot, lambda: desk.is_linear and not pane(app, "run").folded)
        await until(pilot, lambda: len({p.outer_size.width for p in desk.panes}) == 1)
        assert all(p.max_scroll_y == 0 for p in desk.panes)
        await pilot.resize_terminal(120, 35)
        await until(pilot, lambda: [p.outer_size for p in desk.panes] == sizes)
        assert pane(app, "run").folded


async def test_zooming_while_text_streams_in_goes_on_following_it(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SMALL) as pilot:
        desk = await begun(app)
        await streamed(pilot, desk, "".join(f"one {n}\n" for n in range(100)))
        await desk.toggle_zoom()
        await until(pilot, lambda: "one 99" in text_on(app))
        await streamed(pilot, desk, "".join(f"two {n}\n" for n in range(40)))
        await desk.toggle_zoom()
        await streamed(pilot, desk, "".join(f"three {n}\n" for n in range(40)))


async def test_a_click_leaves_the_column_where_it_is(app: CodesteerApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: app.screen.query(Column) and app.screen.query_one(Desk).is_linear)
        await pilot.press("1")
        await until(pilot, lambda: "1 GUIDANCE" in first_row(app))
        column = app.screen.query_one(Column)
        await pilot.press(*"jjjjjjjjjjjjjj")
        await until(pilot, lambda: column.scroll_y == 14)
        await pilot.click(column, offset=(5, 3))
        await until(pilot, lambda: app.screen.focused is pane(app, "task"))
        await pilot.pause(0.2)
        assert column.scroll_y == 14
        assert app.screen.query_one(Desk).pane_number == 2


async def test_who_looks_at_another_part_is_not_taken_back_to_what_streams(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SMALL) as pilot:
        desk = await begun(app)
        await streamed(pilot, desk, TEXT)
        desk.choose_pane(1)
        await until(pilot, lambda: "1 GUIDANCE" in first_row(app))
        await desk.show(ev.AnswerDelta(round=0, text="and more\n"))
        await until(pilot, lambda: "and more" in pane(app, "task").text)
        await pilot.pause(0.2)
        assert "1 GUIDANCE" in first_row(app)


async def test_every_match_comes_into_sight(app: CodesteerApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: app.screen.query(Column) and app.screen.query_one(Desk).is_linear)
        desk, column = app.screen.query_one(Desk), app.screen.query_one(Column)
        await pilot.press("1", "slash", *"is", "enter")
        await until(pilot, lambda: desk.seeking.matches)

        def is_in_sight() -> bool:
            match = desk.seeking.current
            assert match is not None
            shown = desk.panes[match.pane - 1]
            view = shown.query_one(Sheet).views[match.place.block]
            row = (
                column.top_of(shown)
                + shown.gutter.top
                + view.virtual_region.y
                + view.row_of(match.place.start)
            )
            return column.scroll_y <= row < column.scroll_y + column.size.height

        first, count = desk.seeking.at or 0, len(desk.seeking.matches)
        for at in range(first + 1, first + count):
            await pilot.press("n")
            await until(pilot, lambda at=at: desk.seeking.at == at % count and is_in_sight())  # type: ignore[misc]
            await pilot.pause(0.1)
            assert is_in_sight()


async def test_quick_keys_add_up(app: CodesteerApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: app.screen.query(Column) and app.screen.query_one(Desk).is_linear)
        await pilot.press("g")
        column = app.screen.query_one(Column)
        await until(pilot, lambda: column.scroll_y == 0)
        for _ in range(12):
            app.post_message(Key("j", "j"))
        await until(pilot, lambda: column.scroll_y == 12)


async def test_the_pane_in_front_stays_in_front_in_another_round(app: CodesteerApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: app.screen.query(Column) and app.screen.query_one(Desk).is_linear)
        await pilot.press("2")
        before, after = "left_square_bracket", "right_square_bracket"
        for key, number in ((before, "R1"), (before, "R0"), (after, "R1")):
            await pilot.press(key)
            await until(pilot, lambda number=number: f"2 TASK  {number}" in first_row(app))  # type: ignore[misc]


async def test_what_one_looks_at_stays_in_sight_when_something_grows_above(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SMALL) as pilot:
        desk = await begun(app)
        await streamed(pilot, desk, "one line\nand another\n")
        desk.choose_pane(4)
        await until(pilot, lambda: "4 FLAGS" in text_on(app))
        for _ in range(30):
            await desk.show(ev.AnswerDelta(round=0, text="a line\n" * 5))
            await pilot.pause(0.02)
        await until(pilot, lambda: pane(app, "task").outer_size.height > 60)
        await until(pilot, lambda: "4 FLAGS" in text_on(app))


async def test_the_replay_says_in_one_row_what_it_does_and_where_it_is(app: CodesteerApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(*SMALL)
        bar = app.screen.query_one(Transport)

        def row() -> str:
            return text_on(app).splitlines()[bar.region.y]

        await until(
            pilot, lambda: row().startswith(" at the end 00:05/00:05 1x") and row().rstrip().endswith("|")
        )
        await pilot.press("home", "plus")
        await until(pilot, lambda: row().startswith(" paused     00:00/00:05 2x"))
        await pilot.click(bar, offset=(row().rindex("|") - 2, 0))
        await until(pilot, lambda: row().startswith(" paused     00:0") and "00:00/" not in row())
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: row().rstrip().endswith("|") and bar.size.height == 2)

"""A pane that text streams into stays at its end, until the person scrolls away from it."""

from __future__ import annotations

import pytest

from codesteer_tui import events as ev
from codesteer_tui.problem import Problem
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.widgets.desk import Desk
from codesteer_tui.values import Guidance
from tests.recordings.build import BOX, DEMO, RULES
from tests.tui.conftest import pane, until

BEGUN: list[ev.Event] = [
    ev.SessionStarted(
        session="s",
        problem=Problem("q"),
        max_rounds=1,
        sandbox=BOX,
        roles={"steerer": RULES, "task_llm": DEMO, "checker": DEMO},
    ),
    ev.RoundStarted(round=0),
]
GUIDED = ev.GuidanceGiven(round=0, guidance=Guidance("code", "Use code.", ""))


@pytest.mark.parametrize("which", ["guidance", "task"])
async def test_what_streams_is_followed(settings: Settings, which: str) -> None:
    def streamed(at: int) -> ev.Event:
        if which == "guidance":
            return ev.GuidanceDelta(round=0, text=f"line {at}\n")
        return ev.AnswerDelta(round=0, text=f"line {at}\n")

    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 24)) as pilot:
        await app.screen.query("Welcome").remove()
        desk = Desk()
        await app.screen.query_one("#body").mount(desk)
        for event in BEGUN if which == "guidance" else [*BEGUN, GUIDED]:
            await desk.show(event)
        shown = pane(app, which)
        for at in range(12):
            await desk.show(streamed(at))
        await until(pilot, lambda: "line 11" in shown.text)
        await until(pilot, lambda: 0 < shown.max_scroll_y == shown.scroll_offset.y)
        for at in range(12, 20):
            await desk.show(streamed(at))
        await until(pilot, lambda: "line 19" in shown.text)
        await until(pilot, lambda: shown.max_scroll_y == shown.scroll_offset.y)
        shown.scroll_home(animate=False, immediate=True)
        for at in range(20, 30):
            await desk.show(streamed(at))
        await until(pilot, lambda: "line 29" in shown.text)
        await pilot.pause()
        assert shown.scroll_offset.y == 0


async def test_a_finished_round_is_shown_from_its_top_while_another_one_streams(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 24)) as pilot:
        await app.screen.query("Welcome").remove()
        desk = Desk()
        await app.screen.query_one("#body").mount(desk)
        whole = ev.AnswerGiven(round=0, text="".join(f"first {n}\n" for n in range(90)))
        for event in [*BEGUN, GUIDED, whole, ev.RoundFinished(round=0), ev.RoundStarted(round=1)]:
            await desk.show(event)
        await desk.show(ev.GuidanceGiven(round=1, guidance=Guidance("code", "Again.", "")))
        shown = pane(app, "task")
        for at in range(60):
            await desk.show(ev.AnswerDelta(round=1, text=f"second {at}\n"))
        await until(
            pilot, lambda: "second 59" in shown.text and 0 < shown.max_scroll_y == shown.scroll_offset.y
        )
        await desk.choose(0)
        await until(pilot, lambda: "first 1\n" in shown.text and shown.max_scroll_y > 0)
        assert shown.scroll_offset.y == 0


async def test_going_up_by_one_row_leaves_the_end_of_what_streams(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 24)) as pilot:
        await app.screen.query("Welcome").remove()
        desk = Desk()
        await app.screen.query_one("#body").mount(desk)
        for event in [*BEGUN, GUIDED]:
            await desk.show(event)
        shown = pane(app, "task")
        await desk.show(ev.AnswerDelta(round=0, text="".join(f"line {n}\n" for n in range(60))))
        await until(
            pilot, lambda: "line 59" in shown.text and 0 < shown.max_scroll_y == shown.scroll_offset.y
        )
        desk.choose_pane(2)
        await pilot.press("k")
        await until(pilot, lambda: shown.scroll_offset.y == shown.max_scroll_y - 1)
        await desk.show(ev.AnswerDelta(round=0, text="one more\n"))
        await until(pilot, lambda: "one more" in shown.text)
        await until(pilot, lambda: shown.scroll_offset.y == shown.max_scroll_y - 2)

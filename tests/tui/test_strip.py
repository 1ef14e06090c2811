"""The strip of rounds, which draws what fits and keeps the chosen round in sight."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.pilot import Pilot

from codesteer_tui import events as ev
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.widgets.strip import RoundStrip
from tests.tui.conftest import text_on, until
from tests.tui.test_streaming_panes import BEGUN


def with_rounds(count: int) -> Transcript:
    begun = [event for event in BEGUN if not isinstance(event, ev.RoundStarted)]
    rounds = [kind(round=number) for number in range(count) for kind in (ev.RoundStarted, ev.RoundFinished)]
    return Transcript.of([*begun, *rounds])


class Stripped(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        yield RoundStrip()

    def on_round_strip_chosen(self, event: RoundStrip.Chosen) -> None:
        self.chosen.append(event.number)


async def shown(pilot: Pilot[None], count: int, number: int) -> str:
    pilot.app.query_one(RoundStrip).draw(with_rounds(count), number, short=True)
    await pilot.pause()
    return text_on(pilot.app).splitlines()[0].rstrip()


async def test_a_few_rounds_stand_as_they_are() -> None:
    async with Stripped().run_test(size=(40, 3)) as pilot:
        assert await shown(pilot, 3, 1) == " R0  [R1]  R2"


async def test_the_chosen_round_is_in_sight_and_signs_say_that_there_are_more() -> None:
    async with Stripped().run_test(size=(40, 3)) as pilot:
        for number in (0, 19, 11, 0, 19, 5):
            row = await shown(pilot, 20, number)
            assert f"[R{number}" in row
            assert row.startswith("<") == (number > 0)
            assert row.endswith(">") == (number < 19)


async def test_a_click_chooses_the_round_under_it_and_the_wheel_moves_the_row() -> None:
    app = Stripped()
    async with app.run_test(size=(40, 3)) as pilot:
        row = await shown(pilot, 20, 19)
        strip = app.query_one(RoundStrip)
        await pilot.click(strip, offset=(row.index("R16"), 0))
        await until(pilot, lambda: app.chosen == [16])
        for _ in range(20):
            strip.post_message(MouseScrollUp(strip, 3, 0, 0, -1, 0, shift=False, meta=False, ctrl=False))
        await until(pilot, lambda: " R0 " in text_on(app))
        await pilot.click(strip, offset=(text_on(app).index("R2"), 0))
        await until(pilot, lambda: app.chosen == [16, 2])


async def test_it_is_drawn_anew_where_the_room_changes() -> None:
    async with Stripped().run_test(size=(40, 3)) as pilot:
        await shown(pilot, 20, 12)
        await pilot.resize_terminal(200, 3)
        await until(pilot, lambda: text_on(pilot.app).startswith(" R0   R1 "))
        await pilot.resize_terminal(30, 3)
        await until(pilot, lambda: "[R12" in text_on(pilot.app))

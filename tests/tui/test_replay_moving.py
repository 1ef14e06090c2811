"""Moving through a replay: by pieces, to flags and errors, to a time, on the bar; and long sessions."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input

from codesteer_tui import events as ev
from codesteer_tui.sessions.replay import Player
from codesteer_tui.sessions.store import Recording, read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import THRESHOLDS, CodesteerApp
from codesteer_tui.tui.screens.going_to import GoToScreen
from codesteer_tui.tui.screens.help import letters
from codesteer_tui.tui.screens.replay import ReplayScreen
from codesteer_tui.tui.widgets.transport import LETTERS, Transport, bar_letters, bar_parts, last_words
from tests.perf.long_session import streamed
from tests.recordings.build import HERE, RECORDINGS, game24
from tests.tui.conftest import pane, text_on, until, words_on


@pytest.fixture
def app(settings: Settings, request: pytest.FixtureRequest) -> CodesteerApp:
    name = getattr(request, "param", "demo_game24")
    path = HERE / f"{name}.jsonl"
    events = RECORDINGS[name]() if name in RECORDINGS else read_recording(path).events
    return CodesteerApp(settings, recording=Recording(path, events, []))


def player_of(app: CodesteerApp) -> Player:
    assert isinstance(app.screen, ReplayScreen)
    return app.screen.player


async def test_an_exclamation_mark_goes_to_the_next_flag_and_says_which(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 35), notifications=True) as pilot:
        await pilot.pause()
        player = player_of(app)
        await pilot.press("home", "exclamation_mark")
        assert isinstance(player.events[player.position - 1], ev.CodeJudged)
        assert "too simple" in pane(app, "flags").text
        await until(pilot, lambda: "! R0 symbolic checker: too simple" in words_on(app))
        assert app.focused is pane(app, "flags")
        await pilot.press("exclamation_mark")
        assert isinstance(player.events[player.position - 1], ev.AnswerChecked)
        await pilot.press("end", "exclamation_mark")
        await until(pilot, lambda: "No flag behind this place" in words_on(app))
        assert player.at_end


@pytest.mark.parametrize("app", ["hard"], indirect=True)
async def test_e_goes_to_the_next_error(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 35), notifications=True) as pilot:
        await pilot.pause()
        player = player_of(app)
        await pilot.press("home", "e")
        first = player.position
        assert first in {moment.position for moment in player.moments if moment.kind == "error"}
        await pilot.press("e")
        assert player.position > first
        assert not player.playing
        seen = []
        await pilot.press("home")
        for _ in [moment for moment in player.moments if moment.kind == "error"]:
            await pilot.press("e")
            event = player.events[player.position - 1]
            seen.append((type(event).__name__, app.focused.part.name))  # type: ignore[union-attr]
        assert ("ExecutionFinished", "RUN") in seen
        assert ("AnswerGiven", "TASK") in seen


async def test_comma_and_full_stop_go_by_single_pieces_of_text(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        player = player_of(app)
        place = next(i for i, event in enumerate(player.events) if isinstance(event, ev.AnswerDelta))
        player.seek(place)
        await pilot.press("full_stop", "full_stop", "full_stop")
        assert player.position == place + 3
        three = pane(app, "task").this.answer_so_far  # type: ignore[union-attr]
        assert three == "".join(e.text for e in player.events[place : place + 3])  # type: ignore[union-attr]
        await pilot.press("comma")
        assert pane(app, "task").this.answer_so_far == three.removesuffix(player.events[place + 2].text)  # type: ignore[union-attr]


async def test_t_goes_to_a_time_a_round_or_an_event_that_is_typed(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        player = player_of(app)
        for typed, place in (("#17", 17), ("0:00", player.find_place("0")), ("R0", player.find_place("R0"))):
            await pilot.press("t")
            await until(pilot, lambda: isinstance(app.screen, GoToScreen))
            app.screen.query_one(Input).value = typed
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
            await pilot.pause()
            assert player.position == place, typed
        assert pane(app, "task").number == 0


async def test_what_is_no_place_is_said_and_escape_stays(app: CodesteerApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        player = player_of(app)
        before = player.position
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, GoToScreen))
        await pilot.press("n", "o", "enter")
        await until(pilot, lambda: "That is no place in this session" in words_on(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        assert player.position == before


async def test_the_bar_is_clicked_and_dragged_on(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        player = player_of(app)
        await pilot.mouse_down(Transport, offset=(2, 0))
        await pilot.pause()
        assert player.seconds == 0.0
        await pilot.hover(Transport, offset=(60, 0))
        await pilot.pause()
        assert player.seconds == pytest.approx(player.total_seconds / 2, rel=0.2)
        await pilot.mouse_up(Transport, offset=(60, 0))
        held = player.position
        await pilot.hover(Transport, offset=(100, 0))
        await pilot.pause()
        assert player.position == held


def bar_text(player: Player, width: int) -> str:
    """The bar without colours."""
    return Content.assemble(*bar_parts(bar_letters(player, width), 0)).plain


def test_the_bar_has_a_letter_for_whatever_happened_and_flags_and_errors_win() -> None:
    events = RECORDINGS["hard"]()
    player = Player(events)
    text = bar_text(player, 2000)
    kinds = {moment.kind for moment in player.moments}
    signs = {letter.kind: letter.sign for letter in LETTERS}
    assert set(text) - {"-"} <= set(signs.values())
    assert {signs["error"], signs["answer"]} <= set(text)
    assert "error" in kinds
    assert set(bar_text(player, 1)) == {signs["error"]}


def test_the_position_on_the_bar_is_told_by_more_than_a_colour() -> None:
    cells = [None] * 10
    parts = bar_parts(cells, 3)
    assert "".join(text for text, _ in parts) == "-" * 10
    assert [text for text, style in parts if "reverse" in style] == ["-"]
    assert not any("reverse" in style for _, style in bar_parts(cells, 10))


def test_every_letter_of_the_bar_is_in_the_help() -> None:
    assert [(sign, words) for sign, _, words in letters()] == [(row.sign, row.words) for row in LETTERS]
    assert len({row.sign for row in LETTERS}) == len(LETTERS)


def test_what_happened_last_is_told_in_words() -> None:
    player = Player(game24())
    player.seek(0)
    assert last_words(player) == ("", "")
    for position in range(1, len(player.events) + 1):
        player.seek(position)
        assert all(last_words(player)), position


async def test_what_happened_last_stands_behind_the_numbers(app: CodesteerApp) -> None:
    async with app.run_test(size=(140, 35)) as pilot:
        await pilot.pause()
        await pilot.press("home", "right", "right", "right")
        assert "guidance: code" in text_on(app)


async def test_a_long_session_is_opened_at_its_end_and_gone_through(settings: Settings) -> None:
    events = streamed(20_000)
    app = CodesteerApp(settings, recording=Recording(Path("long.jsonl"), events, []))
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        assert "at the end" in text_on(app)
        player = player_of(app)
        app.screen.query_one(Transport).post_message(Transport.Sought(player.total_seconds / 2))
        await until(pilot, lambda: not player.at_end)
        await pilot.pause(0.1)
        this = pane(app, "task").this
        assert this is not None
        assert this.number in (2, 3)
        await pilot.press("end")
        assert player.at_end


async def test_going_elsewhere_uses_the_widgets_that_are_there_and_lays_out_once(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    layouts = 0
    refresh_layout = Screen._refresh_layout

    def counted(self: Screen[object], *args: Any, **kwargs: Any) -> None:
        nonlocal layouts
        layouts += 1
        refresh_layout(self, *args, **kwargs)

    async with app.run_test(size=(130, 30)) as pilot:
        await pilot.press("home", "end")
        await pilot.pause(0.2)
        widgets = set(app.screen.query("*"))
        shown = text_on(app)
        await pilot.press("home")
        await pilot.pause(0.2)
        monkeypatch.setattr(Screen, "_refresh_layout", counted)
        await pilot.press("end")
        await pilot.pause(0.2)
        assert set(app.screen.query("*")) == widgets
        assert text_on(app) == shown
        assert layouts <= 3, "one for what is shown, and small ones for the lines and the strip that follow"


async def test_what_lasts_is_looked_through_for_garbage_no_more(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every full look at it took a tenth of a second, in the middle of whatever the person did."""
    monkeypatch.setattr("codesteer_tui.tui.app.SETTLED_S", 0.01)
    app.is_alone = True
    usual = gc.get_threshold()
    gc.disable()  # as the command does until then
    try:
        async with app.run_test(size=(120, 35)) as pilot:
            await until(pilot, lambda: gc.get_freeze_count() > 10_000 and gc.isenabled())
            assert gc.get_threshold() == THRESHOLDS
    finally:
        gc.set_threshold(*usual)
        gc.enable()
        gc.unfreeze()

"""Replay is a position in recorded events: it plays them at their pace, and can be moved anywhere."""

from __future__ import annotations

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.replay import IDLE_S, SPEEDS, Player
from codesteer_tui.transcript import Transcript
from tests.recordings.build import RECORDINGS, game24


class Sleeps(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


async def test_playing_from_the_start_yields_every_event_in_order() -> None:
    events = game24()
    player = Player(events, sleep=Sleeps())
    player.seek(0)
    assert [event async for event in player.play()] == events
    assert player.at_end
    assert not player.playing


async def test_it_waits_as_long_as_was_recorded_and_less_at_higher_speed() -> None:
    events = game24()
    slow, fast = Sleeps(), Sleeps()
    for sleep, speed in ((slow, 1.0), (fast, 4.0)):
        player = Player(events, speed=speed, skip_idle=False, sleep=sleep)
        player.seek(0)
        async for _ in player.play():
            pass
    assert sum(slow) == pytest.approx(events[-1].at)
    assert sum(fast) == pytest.approx(events[-1].at / 4)


async def test_idle_time_is_cut_to_two_seconds_unless_it_is_kept() -> None:
    events = [ev.RoundStarted(round=0, at=1.0), ev.RoundFinished(round=0, at=61.0)]
    cut, whole = Sleeps(), Sleeps()
    for sleep, skip in ((cut, True), (whole, False)):
        player = Player(events, skip_idle=skip, sleep=sleep)
        player.seek(1)
        async for _ in player.play():
            pass
    assert cut == [IDLE_S]
    assert whole == [60.0]


async def test_a_pause_while_waiting_shows_no_further_event() -> None:
    player = Player(game24())

    async def sleep(seconds: float) -> None:
        player.pause()

    player._sleep = sleep
    player.seek(1)
    assert [event async for event in player.play()] == []
    assert player.position == 1
    assert not player.playing


async def test_a_second_play_ends_the_first_so_nothing_is_shown_twice() -> None:
    events = game24()
    player = Player(events, sleep=Sleeps())
    player.seek(0)
    first = player.play()
    seen = [await anext(first)]
    seen += [event async for event in player.play()]
    seen += [event async for event in first]
    assert seen == events


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_position_shows_what_a_whole_fold_of_the_prefix_shows(name: str) -> None:
    events = RECORDINGS[name]()
    player = Player(events)
    for position in range(len(events) + 1):
        player.seek(position)
        quick, whole = player.transcript(), Transcript.of(events[:position])
        assert [r.answer_text for r in quick.rounds] == [r.answer_text for r in whole.rounds]
        assert [r.guidance for r in quick.rounds] == [r.guidance for r in whole.rounds]
        runs = [[run.output for run in r.executions.values()] for r in quick.rounds]
        assert runs == [[run.output for run in r.executions.values()] for r in whole.rounds]
        assert quick.ending == whole.ending


def test_steps_land_on_facts_and_pass_over_pieces_of_text() -> None:
    player = Player(game24())
    player.seek(0)
    landed = []
    while not player.at_end:
        player.step(1)
        landed.append(player.events[player.position - 1])
    assert not any(ev.is_delta(event) for event in landed)
    assert len(landed) == sum(not ev.is_delta(event) for event in player.events)
    player.step(-1)
    assert player.events[player.position - 1] == landed[-2]


def test_steps_by_round_land_at_the_ends_of_rounds() -> None:
    player = Player(game24())
    player.seek(0)
    seen = []
    for _ in range(4):
        player.step_round(1)
        seen.append((player.round_number, type(player.events[player.position - 1]).__name__))
    assert seen == [(0, "RoundFinished"), (1, "RoundFinished"), (2, "Finished"), (2, "Finished")]
    player.step_round(-1)
    assert player.round_number == 1
    player.step_round(-5)
    assert player.position == 0


def test_seeking_by_time_lands_on_the_last_event_up_to_then() -> None:
    player = Player(game24())
    player.seek_time(player.events[10].at)
    assert player.position == 11
    player.seek_time(1e9)
    assert player.at_end


def test_speed_stays_between_a_quarter_and_sixteen_times() -> None:
    player = Player(game24())
    player.change_speed(-20)
    assert player.speed == SPEEDS[0] == 0.25
    player.change_speed(99)
    assert player.speed == SPEEDS[-1] == 16.0


async def test_an_empty_recording_plays_nothing() -> None:
    player = Player([])
    assert [event async for event in player.play()] == []
    assert player.total_seconds == player.seconds == 0.0

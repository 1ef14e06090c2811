"""What is worth finding in a session, and going to it."""

from __future__ import annotations

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.replay import Player
from codesteer_tui.sessions.store import read_recording
from tests.recordings.build import HERE, RECORDINGS, game24


def test_each_flag_is_gone_to_in_its_order_right_behind_what_raised_it() -> None:
    player = Player(read_recording(HERE / "demo_game24.jsonl").events)
    player.seek(0)
    found = []
    while moment := player.next_moment("flag"):
        assert player.position == moment.position
        found.append((type(player.events[player.position - 1]).__name__, moment.words.split(":")[0]))
    assert found == [
        ("CodeJudged", "R0 symbolic checker"),
        ("AnswerChecked", "R0 self-check FAIL"),
        ("AnswerVerified", "R0 ground truth FAIL"),
    ]


def test_errors_are_what_went_wrong_and_not_what_was_found_wrong() -> None:
    player = Player(RECORDINGS["hard"]())
    player.seek(0)
    found = []
    while moment := player.next_moment("error"):
        found.append(moment.words)
    assert any("timeout" in words for words in found)
    assert any("not run" in words for words in found)
    assert any("not whole: length" in words for words in found)
    assert found[-1].startswith("the run failed: ")


@pytest.mark.parametrize(("by", "found"), [(ev.CRASH, ["the record breaks off here"]), ("person", [])])
def test_that_a_record_breaks_off_is_an_error_and_that_it_was_stopped_is_none(
    by: str, found: list[str]
) -> None:
    moments = Player([game24()[0], ev.Cancelled(by=by)]).moments
    assert [moment.words for moment in moments if moment.kind == "error"] == found


def test_where_nothing_is_left_to_go_to_the_position_stays() -> None:
    player = Player(game24())
    player.seek(5)
    assert player.next_moment("switch") is None
    assert player.position == 5


def test_a_call_that_the_run_was_stopped_in_is_no_error() -> None:
    stopped = ev.CallFailed(round=0, role="task_llm", kind="interrupted", message="stopped")
    assert Player([game24()[0], stopped]).moments == []


@pytest.mark.parametrize(
    ("words", "position"),
    [
        ("0", 1),
        ("end", None),
        ("r9", None),
        ("", None),
        ("5 minutes", None),
        ("#17", 17),
        ("# 9999", "end"),
        ("100%", "end"),
        ("1:00", "end"),
        ("1:00:00", "end"),
        ("R0", "R0"),
        ("r 1", "R1"),
        ("R2", "end"),
    ],
)
def test_a_place_is_named_by_time_share_event_or_round(words: str, position: int | str | None) -> None:
    events = game24()
    begun = {e.round: i for i, e in enumerate(events) if isinstance(e, ev.RoundStarted)}
    known = {"end": len(events), "R0": begun[1], "R1": begun[2]}
    wanted = known[position] if isinstance(position, str) else position
    assert Player(events).find_place(words) == wanted


@pytest.mark.parametrize("words", ["3.5", "3.5s", "3.5 s", "0:03.5", "0:00:03.5"])
def test_seconds_are_typed_in_any_usual_way(words: str) -> None:
    player = Player(game24())
    place = player.find_place(words)
    assert place is not None
    assert player.events[place - 1].at <= 3.5 < player.events[place].at


def test_single_pieces_of_text_are_stepped_through() -> None:
    player = Player(game24())
    first = next(i for i, e in enumerate(player.events) if isinstance(e, ev.AnswerDelta))
    player.seek(first)
    texts = []
    for _ in range(3):
        player.step_piece(1)
        texts.append(player.transcript().rounds[0].answer_so_far)
    assert texts[0] == player.events[first].text  # type: ignore[union-attr]
    assert texts[2].startswith(texts[1])
    player.step_piece(-1)
    assert player.transcript().rounds[0].answer_so_far == texts[1]
    player.seek(0)
    player.step_piece(-1)
    assert player.position == 0

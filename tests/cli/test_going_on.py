"""`codesteer resume`, `codesteer fork` and `solve --baseline`: runs that do not begin with the problem alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.transcript import Transcript
from tests.cli.conftest import Desk
from tests.recordings.build import HERE

PROBLEM = "Use 4 7 8 8 to make 24"


@pytest.fixture
def recorded(desk: Desk) -> Path:
    """A session of the demo with three rounds, in the sessions' folder."""
    desk.sessions.mkdir()
    return shutil.copy(HERE / "demo_game24.jsonl", desk.sessions / "20260101-recorded.jsonl")


def cut(path: Path, kind: type[ev.Base]) -> None:
    """Leave of a record what came before the first event of this kind, as a killed process would."""
    events = read_recording(path).events
    place = next(i for i, event in enumerate(events) if isinstance(event, kind))
    path.write_bytes(b"".join(ev.encode(event) + b"\n" for event in events[:place]))


def test_a_session_that_broke_off_goes_on_in_its_own_file(desk: Desk, recorded: Path) -> None:
    cut(recorded, ev.AnswerGiven)
    kept = recorded.read_bytes()
    done = desk.codesteer("resume", "last", "--json")
    assert done.code == 0, done.err
    assert done.data["path"] == str(recorded)
    assert done.data["answer"]
    assert recorded.read_bytes().startswith(kept)
    assert isinstance(read_recording(recorded).events[-1], ev.Finished)
    assert "the session goes on" in done.err


def test_the_events_of_a_resumed_session_are_those_of_its_whole_record(desk: Desk, recorded: Path) -> None:
    cut(recorded, ev.CodeJudged)
    done = desk.codesteer("resume", "20260101", "--events", "--quiet", "--checker", "off")
    assert done.code == 0, done.err
    assert [ev.decode(line) for line in done.out.splitlines()] == read_recording(recorded).events


def test_a_session_that_has_come_to_its_end_is_not_resumed_but_can_be_forked(
    desk: Desk, recorded: Path
) -> None:
    before = recorded.read_bytes()
    done = desk.codesteer("resume", "last")
    assert done.code == 2
    assert "has come to its end" in done.err
    assert f"codesteer fork {recorded.stem} --round 0" in done.err
    assert recorded.read_bytes() == before


def test_a_fork_does_a_round_again_in_a_session_of_its_own(desk: Desk, recorded: Path) -> None:
    before = recorded.read_bytes()
    done = desk.codesteer("fork", "last", "--round", "1", "--checker", "off", "--json")
    assert done.code == 0, done.err
    origin = read_recording(recorded).transcript.session
    assert f"forked from {origin}; taken over: 1 round" in done.err
    forked = Transcript.of(read_recording(Path(done.data["path"])).events)
    assert forked.forked_from == origin
    assert forked.roles["checker"].kind == "off"
    assert recorded.read_bytes() == before


def test_a_fork_may_keep_a_round_and_go_on_behind_it(desk: Desk, recorded: Path) -> None:
    done = desk.codesteer("fork", "last", "--after", "0", "--checker", "off", "--events", "-q")
    assert done.code == 0, done.err
    printed = [ev.decode(line) for line in done.out.splitlines()]
    first = read_recording(recorded).events
    taken = next(
        i for i, event in enumerate(first) if isinstance(event, ev.RoundStarted) and event.round == 1
    )
    assert printed[1:taken] == first[1:taken]
    assert isinstance(printed[taken], ev.SessionResumed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "either --round N"),
        (("--round", "0", "--after", "0"), "either --round N"),
        (("--round", "7"), "no round 7. It has R0 to R2."),
    ],
)
def test_what_cannot_be_forked_is_told(
    desk: Desk, recorded: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = desk.codesteer("fork", "last", *arguments)
    assert done.code == 2
    assert said in done.err
    assert list(desk.sessions.iterdir()) == [recorded]


@pytest.mark.parametrize("baseline", ["plain", "code", "text"])
def test_a_baseline_is_one_round_with_nobody_steering(desk: Desk, baseline: str) -> None:
    done = desk.codesteer("solve", PROBLEM, "--baseline", baseline, "--checker", "off", "--json")
    assert done.code in (0, 1), done.err
    assert done.data["rounds"] == 1
    assert done.data["roles"]["steerer"]["kind"] == "off"
    assert done.data["reason"] == "a baseline has one round"
    assert read_recording(Path(done.data["path"])).transcript.baseline == baseline


def test_sessions_are_compared_with_the_first_of_them(desk: Desk, recorded: Path) -> None:
    other = str(HERE / "declined.jsonl")
    done = desk.codesteer("sessions", "compare", "last", str(HERE / "game24-docker.jsonl"), other)
    assert done.code == 0, done.err
    assert done.out.splitlines()[0].split() == ["A", "B", "C"]
    assert "A and B" in done.out
    assert "Their course is the same." in done.out
    assert "first difference: R0, decision" in done.out
    told = desk.codesteer("sessions", "compare", "last", other, "--json").data
    assert told["with_the_first"][0]["first_difference"] == {"round": 0, "fact": "decision", "line": 1}
    assert [side["rounds"] for side in told["sessions"]] == ["3", "2"]


def test_a_fork_alone_is_compared_with_what_it_was_forked_from(desk: Desk, recorded: Path) -> None:
    recorded = recorded.rename(desk.sessions / f"{read_recording(recorded).transcript.session}.jsonl")
    forked = desk.codesteer("fork", "last", "--round", "1", "--checker", "off", "--json").data["path"]
    done = desk.codesteer("sessions", "compare", forked)
    assert done.code == 0, done.err
    assert "R0  the same in both" in done.out
    refused = desk.codesteer("sessions", "compare", str(recorded))
    assert refused.code == 2
    assert "Give two sessions or more" in refused.err


def test_a_replay_is_printed_up_to_a_place(desk: Desk, recorded: Path) -> None:
    events = read_recording(recorded).events
    printed = desk.codesteer("replay", "last", "--events", "--until", "R0").out.splitlines()
    assert [ev.decode(line) for line in printed] == events[: len(printed)]
    assert isinstance(events[len(printed)], ev.RoundStarted)
    assert "round 1" not in desk.codesteer("replay", "last", "--text", "--until", "R0").out
    assert desk.codesteer("replay", "last", "--json", "--until", "R0").data["rounds"] == 1
    for arguments, said in (
        (("--text", "--until", "R9"), "no place in this session"),
        (("--until", "R0"), "--text"),
    ):
        refused = desk.codesteer("replay", "last", *arguments)
        assert refused.code == 2
        assert said in refused.err

"""A fork begins with the first events of a session and goes on by itself; what it was made from stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.errors import SessionError
from codesteer_tui.events import Event
from codesteer_tui.sessions import open_session, read_recording
from codesteer_tui.sessions.forking import Fork, fork_after, fork_before, fork_here
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Question
from tests.recordings.build import HERE, RECORDINGS, game24
from tests.sessions.test_opening import GAME, configured, decline, of, run

REAL = sorted(path.name for path in HERE.glob("*.jsonl"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session of the demo, recorded before, with three rounds."""
    return shutil.copy(HERE / "demo_game24.jsonl", tmp_path / "recorded.jsonl")


def beside(path: Path) -> Path:
    """The one other session in the folder."""
    (other,) = set(path.parent.glob("*.jsonl")) - {path}
    return other


def kinds(events: Sequence[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_a_round_is_done_again_from_what_came_before_it() -> None:
    events = game24()
    fork = fork_before(events, 1)
    assert fork.round == 1
    assert isinstance(events[len(fork.events)], ev.RoundStarted)
    assert list(fork.events) == events[: len(fork.events)]
    assert [(r.number, r.finished) for r in fork.transcript.rounds] == [(0, True)]


def test_the_first_round_is_done_again_from_nothing_but_the_problem() -> None:
    assert kinds(fork_before(game24(), 0).events) == ["SessionStarted"]


def test_a_round_is_kept_with_everything_in_it() -> None:
    fork = fork_after(game24(), 0)
    assert fork.round == 1
    assert fork.events == fork_before(game24(), 1).events


def test_the_last_round_is_kept_without_the_ending() -> None:
    fork = fork_after(game24(), 2)
    assert isinstance(fork.events[-1], ev.RoundFinished)
    assert fork.transcript.ending is None


@pytest.mark.parametrize("number", [-1, 3])
def test_a_round_that_is_not_there_is_named_with_those_that_are(number: int) -> None:
    for fork in (fork_before, fork_after):
        with pytest.raises(SessionError, match=rf"no round {number}\. It has R0 to R2"):
            fork(game24(), number)


@pytest.mark.parametrize("name", RECORDINGS)
def test_wherever_it_is_forked_every_step_that_is_taken_over_is_complete(name: str) -> None:
    events = RECORDINGS[name]()
    facts = [i for i, event in enumerate(events, 1) if not ev.is_delta(event)]
    for position in [*facts, *range(5, len(events), 40)]:
        fork = fork_here(events, position)
        state = fork.transcript
        assert len(fork.events) <= position
        assert state.ending is None
        assert not state.open_calls
        assert state.questions.keys() == state.replies.keys()
        for this in state.rounds:
            assert all(execution.result for execution in this.executions.values())
            assert this.answer is None or this.code is not None


def test_a_call_in_the_middle_of_which_it_is_forked_is_made_anew() -> None:
    events = game24()
    place = next(
        i for i, event in enumerate(events) if isinstance(event, ev.AnswerDelta) and event.round == 1
    )
    fork = fork_here(events, place + 3)
    assert isinstance(fork.events[-1], ev.GuidanceGiven)
    assert fork.round == 1


def test_no_question_is_taken_over_without_its_reply() -> None:
    start = game24()[:3]
    asked = ev.Asked(id="q1", question=Question("over_limit", "Send it?", ("Stop", "Send")), at=2.0)
    assert list(fork_here([*start, asked], 4).events) == start


def test_what_does_not_begin_with_a_session_cannot_be_forked() -> None:
    for events in ([], [ev.RoundStarted(round=0)]):
        with pytest.raises(SessionError, match="not the record of a session"):
            fork_here(events, 1)


async def test_a_fork_goes_on_in_a_file_of_its_own_and_leaves_the_other_as_it_is(path: Path) -> None:
    before, first = path.read_bytes(), read_recording(path).events
    config = configured(path.parent)
    async with open_session(config, GAME, ask=decline, continue_from=fork_before(first, 1)) as session:
        rest = [event async for event in session.events]
    assert path.read_bytes() == before
    forked = read_recording(beside(path)).events
    assert [*session.before, *rest] == forked
    start, origin = forked[0], first[0]
    assert isinstance(start, ev.SessionStarted)
    assert isinstance(origin, ev.SessionStarted)
    assert start.session == session.id == beside(path).stem
    assert start.forked_from == origin.session
    taken = len(forked) - len(rest)
    assert forked[1:taken] == first[1:taken]
    assert isinstance(rest[0], ev.SessionResumed)
    assert [e.round for e in of(ev.RoundStarted, rest)] == [1, 2]
    assert isinstance(rest[-1], ev.Finished)
    assert [e.at for e in forked] == sorted(e.at for e in forked)
    runs = [e.id for e in of(ev.ExecutionStarted, forked)]
    assert len(set(runs)) == len(runs)


async def test_a_fork_is_played_by_the_roles_of_now_and_remembers_who_played_before(path: Path) -> None:
    fork = fork_before(read_recording(path).events, 1)
    await run(configured(path.parent, checker="off"), continue_from=fork)
    events = read_recording(beside(path)).events
    assert isinstance(events[0], ev.SessionStarted)
    assert events[0].roles["checker"].kind == "demo"
    state = Transcript.of(events)
    assert state.roles["checker"].kind == "off"
    assert state.rounds[0].check is not None
    assert state.rounds[0].check.verdict.outcome == "fail"
    assert state.rounds[1].check is not None
    assert state.rounds[1].check.verdict.outcome == "could_not_check"


async def test_a_fork_of_a_fork_names_the_one_that_it_was_made_from(path: Path) -> None:
    config = configured(path.parent)
    await run(config, continue_from=fork_before(read_recording(path).events, 2))
    second = beside(path)
    events = await run(config, continue_from=fork_after(read_recording(second).events, 2))
    assert kinds(events) == ["SessionResumed", "Finished"]
    (third,) = set(path.parent.glob("*.jsonl")) - {path, second}
    assert read_recording(third).transcript.forked_from == second.stem


@pytest.mark.parametrize("name", REAL)
def test_real_sessions_can_be_forked_at_every_round(name: str) -> None:
    events = read_recording(HERE / name).events
    for this in Transcript.of(events).rounds:
        again, kept = fork_before(events, this.number), fork_after(events, this.number)
        assert [r.number for r in again.transcript.rounds] == list(range(this.number))
        assert kept.transcript.rounds[-1].number == this.number
        assert again.origin == kept.origin == Transcript.of(events).session


async def test_a_baseline_is_recorded_and_goes_on_as_one_and_a_fork_of_it_is_steered(tmp_path: Path) -> None:
    config = configured(tmp_path)
    async with open_session(config, GAME, ask=decline, baseline="code") as session:
        events = [event async for event in session.events]
    assert isinstance(events[0], ev.SessionStarted)
    assert events[0].baseline == "code"
    assert events[0].roles["steerer"].label == "code only"
    assert [e.round for e in of(ev.RoundStarted, events)] == [0]
    assert not of(ev.GuidanceProposed, events)
    assert session.path
    session.path.write_bytes(b"".join(session.path.read_bytes().splitlines(keepends=True)[:-1]))
    rest = await run(config, continue_from=read_recording(session.path))
    assert kinds(rest) == ["SessionResumed", "Finished"]
    assert rest[0].roles["steerer"].label == "code only"  # type: ignore[union-attr]
    forked = await run(config, continue_from=fork_after(events, 0))
    assert of(ev.RoundStarted, forked)
    assert forked[0].roles["steerer"].kind == "rules"  # type: ignore[union-attr]


async def test_a_baseline_needs_no_steerer(tmp_path: Path) -> None:
    config = configured(tmp_path, steerer="openai", checker="off")  # whose key is nowhere
    async with open_session(config, GAME, ask=decline, baseline="plain") as session:
        events = [event async for event in session.events]
    assert isinstance(events[-1], ev.Finished)
    (given,) = of(ev.GuidanceGiven, events)
    assert (given.guidance.text, given.guidance.by) == ("", "nobody")


def test_old_records_have_neither_a_baseline_nor_an_origin() -> None:
    start = msgspec.json.decode(ev.encode(game24()[0]))
    del start["baseline"], start["forked_from"]
    read = ev.decode(msgspec.json.encode(start))
    assert isinstance(read, ev.SessionStarted)
    assert (read.baseline, read.forked_from) == ("", "")


def test_a_fork_is_renamed_and_keeps_who_played() -> None:
    events = game24()
    first = events[0]
    assert isinstance(first, ev.SessionStarted)
    start = msgspec.structs.replace(first, session="new", roles={}, max_rounds=9)
    fork = Fork(first.session, tuple(events[:3]), 0)
    begun = fork.renamed(start)[0]
    assert isinstance(begun, ev.SessionStarted)
    assert (begun.session, begun.roles, begun.max_rounds) == ("new", first.roles, 9)
    assert begun.forked_from == first.session

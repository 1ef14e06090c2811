"""The recorder loses nothing but the line that was being written when the power went out."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesteer_tui import events as ev
from codesteer_tui.errors import SessionError
from codesteer_tui.sessions import lock
from codesteer_tui.sessions.recorder import SessionFile, record
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.values import SandboxInfo
from tests import strategies
from tests.strategies import struct

FULL = Path("/dev/full")
START = ev.SessionStarted(
    session="s",
    problem=strategies.Problem("q"),
    roles={},
    sandbox=SandboxInfo("off", "not_run", "off"),
    max_rounds=5,
)


async def play(*events: ev.Event) -> AsyncGenerator[ev.Event, None]:
    for event in events:
        await asyncio.sleep(0)
        yield event


def clock() -> float:
    return 7.0


async def test_every_event_is_on_disk_before_the_consumer_sees_it(tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "s.jsonl")
    seen = 0
    async with aclosing(record(play(START, ev.RoundStarted(round=0), ev.Cancelled()), file, clock)) as events:
        async for event in events:
            seen += 1
            assert read_recording(file.path).events[-1] == event
    assert seen == 3


async def test_a_consumer_that_stops_leaves_a_record_that_says_so(tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "s.jsonl")
    events = record(play(START, ev.RoundStarted(round=0), ev.RoundStarted(round=1)), file, clock)
    assert await anext(events) == START
    await events.aclose()
    assert read_recording(file.path).events == [START, ev.Cancelled(at=7.0)]


async def test_a_cancelled_task_leaves_a_record_that_says_so(tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "s.jsonl")

    async def endless() -> AsyncGenerator[ev.Event, None]:
        yield START
        await asyncio.sleep(60)

    async def consume() -> None:
        async with aclosing(record(endless(), file, clock)) as events:
            async for _ in events:
                pass

    task = asyncio.create_task(consume())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(read_recording(file.path).events[-1], ev.Cancelled)


async def test_a_bug_is_recorded_and_goes_on_its_way(tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "s.jsonl")

    async def broken() -> AsyncGenerator[ev.Event, None]:
        yield START
        raise ZeroDivisionError("oops")

    with pytest.raises(ZeroDivisionError):
        async for _ in record(broken(), file, clock):
            pass
    last = read_recording(file.path).events[-1]
    assert isinstance(last, ev.Failed)
    assert "oops" in last.message


@settings(max_examples=30)
@given(session=strategies.sessions(), data=st.data())
def test_a_file_cut_at_any_byte_opens_up_to_the_last_whole_line(
    tmp_path_factory: pytest.TempPathFactory, session: list[ev.Event], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut") / "s.jsonl"
    lines = [ev.encode(e) + b"\n" for e in session]
    whole = b"".join(lines)
    cut = data.draw(st.integers(len(lines[0]), len(whole)))
    path.write_bytes(whole[:cut])
    recording = read_recording(path)
    expected = whole[:cut].count(b"\n")
    assert recording.events == session[:expected]
    assert bool(recording.notes) == (not whole[:cut].endswith(b"\n"))


@given(session=strategies.sessions(), more=struct(ev.RoundStarted), cut=st.integers(1, 30))
@settings(max_examples=20)
def test_going_on_with_a_cut_file_starts_on_a_line_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, session: list[ev.Event], more: ev.RoundStarted, cut: int
) -> None:
    path = tmp_path_factory.mktemp("append") / "s.jsonl"
    whole = b"".join(ev.encode(e) + b"\n" for e in session)
    path.write_bytes(whole + ev.encode(more)[:cut])
    file = SessionFile(path, append=True)
    file.write(more)
    file.close()
    recording = read_recording(path)
    assert recording.events == [*session, more]
    assert not recording.notes


def test_only_the_owner_may_read_a_session(tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "s.jsonl")
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_a_session_file_is_never_overwritten(tmp_path: Path) -> None:
    SessionFile(tmp_path / "s.jsonl").close()
    with pytest.raises(SessionError, match=r"s\.jsonl"):
        SessionFile(tmp_path / "s.jsonl")


def test_a_session_that_is_being_recorded_is_not_gone_on_with(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    first = SessionFile(tmp_path / "s.jsonl")
    first.write(START)
    with pytest.raises(SessionError, match="s is being recorded"):
        SessionFile(tmp_path / "s.jsonl", append=True)
    assert read_recording(first.path).events == [START]
    first.close()
    SessionFile(tmp_path / "s.jsonl", append=True).close()


def test_whoever_looks_whether_a_session_runs_does_not_keep_it_from_being_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")
    SessionFile(tmp_path / "s.jsonl").close()
    with (tmp_path / "s.jsonl").open("rb") as looker:
        fcntl.flock(looker, fcntl.LOCK_SH)
        monkeypatch.setattr(lock.time, "sleep", lambda _: fcntl.flock(looker, fcntl.LOCK_UN))
        SessionFile(tmp_path / "s.jsonl", append=True).close()


def test_a_line_that_another_run_is_writing_is_not_cut_off(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    first = SessionFile(tmp_path / "s.jsonl")
    first.path.write_bytes(b'{"type":"session_st')
    with pytest.raises(SessionError):
        SessionFile(first.path, append=True)
    assert first.path.read_bytes() == b'{"type":"session_st'


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
async def test_a_full_disk_fails_the_run_loudly() -> None:
    file = SessionFile(FULL, append=True)
    with pytest.raises(SessionError, match="No space left"):
        async for _ in record(play(START), file, clock):
            pass

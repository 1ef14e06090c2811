"""A person at a terminal who goes on from what was recorded: after Esc, and from a fork beside its origin."""

from __future__ import annotations

import re
import shutil

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import read_recording
from tests.cli.conftest import Desk
from tests.e2e.terminal import CTRL_Q
from tests.e2e.test_app import PROBLEM, Open
from tests.recordings.build import HERE

ESC, CTRL_R = "\x1b", "\x12"


@pytest.mark.timeout(240)
def test_a_run_that_was_stopped_goes_on_in_the_same_record(desk: Desk, open_terminal: Open) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.05"
    terminal = open_terminal()
    terminal.wait_for("Type a problem")
    terminal.type(f"{PROBLEM}\r")
    terminal.wait_for("This is about")
    terminal.type(ESC)
    terminal.wait_for("STOPPED")
    (file,) = desk.sessions.glob("*.jsonl")
    stopped = read_recording(file).events
    assert isinstance(stopped[-1], ev.Cancelled)
    terminal.type(CTRL_R)
    terminal.wait_for(r"ANSWER \(R\d+\)")
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
    assert list(desk.sessions.glob("*.jsonl")) == [file]
    events = read_recording(file).events
    assert events[: len(stopped)] == stopped
    assert isinstance(events[len(stopped)], ev.SessionResumed)
    assert isinstance(events[-1], ev.Finished)
    assert b"Traceback" not in terminal.raw


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 45)])
def test_a_replay_is_forked_at_a_round_and_compared_with_its_fork(
    desk: Desk, open_terminal: Open, columns: int, rows: int
) -> None:
    recorded = read_recording(HERE / "demo_game24.jsonl")
    desk.sessions.mkdir()
    origin = desk.sessions / f"{recorded.transcript.session}.jsonl"
    shutil.copy(recorded.path, origin)
    before = origin.read_bytes()
    terminal = open_terminal("replay", "last", "--speed", "16", columns=columns, rows=rows)
    terminal.wait_for("at the end")
    terminal.type("f")
    terminal.wait_for("Do R1 again")
    terminal.type("\r")
    terminal.wait_for(r"REC")
    terminal.wait_for(r"ANSWER \(R1\)")
    terminal.type("\t")
    terminal.wait_for("1-4 go to")
    terminal.type("w")
    terminal.wait_for("Compare A and B")
    terminal.wait_for(re.escape(origin.stem[:12]))
    terminal.type(ESC)
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
    assert origin.read_bytes() == before
    (fork,) = set(desk.sessions.glob("*.jsonl")) - {origin}
    state = read_recording(fork).transcript
    assert state.forked_from == origin.stem
    assert isinstance(state.ending, ev.Finished)
    assert b"Traceback" not in terminal.raw

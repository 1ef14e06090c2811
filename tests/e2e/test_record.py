"""What one command recorded another one shows, however the first one ended."""

from __future__ import annotations

import signal
import time

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.export import as_text
from codesteer_tui.sessions.store import read_recording
from tests.cli.conftest import Desk

PROBLEM = "Use 4 7 8 8 to make 24"


@pytest.mark.timeout(120)
def test_solve_and_replay_show_the_same_events(desk: Desk) -> None:
    live = [ev.decode(line) for line in desk.codesteer("solve", PROBLEM, "--events").out.splitlines()]
    told = [event for event in live if not isinstance(event, ev.Skipped)]
    assert len(told) == len(live)
    replayed = desk.codesteer("replay", "--text", "last")
    assert replayed.out.rstrip("\n") == as_text(told).rstrip("\n")


@pytest.mark.timeout(120)
def test_the_object_of_a_run_is_the_object_of_its_replay(desk: Desk) -> None:
    solved = desk.codesteer("solve", PROBLEM, "--json").data
    assert desk.codesteer("replay", solved["session"], "--json").data == solved
    text = desk.codesteer("replay", solved["session"], "--text").out
    assert f"answer: {solved['answer']}" in text
    assert text.count("── round") == solved["rounds"]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("word", "skip"),
    [
        ("session_started", 0),
        ("answer_delta", 0),
        ("execution_started", 0),
        ("execution_finished", 0),
        ("answer_checked", 0),
        ("answer_delta", 40),
    ],
)
def test_a_run_that_is_killed_leaves_everything_up_to_its_last_line(desk: Desk, word: str, skip: int) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.02"
    process = desk.start("solve", PROBLEM)
    limit = time.monotonic() + 60
    try:
        while sum(file.read_text().count(word) for file in desk.sessions.glob("*.jsonl")) <= skip:
            assert time.monotonic() < limit, f"no {word} was recorded"
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
    (file,) = desk.sessions.glob("*.jsonl")
    whole_lines = file.read_bytes().split(b"\n")[:-1]
    recording = read_recording(file)
    assert [ev.encode(event) for event in recording.events] == whole_lines
    assert any(word in line.decode() for line in whole_lines)
    shown = desk.codesteer("replay", "--text", "last")
    assert shown.code == 0
    assert shown.out.rstrip("\n") == as_text(recording.whole).rstrip("\n")
    assert "price unknown" not in shown.out
    assert desk.codesteer("replay", "--json", "last").data["ended"] == "broken off"

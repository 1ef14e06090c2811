"""`--steer`: a person at the terminal is asked, and where there is none a mode that needs one is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codesteer_tui.sessions.store import read_recording
from tests.cli.conftest import COMMAND, Desk
from tests.e2e.terminal import Terminal

PROBLEM = "Use 4 7 8 8 to make 24"


@pytest.mark.parametrize("mode", ["approve", "manual"])
def test_a_mode_that_waits_for_a_person_is_refused_where_there_is_none(desk: Desk, mode: str) -> None:
    done = desk.codesteer("solve", PROBLEM, "--steer", mode)
    assert done.code == 2
    assert f'The steering mode "{mode}" waits for a person' in done.err
    assert "--steer auto" in done.err
    assert not list(desk.sessions.glob("*"))


def test_a_mode_that_there_is_not_is_refused_with_those_that_there_are(desk: Desk) -> None:
    done = desk.codesteer("solve", PROBLEM, "--steer", "sometimes")
    assert done.code == 2
    assert '"approve"' in done.err


def test_without_steering_the_first_answer_counts(desk: Desk) -> None:
    done = desk.codesteer("solve", PROBLEM, "--steer", "off", "--json")
    assert done.data["rounds"] == 1
    assert done.data["reason"] == "steering is off"


def test_programs_that_wait_for_a_yes_are_not_run_where_nobody_can_say_it(desk: Desk) -> None:
    desk.configure("[sandbox]\napprove_code = true\n[roles]\nchecker = 'off'\n[steering]\nmax_rounds = 0\n")
    done = desk.codesteer("solve", PROBLEM)
    assert "nobody can be asked" in done.err
    assert done.err.count("nobody can be asked") == 1
    assert "not run" in done.err


def test_a_session_goes_on_in_the_mode_of_the_option(desk: Desk) -> None:
    events = [json.loads(line) for line in desk.codesteer("solve", PROBLEM, "--events").out.splitlines()]
    (path,) = desk.sessions.glob("*.jsonl")
    first = next(n for n, e in enumerate(events) if e["type"] == "answer_given")
    path.write_text("".join(json.dumps(e) + "\n" for e in events[: first + 1]))
    done = desk.codesteer("resume", path.stem, "--steer", "off", "--json")
    assert done.data["reason"] == "steering is off"
    assert read_recording(path).transcript.mode == "off"


def test_a_person_at_the_terminal_edits_vetoes_and_ends(desk: Desk) -> None:
    terminal = Terminal(
        [*COMMAND, "solve", PROBLEM, "--steer", "approve", "--checker", "off"],
        desk.folder,
        {k: v for k, v in desk.env.items() if k not in ("VISUAL", "EDITOR")},
        columns=100,
        rows=60,
    )
    try:
        terminal.wait_for(r"1-5\?")
        terminal.type("4\r")
        terminal.wait_for("Why\\?")
        terminal.type("It must be short.\r")
        terminal.wait_for("guidance for round 0 is to ask for an answer by text")
        terminal.wait_for(r"1-5\?[\s\S]*1-5\?")
        terminal.type("3\r")
        terminal.wait_for("an empty line ends it")
        terminal.type("Use a program.\r\r")
        terminal.wait_for("guidance for round 1")
        terminal.wait_for(r"(1-5\?[\s\S]*){3}")
        terminal.type("5\r")
        assert terminal.wait_for_end() in (0, 1)
    finally:
        terminal.close()
    (path,) = Path(desk.sessions).glob("*.jsonl")
    transcript = read_recording(path).transcript
    first = transcript.rounds[0]
    assert first.vetoed[0][1] == "It must be short."
    assert first.guidance
    assert (first.guidance.text, first.guidance.by) == ("Use a program.", "person")
    assert transcript.ending
    assert getattr(transcript.ending, "reason", "") == "the person returned the answer"

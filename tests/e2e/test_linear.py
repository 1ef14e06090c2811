"""The linear mode in a real terminal: everything is said once, in lines, and nothing is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import read_recording
from tests.cli.conftest import Desk
from tests.e2e.terminal import CTRL_Q, Terminal

ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
CTRL_C, CTRL_D = "\x03", "\x04"


@pytest.fixture(autouse=True)
def nothing_is_run(desk: Desk) -> None:
    """No container and no namespace: programs are not run, which is said like everything else."""
    desk.configure('[sandbox]\nengine = "off"\n')


def said(terminal: Terminal) -> str:
    """Everything that was ever written, which a screen reader has read."""
    return ESCAPES.sub(b"", terminal.raw).replace(b"\r\n", b"\n").decode()


@pytest.mark.timeout(240)
def test_a_problem_is_posed_solved_and_read_in_lines(
    desk: Desk, open_terminal: Callable[..., Terminal]
) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.002"
    terminal = open_terminal("--linear", columns=60, rows=40)
    terminal.wait_for("problem>")
    terminal.type("/mode manuel\r")
    terminal.wait_for("manuel")
    terminal.wait_for("auto")
    terminal.type("@letters seed=3\r")
    terminal.wait_for("Kept as")
    lines = said(terminal).splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("Round 0"))
    assert any(line.startswith("Ground truth (letters): ") for line in lines[first:])
    assert not any(re.match(r"\s+\d+\.\d\ds ", line) for line in lines)
    assert b"\x1b[?1049h" not in terminal.raw  # no other screen
    assert b"\x1b[2J" not in terminal.raw  # and nothing wiped
    terminal.type("/export out.md\r")
    terminal.wait_for("Written to out.md")
    terminal.type(CTRL_D)
    assert terminal.wait_for_end() == 0
    (path,) = desk.sessions.glob("*.jsonl")
    assert isinstance(read_recording(path).transcript.ending, ev.Finished)


@pytest.mark.timeout(240)
def test_ctrl_c_stops_the_run_and_not_the_conversation(
    desk: Desk, open_terminal: Callable[..., Terminal]
) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "1"
    terminal = open_terminal("--linear", columns=80, rows=40)
    terminal.wait_for("problem>")
    terminal.type("Use 4 7 8 8 to make 24\r")
    terminal.wait_for("Prompt to task_llm")
    terminal.type(CTRL_C)
    terminal.wait_for("Stopped. What came is kept.")
    terminal.wait_for(r"problem>\s*\Z")
    terminal.type("/quit\r")
    assert terminal.wait_for_end() == 0
    (path,) = desk.sessions.glob("*.jsonl")
    assert isinstance(read_recording(path).transcript.ending, ev.Cancelled)


@pytest.mark.timeout(120)
def test_a_decision_is_asked_in_words_with_numbers(
    desk: Desk, open_terminal: Callable[..., Terminal]
) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.002"
    terminal = open_terminal("--linear", "--steer", "approve", columns=100, rows=45)
    terminal.wait_for("problem>")
    terminal.type("Use 4 7 8 8 to make 24\r")
    found = terminal.wait_for(r"1-(\d)\?")
    terminal.type(f"{found[1]}\r")
    terminal.wait_for("Guidance by the person: return answer")
    terminal.wait_for(r"problem>\s*\Z")
    terminal.type(CTRL_D)
    assert terminal.wait_for_end() == 0


@pytest.mark.timeout(240)
def test_what_was_said_is_found_copied_and_gone_on_with(
    desk: Desk, open_terminal: Callable[..., Terminal]
) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.3"
    desk.env["CODESTEER_SCREEN__COPY"] = "file"
    desk.env["XDG_STATE_HOME"] = str(desk.folder / "state")
    terminal = open_terminal("--linear", "--checker", "off", columns=100, rows=45)
    terminal.wait_for("problem>")
    terminal.type("Use 4 7 8 8 to make 24\r")
    terminal.wait_for("Answer of the TaskLLM|Prompt to task_llm")
    terminal.type(CTRL_C)
    terminal.wait_for("Stopped. What came is kept.")
    (path,) = desk.sessions.glob("*.jsonl")
    terminal.type("/find make 24\r")
    terminal.wait_for(r"Found in \d+ lines?\.")
    terminal.type("/copy nonsense\r")
    terminal.wait_for("Copy what\\? One of: code, answer")
    terminal.type("/copy problem\r")
    terminal.wait_for("Copied the problem, 22 characters, to copied.txt")
    assert next(desk.folder.rglob("copied.txt")).read_text() == "Use 4 7 8 8 to make 24"
    terminal.type("/resume\r")
    terminal.wait_for(f"Going on with {path.stem}")
    terminal.wait_for("Kept as")
    terminal.type("/resume\r")
    terminal.wait_for("come to its end|ended")
    terminal.type(CTRL_D)
    assert terminal.wait_for_end() == 0
    assert list(desk.sessions.glob("*.jsonl")) == [path]
    assert isinstance(read_recording(path).transcript.ending, ev.Finished)


@pytest.mark.timeout(120)
def test_a_terminal_without_room_for_the_screen_is_talked_to_in_lines(
    desk: Desk, open_terminal: Callable[..., Terminal]
) -> None:
    terminal = open_terminal(columns=59, rows=20)
    terminal.wait_for("This terminal has 59 columns and 20 rows")
    terminal.wait_for(r"problem>\s*\Z")
    assert b"\x1b[?1049h" not in terminal.raw
    terminal.type(CTRL_D)
    assert terminal.wait_for_end() == 0
    desk.env["CODESTEER_SCREEN__LINEAR"] = "false"
    screen = open_terminal(columns=59, rows=20)
    screen.wait_for("idle")
    assert b"\x1b[?1049h" in screen.raw
    screen.type(CTRL_Q)
    assert screen.wait_for_end() == 0

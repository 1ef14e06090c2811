"""The linear mode in a real terminal: everything is said once, in lines, and nothing is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import read_recording
from tests.cli.conftest import Desk
from tests.e2e.terminal import Terminal

ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
CTRL_C, CTRL_D = "\x03", "\x04"


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
    assert any(line.startswith("Ground truth (letters): pass") for line in lines[first:])
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

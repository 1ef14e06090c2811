"""A person at a terminal of 80x24: find a task, try it by hand, have it solved, and look at the answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.symbench import generate
from tests.cli.conftest import Desk
from tests.e2e.terminal import CTRL_Q, Terminal

F3, F9, ESCAPE = "\x1bOR", "\x1b[20~", "\x1b"


@pytest.mark.timeout(240)
def test_a_task_is_found_tried_solved_and_drawn(desk: Desk, open_terminal: Callable[..., Terminal]) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.002"
    terminal = open_terminal(columns=80, rows=24)
    terminal.wait_for("Type a problem")
    terminal.type(F3)
    terminal.wait_for("37 tasks")
    terminal.type("/queens\r")  # in one go: what follows the slash is for the filter
    terminal.wait_for("Here is a chessboard")
    terminal.type("v")
    terminal.wait_for("Q given")
    terminal.type("t")
    terminal.wait_for("The verifier judges")
    terminal.type("0 0, 1 1")
    terminal.wait_for(r"\[q\]")
    terminal.wait_for("x FAIL")
    terminal.type(F9)
    terminal.wait_for(r"\+ pass")
    terminal.type(ESCAPE)
    terminal.wait_for("1 of 37")
    terminal.type("s")
    terminal.wait_for(r"ANSWER \(R\d+\)")
    terminal.type("\t")
    terminal.wait_for("v draw")
    terminal.type("v")
    terminal.wait_for(r"\+ pass  All queens are placed")
    terminal.type(ESCAPE)
    terminal.wait_for(r"ANSWER \(R\d+\)")
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
    assert b"Traceback" not in terminal.raw

    (file,) = desk.sessions.glob("*.jsonl")
    events = read_recording(file).events
    started = next(event for event in events if isinstance(event, ev.SessionStarted))
    assert started.problem == generate("eight_queens", 1)
    assert [e.verdict.outcome for e in events if isinstance(e, ev.AnswerVerified)][-1] == "pass"

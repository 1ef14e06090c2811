"""A person at a terminal: pose a problem, watch it being solved, leave, and watch it again."""

from __future__ import annotations

import re
import shlex
import sys
import time
from collections.abc import Callable

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.tui.app import SETTLED_S
from tests.cli.conftest import COMMAND, Desk
from tests.e2e.terminal import CTRL_Q, Terminal

PROBLEM = "Use 4 7 8 8 to make 24"
LEAVES_THE_SCREEN = b"\x1b[?1049l"

Open = Callable[..., Terminal]


@pytest.mark.timeout(240)
def test_a_posed_problem_is_steered_answered_executed_checked_and_recorded(
    desk: Desk, open_terminal: Open
) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.005"
    terminal = open_terminal()
    terminal.wait_for("Type a problem")
    terminal.type(f"{PROBLEM}\r")
    terminal.wait_for("lazy code")
    terminal.wait_for("REFINE")
    terminal.wait_for("from fractions import Fraction")
    answer = terminal.wait_for(r"ANSWER \(R\d+\)\s+([-+*/()\d]+)")[1]
    terminal.wait_for(r"symbolic \+ pass\s+self-check \+ pass")
    assert f"<<<{answer}>>>" in terminal.text, "the output of the program that gave the answer"
    assert sorted(re.findall(r"\d", answer)) == ["4", "7", "8", "8"]
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
    assert LEAVES_THE_SCREEN in terminal.raw
    assert b"Traceback" not in terminal.raw

    (file,) = desk.sessions.glob("*.jsonl")
    events = read_recording(file).events
    ending = events[-1]
    assert isinstance(ending, ev.Finished)
    assert ending.answer == answer
    assert [e.judgement.outcome for e in events if isinstance(e, ev.CodeJudged)] == ["fail", "pass"]
    replayed = desk.codesteer("replay", "--text", "last")
    assert f"answer: {answer}" in replayed.out


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 45)])
def test_a_session_is_replayed_in_the_app(desk: Desk, open_terminal: Open, columns: int, rows: int) -> None:
    solved = desk.codesteer("solve", PROBLEM, "--json").data
    terminal = open_terminal("replay", solved["session"], "--speed", "16", columns=columns, rows=rows)
    terminal.wait_for("REPLAY")
    terminal.wait_for(re.escape(solved["answer"]))
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
    assert len(list(desk.sessions.iterdir())) == 1, "replay records nothing"


@pytest.mark.timeout(120)
def test_leaving_in_the_middle_of_a_run_keeps_what_came(desk: Desk, open_terminal: Open) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.3"
    terminal = open_terminal()
    terminal.wait_for("Type a problem")
    terminal.type(f"{PROBLEM}\r")
    terminal.wait_for("This is about")
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
    (file,) = desk.sessions.glob("*.jsonl")
    events = read_recording(file).events
    assert isinstance(events[-1], ev.Cancelled)
    assert any(isinstance(e, ev.AnswerDelta) for e in events)


@pytest.mark.timeout(60)
def test_a_broken_configuration_is_told_before_the_app_opens(desk: Desk, open_terminal: Open) -> None:
    desk.configure("[roles]\ntask_lm = 'demo'\n")
    terminal = open_terminal()
    assert terminal.wait_for_end() == 2
    assert "did you mean 'task_llm'" in terminal.text
    assert LEAVES_THE_SCREEN not in terminal.raw


@pytest.mark.timeout(60)
def test_what_is_pasted_presses_no_key_and_keeps_its_order(desk: Desk, open_terminal: Open) -> None:
    terminal = open_terminal(columns=100, rows=30)
    terminal.wait_for("Type a problem")
    terminal.type("a\x1b[200~x \x1b]0;title\x07 y\x11\x07 \x1b[31mred")
    terminal.type("\x1b[0m \u202etxt\x1b[201~b")
    terminal.wait_for(r"ax  y red txtb")
    terminal.settle()
    assert "title" not in terminal.text
    assert "\u202e".encode() not in terminal.raw
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0


@pytest.mark.timeout(60)
def test_a_terminal_that_becomes_too_small_is_told_of_the_linear_mode_once(open_terminal: Open) -> None:
    terminal = open_terminal(columns=100, rows=30)
    terminal.wait_for("Type a problem")
    terminal.resize(58, 15)
    terminal.wait_for(r"codesteer\s+--linear")
    terminal.resize(57, 15)
    terminal.settle()
    assert terminal.text.count("Below 60x16") == 1
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0


FROZEN = """
import atexit, gc, runpy
atexit.register(lambda: open(FILE, "w").write(str(gc.get_freeze_count())))
runpy.run_module("codesteer_tui", run_name="__main__")
"""


@pytest.mark.timeout(60)
def test_what_lasts_is_no_work_for_the_collector_of_garbage(desk: Desk) -> None:
    frozen = desk.folder / "frozen"
    terminal = Terminal(
        [sys.executable, "-c", FROZEN.replace("FILE", repr(str(frozen)))], desk.folder, desk.env
    )
    try:
        terminal.wait_for("Type a problem")
        time.sleep(2 * SETTLED_S)
        terminal.type(CTRL_Q)
        assert terminal.wait_for_end() == 0
    finally:
        terminal.close()
    assert int(frozen.read_text()) > 10_000, "objects"


@pytest.mark.timeout(120)
def test_the_app_is_suspended_from_the_palette_and_comes_back(desk: Desk) -> None:
    terminal = Terminal(["bash", "--norc", "-i"], desk.folder, desk.env, columns=100, rows=30)
    try:
        terminal.type(f"{shlex.join(COMMAND)}\r")
        terminal.wait_for("Type a problem")
        terminal.type("\x10")
        terminal.wait_for("Search for commands")
        terminal.type("suspend")
        terminal.wait_for("back to the shell")
        terminal.settle()
        terminal.type("\r")
        terminal.wait_for("Stopped")
        terminal.type("fg\r")
        terminal.wait_for("problem   / command")
        terminal.type("still here")
        terminal.wait_for("still here")
        terminal.type(CTRL_Q)
        terminal.settle()
        terminal.type("exit\r")
        assert terminal.wait_for_end() == 0
    finally:
        terminal.close()

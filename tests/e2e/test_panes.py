"""A person at a terminal looks closer: prompts, what changed, what a flag rests on, and words in all of it."""

from __future__ import annotations

import pytest

from tests.e2e.terminal import CTRL_Q
from tests.e2e.test_app import Open
from tests.recordings.build import HERE

CTRL_F, END = "\x06", "\x1b[F"


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 45)])
def test_everything_that_a_round_rests_on_is_one_key_away(
    open_terminal: Open, columns: int, rows: int
) -> None:
    terminal = open_terminal("replay", str(HERE / "demo_game24.jsonl"), columns=columns, rows=rows)
    terminal.wait_for("REPLAY")
    terminal.type(END)
    terminal.wait_for("at the end")
    terminal.type("[")
    terminal.wait_for("paused")
    terminal.type("2p")
    terminal.wait_for("Prompts of R1")
    terminal.wait_for("Your program ended with exit 0")
    terminal.type("q")
    terminal.settle()
    terminal.wait_for("Here is a program")
    terminal.type("d")
    terminal.wait_for("Code of R0 -> R1: 72 lines added, 1 removed")
    terminal.type("q")
    terminal.settle()
    terminal.type("4\r")
    terminal.wait_for("Flags of R1")
    terminal.wait_for("the check program")
    terminal.type("q")
    terminal.settle()
    terminal.type(CTRL_F + "fraction")
    terminal.wait_for(r"\d of 7")
    terminal.type("\rn")
    terminal.wait_for(r"\d of 7   n N")
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
    assert b"Traceback" not in terminal.raw

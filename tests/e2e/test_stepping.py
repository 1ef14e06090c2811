"""A person steps in: approves, edits, stops at a question, goes on, steers by hand, and finds it all in the record."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.tui.stopping import JUST_S
from codesteer_tui.tui.widgets.decision import GRACE_S
from tests.cli.conftest import Desk
from tests.e2e.terminal import CTRL_Q, Terminal

CTRL_R, CTRL_T, DOWN, ESC = "\x12", "\x14", "\x1b[B", "\x1b"

Open = Callable[..., Terminal]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("columns", "rows"), [(160, 45), (80, 24)])
def test_guidance_is_edited_the_run_stopped_and_gone_on_with_by_hand(
    desk: Desk, open_terminal: Open, columns: int, rows: int
) -> None:
    desk.configure('[roles]\nchecker = "off"\n[sandbox]\nengine = "off"\n[steering]\nmode = "approve"\n')
    terminal = open_terminal(columns=columns, rows=rows)
    terminal.wait_for("Type a problem")
    terminal.type("Use 4 7 8 8 to make 24\r")
    terminal.wait_for("guidance for round 0")
    terminal.wait_for("R0 proposed")
    time.sleep(GRACE_S)  # what is typed at once is still the prompt's
    terminal.type("e")
    terminal.wait_for("Edit the guidance")
    terminal.type(" Use sets.\r")
    terminal.wait_for("guidance for round 1")
    terminal.settle()
    time.sleep(JUST_S)  # an Esc right behind a dialog stops nothing
    terminal.type(ESC)
    terminal.wait_for("Ctrl.R goes on")
    terminal.type(CTRL_R)
    terminal.wait_for("guidance for round 1")
    terminal.type(CTRL_T)
    terminal.wait_for("How you step in")
    terminal.type(DOWN + "\r")
    terminal.wait_for("STEER you ")
    terminal.settle()
    time.sleep(GRACE_S)
    terminal.type(DOWN * 4 + "\r")
    terminal.wait_for("ANSWER")
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0

    (file,) = desk.sessions.glob("*.jsonl")
    recording = read_recording(file)
    given = [e.guidance for e in recording.events if isinstance(e, ev.GuidanceGiven)]
    assert [g.by for g in given] == ["edited", "person"]
    assert given[0].text.endswith("Use sets.")
    assert recording.transcript.mode == "manual"

    told = desk.codesteer("replay", file.stem, "--text").out
    assert "guidance by the steerer, edited by the person" in told
    assert "steering mode: approve -> manual" in told

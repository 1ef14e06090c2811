"""A person gives the TaskLLM's role to another model in the middle of a run, and sees the mark in the replay."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.replay import Player
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.tui.widgets.transport import cell_at
from tests.cli.conftest import Desk
from tests.e2e.terminal import CTRL_Q, Terminal

CTRL_O, ESC = "\x0f", "\x1b"

Open = Callable[..., Terminal]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("columns", "rows"), [(160, 45), (80, 24)])
def test_the_task_llm_is_switched_in_the_middle_of_a_session(
    desk: Desk, open_terminal: Open, columns: int, rows: int
) -> None:
    desk.configure(
        '[roles]\ntask_llm = "slow"\nchecker = "off"\n[sandbox]\nengine = "off"\n'
        '[providers.slow]\nkind = "demo"\ndelay_s = 2.5\n[providers.second]\nkind = "demo"\nseed = 5\ndelay_s = 1\n'
    )
    terminal = open_terminal(columns=columns, rows=rows)
    terminal.wait_for("Type a problem")
    terminal.type("Use 4 7 8 8 to make 24\r")
    terminal.wait_for("TaskLLM answers")
    terminal.type(CTRL_O + "second\r")  # in one go, as a quick typist does
    terminal.wait_for(r"> TASK +slow +-> second at R1")
    terminal.type(ESC)
    terminal.wait_for(r"(?m)^ codesteer .*-> second at R1")
    terminal.wait_for(r"R1\^")
    terminal.wait_for(r"ANSWER|NO ANSWER")
    assert "-> second" not in terminal.text
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0

    (file,) = desk.sessions.glob("*.jsonl")
    events = read_recording(file).events
    (change,) = [e for e in events if isinstance(e, ev.RoleChanged)]
    assert (change.before.provider, change.after.provider, change.round) == ("slow", "second", 1)
    prompts = {e.round for e in events if isinstance(e, ev.PromptSent) and e.role == "task_llm"}
    assert {0, 1} <= prompts
    assert "slow -> second" not in (desk.folder / "user.toml").read_text()

    replay = open_terminal("replay", file.stem, columns=columns, rows=rows)
    replay.wait_for("REPLAY")
    replay.wait_for(r"R1\^")
    bar = replay.wait_for(r"(?m)^.*\|([-A-Z^!]{20,})\|")[1]
    player = Player(events)
    (switch,) = [moment for moment in player.moments if moment.kind == "switch"]
    cell = cell_at(switch.at, player.total_seconds, len(bar))
    assert bar[cell] in "^!E", "a flag or an error of the same moment stands in its cell"
    assert bar.index("G") <= cell < len(bar) - 1
    replay.type(CTRL_Q)
    assert replay.wait_for_end() == 0
    text = desk.codesteer("replay", "--text", file.stem).out
    assert re.search(r"task_llm: .* -> .*from round 1", text)
